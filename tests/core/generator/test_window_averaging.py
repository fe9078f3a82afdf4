import numpy as np
import pytest

from core.generator.window_averaging import OVERLAP, WINDOW, clean, cleaned, windows

WIDTH = 4


def test_pieces_come_in_order_and_what_lies_behind_may_be_overwritten(nearby, rng):
    motion, levels = rng.standard_normal((2, 3000, WIDTH), np.float32), np.zeros((2, 3000), np.float32)
    whole, done = clean(nearby, motion, levels), 0
    for cut, piece in cleaned(nearby, motion, levels, batch=2):
        assert cut.start == done and np.array_equal(piece, whole[:, cut])
        motion[:, cut], done = 99.0, cut.stop
    assert done == 3000


@pytest.mark.parametrize("frames", [1, 249, 250, 251, 600, 5000])
def test_windows_cover_every_frame_and_overlap(frames):
    starts = windows(frames)
    ends = [min(frames, start + WINDOW) for start in starts]
    assert starts[0] == 0 and ends[-1] == frames
    assert all(end - start >= OVERLAP for start, end in zip(starts[1:], ends, strict=False))


def test_windows_join_without_a_seam(nearby, rng):
    motion = rng.standard_normal((2, 900, WIDTH), np.float32).cumsum(1) / 10
    joined = clean(nearby, motion, np.zeros((2, 900), np.float32))
    whole = clean(nearby, motion, np.zeros((2, 900), np.float32), length=900)
    assert np.allclose(joined, whole, atol=0.02)
    steps, smooth = (np.abs(np.diff(motion, axis=1)).mean(axis=(0, 2)) for motion in (joined, whole))
    edges = [199, 249, 399, 449]
    assert steps[edges].mean() < 1.1 * smooth[edges].mean()
