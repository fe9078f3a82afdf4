import bpy
import pytest

from talking_together.operators.scene.sequencer import strips, turns
from talking_together.operators.scene.sequencer.strips import Recording

TURNS = [(0.0, 2.5, "A"), (2.25, 4.0, "B"), (4.5, 5.0, "A"), (4.75, 6.0, "B")]


@pytest.fixture
def scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.sequence_editor_create()
    return bpy.context.scene


def recording(fps=24.0, start_frame=101):
    return Recording("talk", "talk.wav", 0.0, 10.0, fps, start_frame)


@pytest.mark.parametrize("fps", [24, 25, 30 / 1.001, 60])
def test_turns_come_back_as_they_were_shown(scene, fps):
    turns.write(scene, recording(fps), TURNS)

    back = turns.read(scene, recording(fps))

    assert [turn[2] for turn in back] == ["A", "B", "A", "B"]
    for shown, read in zip(TURNS, back, strict=True):
        assert read[:2] == pytest.approx(shown[:2], abs=0.51 / fps)


def test_each_person_has_a_channel(scene):
    turns.write(scene, recording(), TURNS)

    channels = {strip.name[0]: strip.channel for strip in turns.turn_strips(scene)}
    assert channels == {"A": 1, "B": 2}


def test_turns_are_never_rendered(scene):
    turns.write(scene, recording(), TURNS)

    assert all(strip.mute for strip in turns.turn_strips(scene))


def test_dragged_and_renamed_strips_are_corrected_turns(scene):
    turns.write(scene, recording(), [(0.0, 1.0, "A"), (2.0, 3.0, "A")])
    second = max(turns.turn_strips(scene), key=lambda strip: strips.handles(strip)[0])
    second.name = "B"
    strips.set_handles(second, end=101 + 96)

    assert turns.read(scene, recording()) == [(0.0, 1.0, "A"), (2.0, 4.0, "B")]


def test_showing_turns_again_replaces_the_old_ones(scene):
    turns.write(scene, recording(), TURNS)
    turns.write(scene, recording(), TURNS[:1])

    assert turns.read(scene, recording()) == TURNS[:1]


def test_a_turn_that_begins_before_the_recording_counts_from_its_start(scene):
    turns.write(scene, recording(start_frame=101), [(0.0, 4.0, "A")])

    assert turns.read(scene, recording(start_frame=125)) == [(0.0, 3.0, "A")]


def test_without_strips_there_are_no_turns(scene):
    assert turns.read(scene, recording()) is None


def test_colour_strips_of_another_name_are_left_alone(scene):
    strips.add_color(scene, "Title", 1, 1, 21)
    turns.write(scene, recording(), TURNS)
    turns.clear(scene)

    assert [strip.name for strip in strips.top_level(scene)] == ["Title"]


def test_an_unsure_turn_is_marked_in_name_and_colour_and_stays_so_when_it_is_dragged(scene):
    turns.write(scene, recording(), TURNS, [0.9, 0.3, 0.5, 0.8])

    marked = turns.unsure(scene)
    assert [strip.name for strip in marked] == ["B ?", "A ?"]
    assert list(marked[0].color) != pytest.approx(turns.COLORS["B"])
    strips.set_handles(marked[0], end=101 + 120)
    assert marked[0].name == "B ?"
    assert [turn[2] for turn in turns.read(scene, recording())] == ["A", "B", "A", "B"]

    marked[0].name = "A"
    assert [strip.name for strip in turns.unsure(scene)] == ["A ?"]


def test_many_unsure_turns_of_one_person_are_still_theirs(scene):
    turns.write(scene, recording(), [(k, k + 0.5, "A") for k in range(5)], [0.1] * 5)

    assert len(turns.unsure(scene)) == len(turns.turn_strips(scene)) == 5


def test_the_playhead_goes_from_one_unsure_turn_to_the_next(scene):
    turns.write(scene, recording(), TURNS, [0.9, 0.3, 0.5, 0.8])
    places = []
    for _ in range(3):
        turns.go_to_next_unsure(scene)
        places.append(scene.frame_current)

    first, second = (strips.handles(strip)[0] for strip in turns.unsure(scene))
    assert places == [first, second, first]
    assert [strip.name for strip in turns.turn_strips(scene) if strip.select] == ["B ?"]
