"""How a recording of any length goes through the Whisper encoder: in overlapping windows, cross-faded, with dither."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from ..audio import SAMPLES_PER_FRAME
from ..audio.mel import WINDOW

WINDOW_FRAMES = 250  # 10 s; longer windows cost more and gave no better features
OVERLAP_FRAMES = 25  # 1 s, over which one window fades into the next
USUAL_LEVEL = -23.0  # dB of full scale that speech is brought to before it is encoded
DITHER = 5e-4  # standard deviation; with it, digital silence and gated sound look like a quiet room


def windows(frames: int) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) frame of each window that covers ``frames``, with OVERLAP_FRAMES of overlap."""
    for start in range(0, max(1, frames - OVERLAP_FRAMES), WINDOW_FRAMES - OVERLAP_FRAMES):
        yield start, min(frames, start + WINDOW_FRAMES)


def fade_in(length: int) -> np.ndarray:
    """(length, 1) float32 weights that rise to 1 over OVERLAP_FRAMES and on; never 0."""
    return ((np.arange(length) + 0.5) / OVERLAP_FRAMES).astype(np.float32)[:, None]


def fade(length: int) -> np.ndarray:
    """(length, 1) float32 weights of a window: they rise and fall over the overlap; never 0."""
    ramp = fade_in(length)
    return np.minimum(1, np.minimum(ramp, ramp[::-1]))


def total_fade(frames: int) -> np.ndarray:
    """(frames, 1) float32 sum of the fades of all windows that cover ``frames``."""
    total = np.zeros((frames, 1), np.float32)
    for start, stop in windows(frames):
        total[start:stop] += fade(stop - start)
    return total


def dither(samples: int) -> np.ndarray:
    """(samples,) float32 white Gaussian noise, the same for every window.

    Raises ValueError for more than a window and the half mel windows beside it.
    """
    noise = _noise()
    if samples > len(noise):
        raise ValueError(f"a window has at most {len(noise)} samples, got {samples}")
    return noise[:samples]


@cache
def _noise() -> np.ndarray:
    length = WINDOW_FRAMES * SAMPLES_PER_FRAME + WINDOW
    return np.random.default_rng(0).normal(0, DITHER, length).astype(np.float32)
