"""When two mouths turn: their curves laid over each other by derivative time warping (METRICS C, MTM and SLCC gap)."""

import numpy as np

from core.motion import MOTION_FPS

REACH = 0.4  # s that one curve may come before or after the other
TURN = 0.15  # of a curve's 95th percentile: what is smaller is no turning point


def turning_error(curve: np.ndarray, truth: np.ndarray) -> float:
    """MTM: mean distance in time, s, of the turning points of ``truth`` (T,) from where ``curve`` (T,) matches them.

    The path is dynamic time warping's over slopes (Keogh and Pazzani 2001), both curves at unit size; nan without any
    turning points.
    """
    turns = turning_points(truth)
    if not len(turns):
        return float("nan")
    reach = round(REACH * MOTION_FPS)
    path = _warp(_slope(truth), _slope(curve), reach)
    found = np.array([np.mean([j for i, j in path if i == turn]) for turn in turns])
    return float(np.abs(found - turns).mean() / MOTION_FPS)


def turning_points(curve: np.ndarray) -> np.ndarray:
    """Frames at which ``curve`` (T,) turns after having moved by TURN of its size at least."""
    size = TURN * max(1e-9, float(np.percentile(curve, 95) - curve.min()))
    turns, rising, low, high = [], None, 0, 0
    for i, value in enumerate(curve):
        low, high = (i if value < curve[low] else low), (i if value > curve[high] else high)
        if rising is not False and curve[high] - value >= size:
            turns += [high] if rising is not None else []
            rising, low, high = False, i, i
        elif rising is not True and value - curve[low] >= size:
            turns += [low] if rising is not None else []
            rising, low, high = True, i, i
    return np.array(turns, int)


def loudness_bond(level: np.ndarray, opening: np.ndarray, seconds: float = 1.0) -> np.ndarray:
    """(N, 2) mean loudness and mean opening of every ``seconds``, each as z over the clip; level, opening: (T,)."""
    length = round(seconds * MOTION_FPS)
    count = len(opening) // length
    means = [curve[: count * length].reshape(count, length).mean(axis=1) for curve in (level, opening)]
    return np.stack([(m - m.mean()) / max(1e-9, m.std()) for m in means], axis=1)


def _slope(curve: np.ndarray) -> np.ndarray:
    """Keogh's estimate of the derivative, of the curve at unit size."""
    padded = np.pad(curve / max(1e-9, curve.std()), 1, mode="edge")
    return ((padded[1:-1] - padded[:-2]) + (padded[2:] - padded[:-2]) / 2) / 2


def _warp(one: np.ndarray, other: np.ndarray, reach: int) -> list[tuple[int, int]]:
    """Pairs of frames of the cheapest path from start to end, at most ``reach`` frames off the diagonal."""
    count = len(one)
    cost = np.full((count + 1, count + 1), np.inf)
    cost[0, 0] = 0
    for i in range(count):
        for j in range(max(0, i - reach), min(count, i + reach + 1)):
            before = min(cost[i, j], cost[i, j + 1], cost[i + 1, j])
            cost[i + 1, j + 1] = (one[i] - other[j]) ** 2 + before
    path, i, j = [], count, count
    while i and j:
        path.append((i - 1, j - 1))
        steps = {(i - 1, j - 1): cost[i - 1, j - 1], (i - 1, j): cost[i - 1, j], (i, j - 1): cost[i, j - 1]}
        i, j = min(steps, key=steps.get)
    return path
