"""Parts of a take regenerated on the bundled sample, and the takes that are kept beside it."""

import json

import bpy
import numpy as np
import pytest

from talking_together.core import gaze
from talking_together.core.layout import room_poses
from talking_together.core.motion import EXPRESSION_NAMES
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.sequencer import strips, turns
from talking_together.operators.scene.take import child_process, keyframes, takes

needs_sound = pytest.mark.skipif(bpy.app.version < (4, 3), reason="the bpy 4.2 wheel cannot make a sound strip")

pytestmark = needs_sound
TURNS = [(0.2, 2.0, "A"), (2.6, 4.0, "B"), (4.4, 5.6, "A")]


@pytest.fixture
def talk(addon, root):
    """Six seconds of the sample from the frame 11 on, with three turns and the take that they make."""
    scene = addon
    strip = strips.add(scene, str(root / "assets/sample/dialogue.flac"), 11)
    end = 11 + 6 * scene.render.fps
    strips.set_handles(strip, end=end)
    turns.write(scene, strips.read(scene, strip), TURNS)
    bpy.ops.dyad.generate()
    return scene


def packed(scene) -> np.ndarray:
    """(2, T, 59) of the take that is shown."""
    return np.stack([motion.packed for motion in takes.stored(scene.dyad).motions])


def changed_seconds(before: np.ndarray, after: np.ndarray, person: int) -> tuple[float, float]:
    """From where to where one person moves otherwise than before."""
    frames = np.flatnonzero((before[person] != after[person]).any(axis=1))
    return frames[0] / 25, (frames[-1] + 1) / 25


def turn_strip(scene, number: int):
    return sorted(turns.turn_strips(scene), key=lambda strip: strips.handles(strip)[0])[number]


def test_only_the_selected_turn_is_regenerated(talk):
    before = packed(talk)
    turn_strip(talk, 1).select = True

    assert bpy.ops.dyad.regenerate_turn() == {"FINISHED"}

    after = packed(talk)
    for person in (0, 1):
        start, end = changed_seconds(before, after, person)
        assert start >= 2.6 - 0.06 and end <= 4.0 + 0.06
    assert np.abs(after - before).max() > 0.05
    assert len(talk.dyad.takes) == 1

    bpy.ops.dyad.regenerate_turn()
    assert (packed(talk) != after).any(), "every press is another try"


def test_the_turn_at_the_playhead_is_regenerated_where_none_is_selected(talk):
    before = packed(talk)
    talk.frame_set(11 + 5 * talk.render.fps)

    bpy.ops.dyad.regenerate_turn(people="B")

    np.testing.assert_array_equal(packed(talk)[0], before[0])
    start, end = changed_seconds(before, packed(talk), 1)
    assert start >= 4.4 - 0.06 and end <= 5.6 + 0.06


def test_only_the_head_motion_is_regenerated(talk):
    before = packed(talk)
    turn_strip(talk, 1).select = True

    bpy.ops.dyad.regenerate_turn(parts={"head"})

    np.testing.assert_array_equal(packed(talk)[..., :44], before[..., :44])
    assert np.abs(packed(talk) - before)[..., 44:50].max() > 0.01


def test_a_preview_range_is_regenerated(talk):
    before = packed(talk)
    talk.use_preview_range, talk.frame_preview_start, talk.frame_preview_end = True, 11 + 24, 11 + 47

    bpy.ops.dyad.regenerate_turn()

    start, end = changed_seconds(before, packed(talk), 0)
    assert start >= 0.99 and end <= 2.01


def test_a_turn_is_regenerated_as_its_direction_says(talk):
    turn_strip(talk, 1).select = True
    bpy.ops.dyad.regenerate_turn(seed=5)
    plain = packed(talk)

    bpy.ops.dyad.regenerate_turn(seed=5, prompt="B looks away")

    assert np.abs(packed(talk)[1] - plain[1]).max() > 0.02
    with pytest.raises(RuntimeError, match="describes no mood and no gaze"):
        bpy.ops.dyad.regenerate_turn(prompt="two metres apart")


def test_without_a_turn_it_says_how_to_choose_one(talk):
    talk.frame_set(1)
    with pytest.raises(RuntimeError, match="Select turn strips"):
        bpy.ops.dyad.regenerate_turn()


def test_update_regenerates_only_what_was_corrected(talk):
    before = packed(talk)
    assert bpy.ops.dyad.update() == {"FINISHED"}
    np.testing.assert_array_equal(packed(talk), before)

    turn_strip(talk, 2).name = "B"
    talk.dyad.recording_report = json.dumps(
        {"strip": strips.find(talk).name, "voices": ["Only one voice"], "quality": ["Noisy"]}
    )
    bpy.ops.dyad.update()
    heard = json.loads(talk.dyad.recording_report)
    assert heard["quality"] == ["Noisy"] and "turn strips decide" in heard["voices"][0]

    after = packed(talk)
    for person in (0, 1):
        assert changed_seconds(before, after, person)[0] >= 3.9
    assert takes.stored(talk.dyad).speaking[1, 115:135].min() > 0.9
    child_process.stop_worker()
    assert bpy.ops.dyad.update() == {"FINISHED"}
    assert child_process.worker().process_id is None, "nothing was left to do"


def test_takes_are_kept_and_can_be_chosen_again(talk):
    first = packed(talk)
    bpy.ops.dyad.new_take()
    second = packed(talk)
    assert [one.seed for one in talk.dyad.takes] == [0, 1]

    talk.dyad.active_take_index = 0

    np.testing.assert_array_equal(packed(talk), first)
    shown = keyframes.face_keys(rigs.find_pair(talk)[0])[0].key_blocks["jawOpen"]
    talk.frame_set(11 + 12)
    jaw = first[0][:, EXPRESSION_NAMES.index("jawOpen")]
    assert jaw[11:14].min() - 1e-4 <= shown.value <= jaw[11:14].max() + 1e-4
    talk.dyad.active_take_index = 1
    np.testing.assert_array_equal(packed(talk), second)
    bpy.ops.dyad.remove_take()
    np.testing.assert_array_equal(packed(talk), first)


def test_another_listener_for_the_same_speaker(talk):
    before = packed(talk)

    bpy.ops.dyad.new_take(people="B")

    np.testing.assert_array_equal(packed(talk)[0], before[0])
    assert np.abs(packed(talk)[1] - before[1]).max() > 0.05
    assert len(talk.dyad.takes) == 2


def test_a_recording_that_was_trimmed_since_is_refused(talk):
    strip = strips.find(talk)
    strips.set_handles(strip, end=11 + 72)
    turn_strip(talk, 0).select = True

    with pytest.raises(RuntimeError, match="another recording"):
        bpy.ops.dyad.regenerate_turn()


def test_a_take_is_regenerated_from_its_own_strip_while_another_muted_one_is_chosen(talk, root):
    before, own = packed(talk), talk.dyad.active_take.strip
    other = strips.add(talk, str(root / "assets/sample/dialogue.flac"), 11)
    other.name, other.mute = "other", True
    talk.dyad.strip = other.name
    turn_strip(talk, 1).select = True

    assert bpy.ops.dyad.regenerate_turn() == {"FINISHED"}

    assert talk.dyad.active_take.strip == own and len(talk.dyad.takes) == 1
    start, end = changed_seconds(before, packed(talk), 1)
    assert start >= 2.6 - 0.06 and end <= 4.0 + 0.06


def test_a_person_is_regenerated_in_the_mood_of_the_scene(talk):
    def contact_of_b() -> float:
        take = takes.stored(talk.dyad)
        geometries = [rigs.geometry(head) for head in rigs.find_pair(talk)]
        return gaze.intents(packed(talk), room_poses(take.layout), geometries)[1, :, gaze.CONTACT_COLUMN].mean()

    shares = []
    for talk.dyad.contact_b in (0.05, 0.95):
        bpy.ops.dyad.new_take(people="B", seed=5)
        shares.append(contact_of_b())

    assert shares[1] > shares[0] + 0.3
