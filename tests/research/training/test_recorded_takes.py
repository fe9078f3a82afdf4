"""Training reads takes of real people by the same code as simulated dialogues."""

import shutil

import numpy as np
import pytest

from core import gaze, heads, turns
from core.audio import decoding
from core.errors import UserError
from core.layout import Layout, room_poses
from core.motion import HeadMotion, Take, save_take
from core.turns import masks_from_turns
from research.__main__ import main
from research.training.batches import Recipe, draw_batch, measure, read_dialogues
from research.training.recorded_takes import read_takes

SEAT = Layout(distance=1.3, facing_a=20, facing_b=-30)


@pytest.fixture
def folder(root, tmp_path):
    """One take beside its recording: the sample, with a motion of slow turns."""
    sound = decoding.load(root / "assets/sample/dialogue.flac")
    frames = decoding.frame_count(len(sound.mono))
    motion = np.zeros((2, frames, 59), np.float32)
    motion[..., 46] = 0.1 * np.sin(np.arange(frames) / 20)
    motion[..., 9] = 0.3
    masks = masks_from_turns(turns.read_csv(root / "assets/sample/dialogue.turns.csv"), frames)
    take = Take(tuple(map(HeadMotion, motion)), masks, SEAT, sound.sha256, 0, "")
    folder = tmp_path / "real"
    folder.mkdir()
    save_take(take, folder / "talk.npz")
    shutil.copy(root / "assets/sample/dialogue.flac", folder / "talk.flac")
    return folder


def test_a_take_becomes_a_dialogue_that_training_reads(folder, tmp_path):
    assert main(["train", "takes", "--takes", str(folder), "--out", str(tmp_path / "cache")]) == 0
    (dialogue,), _ = read_dialogues(tmp_path / "cache")
    (take, recording), *_ = read_takes(folder)
    assert recording.name == "talk.flac"
    assert np.array_equal(dialogue.masks, take.speaking)
    pair = room_poses(SEAT), [gaze.Geometry.of(heads.load(name)) for name in ("man", "woman")]
    again, motions = gaze.aim(dialogue.intents, *pair), np.stack([motion.packed for motion in take.motions])
    eyes = slice(50, 56)  # parallel here: aiming lets them meet
    assert np.abs(np.delete(again - motions, np.arange(59)[eyes], axis=-1)).max() < 1e-3, "it is the take's motion"
    assert np.abs(again - motions)[..., eyes].max() < 0.03
    batch = draw_batch([dialogue], measure([dialogue]), Recipe(2, 250, 0.1), np.random.default_rng(0))
    assert batch.clip.motion.isfinite().all() and batch.condition.isfinite().all()


def test_a_take_without_its_recording_is_reported(folder):
    (folder / "talk.flac").unlink()
    with pytest.raises(UserError, match="0 recordings"):
        read_takes(folder)


def test_a_folder_without_takes_is_reported(tmp_path):
    with pytest.raises(UserError, match="no takes"):
        read_takes(tmp_path)
