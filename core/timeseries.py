"""Curves over time: ramps, runs of frames, and long ones worked on a chunk at a time."""

from collections.abc import Callable

import numpy as np

CHUNK = 1500  # frames at once, a minute: an hour needs little more memory than that


def smooth_step(x: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """0 up to ``low``, 1 from ``high`` on, and between them level at both ends: 3 s^2 - 2 s^3, of any shape."""
    x = np.clip((x - low) / (high - low), 0, 1)
    return x * x * (3 - 2 * x)


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last index of every run of True in ``flags`` (T,)."""
    edges = np.flatnonzero(np.diff(np.pad(np.asarray(flags, bool), 1).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def padded_slice(values: np.ndarray, first: int, last: int) -> np.ndarray:
    """``values[..., first:last]`` of (..., N), zeros where the slice reaches over an end: (..., last - first)."""
    inside = values[..., max(0, first) : max(0, last)]
    before = min(max(0, -first), last - first)
    after = last - first - before - inside.shape[-1]
    return np.pad(inside, [(0, 0)] * (values.ndim - 1) + [(before, after)])


def by_chunks(compute: Callable[[slice], np.ndarray], frames: int, reach: int = 0) -> np.ndarray:
    """What ``compute`` gives for slices of frames, (2, n, ...), for all ``frames`` of them.

    reach: frames beside a frame that its result depends on; so many more are asked for at both ends, and cut off
    """
    found = []
    for first in range(0, frames, CHUNK):
        around = slice(max(0, first - reach), min(first + CHUNK + reach, frames))
        found.append(compute(around)[:, first - around.start :][:, :CHUNK])
    return np.concatenate(found, axis=1)
