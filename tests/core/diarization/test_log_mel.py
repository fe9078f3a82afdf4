"""The mask network's picture of the sound is the same however long the recording is."""

from pathlib import Path

import numpy as np

from core.audio import decoding
from core.diarization import log_mel

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample" / "dialogue.flac"


def test_blocks_join_without_a_seam():
    mono = decoding.load(SAMPLE).mono[: 16 * decoding.SAMPLE_RATE]
    voice = np.ones(decoding.frame_count(len(mono)), np.float32)

    seen = log_mel.picture(mono, voice).astype(np.float32)

    assert seen.shape == (len(voice), log_mel.WIDTH) and np.isfinite(seen).all()
    np.testing.assert_allclose(seen[:, : log_mel.BANDS].mean(0), 0, atol=0.01)
    steps = np.abs(np.diff(seen, axis=0)).mean(1)
    seam = np.zeros(len(steps), bool)
    seam[log_mel.BLOCK - log_mel.OVERLAP : log_mel.BLOCK] = True
    assert steps[seam].max() < steps[~seam].max() and steps[seam].mean() < 2 * steps[~seam].mean()


def test_power_of_frames_is_counted_in_blocks_and_to_the_end():
    mono = np.random.default_rng(0).normal(size=250 * 640 + 100).astype(np.float32)

    power = log_mel.frame_power(mono)

    assert len(power) == 251
    np.testing.assert_allclose(power[:250], np.square(mono[: 250 * 640]).reshape(250, 640).mean(1), rtol=1e-4)
