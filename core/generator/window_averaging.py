"""Predictions of motion of any length: overlapping windows are denoised as a batch and averaged where they overlap.

This is done after every step of the sampler, so that neighbours agree from the first step on and the joint has no seam.
"""

from collections.abc import Callable, Iterator

import numpy as np

WINDOW = 250  # frames, ten seconds
OVERLAP = 50  # frames that neighbouring windows share
BATCH = 8  # windows denoised at once: bounds the memory

# (B, 2, L, D) noisy motion, (B, 2, L) levels, first frame of each window -> (B, 2, L, D) clean motion
Predict = Callable[[np.ndarray, np.ndarray, list[int]], np.ndarray]


def windows(frames: int, length: int = WINDOW, overlap: int = OVERLAP) -> list[int]:
    """First frames of the windows that cover ``frames``; the last one is moved back to end with the recording.

    >>> windows(600)
    [0, 200, 350]
    """
    if frames <= length:
        return [0]
    return [*range(0, frames - length, length - overlap), frames - length]


def ramp(length: int, overlap: int = OVERLAP) -> np.ndarray:
    """(length,) weight of a window's frames: rises over the overlap and falls again, never 0."""
    edge = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return (np.sin(np.minimum(edge / overlap, 1) * np.pi / 2) ** 2).astype(np.float32)


def clean(
    predict: Predict, noisy: np.ndarray, levels: np.ndarray, batch: int = BATCH, length: int = WINDOW
) -> np.ndarray:
    """One prediction of the whole motion, windows averaged where they overlap.

    noisy: (2, T, D), levels: (2, T) -> (2, T, D)
    """
    return np.concatenate([piece for _, piece in cleaned(predict, noisy, levels, batch, length)], axis=1)


def cleaned(
    predict: Predict, noisy: np.ndarray, levels: np.ndarray, batch: int = BATCH, length: int = WINDOW
) -> Iterator[tuple[slice, np.ndarray]]:
    """The pieces of :func:`clean` in order, with their frames; ``noisy`` may be overwritten up to the end of each."""
    frames = noisy.shape[1]
    starts, size = windows(frames, length), min(length, frames)
    weight = ramp(size)[:, None]
    done, total, weights = 0, noisy[:, :0], weight[:0]
    for first in range(0, len(starts), batch):
        some = starts[first : first + batch]
        longer = some[-1] + size - done - total.shape[1]
        total, weights = _longer(total, longer), _longer(weights, longer)
        cut = [slice(start, start + size) for start in some]
        pieces = predict(np.stack([noisy[:, c] for c in cut]), np.stack([levels[:, c] for c in cut]), some)
        for start, piece in zip(some, pieces, strict=True):
            total[:, start - done : start - done + size] += piece * weight
            weights[start - done : start - done + size] += weight
        count = (starts[first + batch] if first + batch < len(starts) else frames) - done
        yield slice(done, done + count), total[:, :count] / weights[:count]
        done, total, weights = done + count, total[:, count:], weights[count:]


def _longer(sums: np.ndarray, frames: int) -> np.ndarray:
    """``sums`` (..., T, D) with ``frames`` zeros after the last frame."""
    return np.concatenate([sums, np.zeros((*sums.shape[:-2], frames, sums.shape[-1]), sums.dtype)], axis=-2)
