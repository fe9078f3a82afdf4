"""Re-aim Gaze, read from the evaluated bones."""

import bpy
import numpy as np
import pytest

from talking_together.core import gaze
from talking_together.core.heads import load
from talking_together.core.layout import Layout, room_poses
from talking_together.core.motion import EXPRESSION_NAMES, HeadMotion, Take, save_take
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.sequencer.strips import Recording
from talking_together.operators.scene.take import keyframes, scene_jobs, takes

FRAMES = (5, 20, 40)


@pytest.fixture
def scene(addon, tmp_path):
    """A pair with two seconds of a take in which both nod and hold eye contact; A starts on frame 1."""
    intents = np.zeros((2, 50, gaze.INTENT_WIDTH), np.float32)
    intents[..., EXPRESSION_NAMES.index("jawOpen")] = 0.3
    intents[..., 47] = 0.1 * np.sin(np.arange(50) / 8)
    intents[..., 52] = 1  # contact
    packed = gaze.aim(intents, room_poses(Layout()), [gaze.Geometry.of(load(name)) for name in ("man", "woman")])
    take = Take(tuple(map(HeadMotion, packed)), np.zeros((2, 50), np.float32), Layout(), "", 0, "")
    save_take(take, tmp_path / "take.npz")
    recording = Recording("talk", "talk.wav", 0.0, 2.0, 24.0, 1)
    takes.store(addon.dyad, (tmp_path / "take.npz").read_bytes(), ("man", "woman"), recording, 0)
    takes.bake(addon, scene_jobs.pair_for(addon, Layout(), moved=False))
    return addon


def gaze_errors(scene) -> np.ndarray:
    """(2, frames) degrees between each head's gaze and the partner's eyes, from the evaluated eye bones."""
    errors = []
    for frame in FRAMES:
        scene.frame_set(frame)
        eyes = [
            [np.array(head.matrix_world @ head.pose.bones[f"{side}_eye"].matrix) for side in ("left", "right")]
            for head in rigs.find_pair(scene)
        ]
        middles = [np.mean([eye[:3, 3] for eye in both], axis=0) for both in eyes]
        for own in (0, 1):
            look = -np.mean([eye[:3, 1] for eye in eyes[own]], axis=0)
            partner = middles[1 - own] - middles[own]
            errors.append(np.degrees(np.arctan2(np.linalg.norm(np.cross(look, partner)), look @ partner)))
    return np.reshape(errors, (len(FRAMES), 2)).T


def test_the_eyes_meet_again_after_a_head_was_moved_and_re_aimed(scene):
    assert gaze_errors(scene).max() < 0.5
    woman = rigs.find_pair(scene)[1]
    woman.location.z += 0.3
    woman.location.y += 0.2

    assert gaze_errors(scene).min() > 5, "both look past each other before Re-aim Gaze"
    assert bpy.ops.dyad.reaim() == {"FINISHED"}

    assert gaze_errors(scene).max() < 0.5


def test_a_take_is_baked_on_its_own_head_from_its_start_frame(scene):
    """A opens the jaw at the start only and B at the end only."""
    take = takes.stored(scene.dyad)
    jaw = EXPRESSION_NAMES.index("jawOpen")
    packed = np.stack([motion.packed for motion in take.motions])
    packed[0, :, jaw], packed[1, :, jaw] = np.arange(50) < 25, np.arange(50) >= 25
    motions = tuple(map(HeadMotion, packed))
    path = bpy.app.tempdir + "jaws.npz"
    save_take(Take(motions, take.speaking, take.layout, "", 1, ""), path)
    with open(path, "rb") as file:
        takes.store(scene.dyad, file.read(), ("man", "woman"), Recording("talk", "talk.wav", 0.0, 2.0, 24.0, 101), 1)
    a, b = rigs.find_pair(scene)

    takes.bake(scene, (a, b))

    assert keyframes.take_range(a) == keyframes.take_range(b) == (101, 148)
    for frame, open_jaws in ((103, (1, 0)), (119, (1, 0)), (131, (0, 1)), (146, (0, 1))):
        scene.frame_set(frame)
        values = [rigs.face(head).data.shape_keys.key_blocks["jawOpen"].value for head in (a, b)]
        assert values == pytest.approx(open_jaws, abs=0.01), frame
