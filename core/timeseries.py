"""Curves over time: easings, smoothing, intervals, and long arrays processed in chunks."""

from collections.abc import Callable, Iterable

import numpy as np

CHUNK = 1500  # frames per chunk, one minute: bounds the memory that an hour of motion needs


def smooth_step(x: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Cubic Hermite step, 3 s^2 - 2 s^3: 0 up to ``low``, 1 from ``high`` on; any shape."""
    x = np.clip((x - low) / (high - low), 0, 1)
    return x * x * (3 - 2 * x)


def minimum_jerk(share: np.ndarray) -> np.ndarray:
    """Share of a point-to-point movement that is done after a ``share`` of its duration, both in [0, 1]; any shape.

    The minimum-jerk trajectory 10 s^3 - 15 s^4 + 6 s^5 (Flash and Hogan 1985): speed and acceleration are 0 at both
    ends.
    """
    return share**3 * (10 - 15 * share + 6 * share**2)


def gaussian_smooth(values: np.ndarray, spread: float, axis: int = -1) -> np.ndarray:
    """Convolve ``values`` along ``axis`` with a Gaussian of standard deviation ``spread`` samples, cut at 3 spreads.

    The first and the last value are repeated beyond the ends; the shape stays.
    """
    reach = max(1, round(3 * spread))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    moved = np.moveaxis(values, axis, -1)
    count = moved.shape[-1]
    padded = np.pad(moved, [(0, 0)] * (moved.ndim - 1) + [(reach, reach)], mode="edge")
    smoothed = sum(weight * padded[..., i : i + count] for i, weight in enumerate(kernel / kernel.sum()))
    return np.moveaxis(smoothed, -1, axis)


def smooth_bound(values: np.ndarray, reach: int) -> np.ndarray:
    """A smooth curve that is nowhere nearer to 0 than ``values`` (2, T, 3), component by component and sign by sign.

    reach: frames; the curve leaves 0 twice as many before the values do, and returns as much later
    """
    signs = np.concatenate([np.maximum(values, 0), np.maximum(-values, 0)], axis=-1)
    window = 2 * reach + 1
    padded = np.pad(signs, ((0, 0), (2 * reach, 2 * reach), (0, 0)), mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1).max(axis=-1)
    kernel = np.hanning(window + 2)[1:-1]
    smooth = np.lib.stride_tricks.sliding_window_view(highest, window, axis=1) @ (kernel / kernel.sum())
    return smooth[..., :3] - smooth[..., 3:]


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


def merged(intervals: Iterable[tuple[float, float]], gap: float = 0.0) -> list[tuple[float, float]]:
    """Intervals (start, end), given in order of their start, with those joined that overlap, touch or lie less than
    ``gap`` apart.

    >>> merged([(0, 2), (1, 3), (3.5, 4)], gap=1)
    [(0, 4)]
    """
    joined: list[tuple[float, float]] = []
    for start, end in intervals:
        if joined and (start <= joined[-1][1] or start - joined[-1][1] < gap):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def by_chunks(compute: Callable[[slice], np.ndarray], frames: int, reach: int = 0) -> np.ndarray:
    """Concatenate what ``compute`` returns, (2, n, ...), for consecutive slices of ``frames`` frames.

    reach: frames before and after a frame that its result depends on; slices are extended by as many, and the results
           are cut back
    """
    found = []
    for first in range(0, frames, CHUNK):
        around = slice(max(0, first - reach), min(first + CHUNK + reach, frames))
        found.append(compute(around)[:, first - around.start :][:, :CHUNK])
    return np.concatenate(found, axis=1)
