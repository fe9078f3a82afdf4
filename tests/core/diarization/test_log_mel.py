"""The log-mel features of a recording do not depend on the windows it is computed in."""

from pathlib import Path

import numpy as np

from core.audio import decoding
from core.diarization import log_mel
from core.speech import windows

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample" / "dialogue.flac"


def test_windows_join_without_a_seam():
    mono = decoding.load(SAMPLE).mono[: 16 * decoding.SAMPLE_RATE]
    voice = np.ones(decoding.frame_count(len(mono)), np.float32)

    seen = log_mel.features(mono, voice).astype(np.float32)

    assert seen.shape == (len(voice), log_mel.WIDTH) and np.isfinite(seen).all()
    np.testing.assert_allclose(seen[:, : log_mel.BANDS].mean(0), 0, atol=0.01)
    steps = np.abs(np.diff(seen, axis=0)).mean(1)
    seam = np.zeros(len(steps), bool)
    seam[windows.WINDOW_FRAMES - windows.OVERLAP_FRAMES : windows.WINDOW_FRAMES] = True
    assert steps[seam].max() < steps[~seam].max() and steps[seam].mean() < 2 * steps[~seam].mean()
