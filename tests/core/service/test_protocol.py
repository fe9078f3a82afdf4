import pytest

from core.layout import Clause, Layout, Reading
from core.service.jobs import Progress
from core.service.protocol import (
    KINDS,
    AssessRecording,
    Excerpt,
    Failure,
    FindTurns,
    FoundTurns,
    GeneratedTake,
    GenerateTake,
    Notices,
    ReadPrompt,
    Selection,
    Started,
    from_json,
    to_json,
)
from core.turns import Turn

TALK = Excerpt("a folder/talk “ä”.wav", 0.5, 12.25)
TURNS = (Turn(0.0, 2.5, "A"), Turn(2.5, 4.0, "B"))
MESSAGES = [
    GenerateTake(
        TALK,
        Layout(distance=2.5, swapped=True),
        seed=7,
        heads=("woman", "head.npz"),
        turns=TURNS,
        motion_a="a.npz",
        directions=((3.0, Layout(contact_a=0.1)), (4.5, Layout(energy=1))),
        selection=Selection("take.npz", 3.2, 7.5, "B", ("mouth", "head")),
        out="new.npz",
    ),
    GenerateTake(Excerpt("talk.wav"), Layout(), seed=0),
    ReadPrompt("two friends\none metre apart", Layout(warmth=-1.0)),
    ReadPrompt(""),
    FindTurns(TALK),
    AssessRecording(TALK),
    GeneratedTake(Notices(None, ())),
    Reading(Layout(height_b=1.2), (Clause("B sits", {"height_b": 1.2}, 0.9), Clause("blah"))),
    FoundTurns(TURNS, (0.5, 1.0), Notices(("Clear voices.",), ("One voice.", "Music."))),
    Notices(),
    Progress("Animating", 0.25),
    Started("ONNX Runtime 1.32.0"),
    Failure("There is no sound. Choose another file."),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_survives_its_one_line_of_json(message):
    line = to_json(message)

    assert "\n" not in line
    read = from_json(line)
    assert type(read) is type(message) and read == message
    assert to_json(read) == line


def test_every_kind_of_message_is_tried_here():
    assert set(KINDS.values()) == {type(message) for message in MESSAGES}
