import time
from dataclasses import replace

import numpy as np
import pytest

from core.motion import EXPRESSION_NAMES
from research.corpora.recordings import Phone
from research.evaluation.mouth import lip_sync
from research.evaluation.mouth.labelled_dialogues import LabelledDialogue
from research.evaluation.mouth.labels import MouthLabels, from_phones
from research.evaluation.mouth.lip_curves import MouthCurves
from research.evaluation.mouth.lip_sync import LipMotion, TimedSystem, evaluate
from research.simulator.dialogue import Dialogue, Span

JAW = EXPRESSION_NAMES.index("jawOpen")


@pytest.fixture(scope="module")
def labelled() -> LabelledDialogue:
    """A says "ma ma ma ma" in four seconds, then B."""
    phones = []
    for person in (0, 1):
        at = 4.0 * person
        phones.append(
            [Phone(at + t, at + t + 0.5, n) for t, n in zip(np.arange(8) / 2, "M AA".split() * 4, strict=True)]
        )
    turns = (Span(0.0, 4.0, 0), Span(4.0, 8.0, 1))
    rng = np.random.default_rng(0)
    tracks = rng.normal(0, 0.01, (2, 8 * 16_000)).astype(np.float32)
    spoken = tuple(tuple((p.start, p.end, p.name) for p in own) for own in phones)
    dialogue = Dialogue(tracks.sum(0), tracks, turns, (), turns, spoken, ("a", "b"), 0)
    return LabelledDialogue(dialogue, tuple(from_phones(own) for own in phones))


def lips(labelled: LabelledDialogue, late: int = 0, size: float = 0.3) -> LipMotion:
    """Mouths that open in every AA, ``late`` frames after it."""
    faces = np.zeros((2, labelled.dialogue.masks.shape[1], 44), np.float32)
    for person, own in enumerate(labelled.dialogue.phones):
        for start, end, name in own:
            if name == "AA":
                faces[person, round(start * 25) + late : round(end * 25) + late, JAW] = size
    return lip_sync.posed(faces)


def test_the_true_mouth_has_no_error_and_a_late_or_small_one_has(labelled):
    truth = lips(labelled)
    right, late, small = (
        evaluate(labelled, one, truth)[0][1] for one in (truth, lips(labelled, 2), lips(labelled, size=0.15))
    )

    assert right["LVE"] == 0 and right["MTM"] == 0 and right["jitter"] == pytest.approx(1)
    assert late["lag"] - right["lag"] == pytest.approx(80, abs=10)
    assert small["LVE"] > 1 and small["jitter"] < 0.5
    assert right["freeze"] == right["freeze, truth"]


def test_true_closures_are_detected_and_correct(labelled):
    counts = [row[0] for row in evaluate(labelled, lips(labelled))]

    assert all(c.recall == 1 and c.precision == 1 and c.false_closure == 0 for c in counts)


def test_a_timed_system_counts_the_work_of_the_processor(labelled):
    def busy(labelled):
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
        return lips(labelled)

    timed = TimedSystem(busy)
    timed(labelled)

    assert 0.2 < timed.seconds < 3


def test_closed_frames_of_a_silent_mouth_are_no_closures(labelled):
    silent = replace(labelled, dialogue=replace(labelled.dialogue, speech=(), turns=()))
    closed = LipMotion(lips(labelled).closed)
    counts = [evaluate(one, closed)[0][0] for one in (labelled, silent)]

    assert counts[0].predicted > 0 and counts[1].predicted == counts[1].detected == 0


def test_contact_of_lip_and_teeth_and_rounding_are_read_off_the_mouth(labelled):
    labels = MouthLabels(contacts=[(1.0, 1.4)], rounded=[(2.0, 2.4)], speech=[(0.0, 4.0)])
    spoken = replace(labelled, labels=(labels, labels))
    mouth = MouthCurves(*(np.full(200, value) for value in (5.0, 50.0, 8.0)), closed=np.zeros(200, bool))
    right = replace(mouth, labiodental_gap=mouth.labiodental_gap.copy(), width=mouth.width.copy())
    right.labiodental_gap[25:35], right.width[50:60] = 0.5, 45.0

    for one, share in ((mouth, 0), (right, 1)):
        row = evaluate(spoken, LipMotion(np.zeros((2, 200), bool), (one, one)))[0][1]
        assert row["F/V contact"] == row["rounding"] == share
