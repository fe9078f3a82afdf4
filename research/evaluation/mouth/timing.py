"""METRICS C: MTM (derivative dynamic time warping of two lip curves) and the loudness-opening pairs of SLCC."""

import numpy as np

from core.motion import MOTION_FPS

REACH = 0.4  # s, largest lead or delay of one curve
PROMINENCE = 0.15  # of a curve's range, least movement between two turning points


def turning_point_error(curve: np.ndarray, truth: np.ndarray) -> float:
    """MTM: mean distance in time, s, of the turning points of ``truth`` (T,) from their match in ``curve`` (T,).

    The match is by derivative dynamic time warping (Keogh and Pazzani 2001), both curves at unit standard deviation;
    nan without turning points.
    """
    turns = turning_points(truth)
    if not len(turns):
        return float("nan")
    reach = round(REACH * MOTION_FPS)
    path = _warp(_slope(truth), _slope(curve), reach)
    matched = np.array([np.mean([j for i, j in path if i == turn]) for turn in turns])
    return float(np.abs(matched - turns).mean() / MOTION_FPS)


def turning_points(curve: np.ndarray) -> np.ndarray:
    """Frames of the extrema of ``curve`` (T,) that follow a movement of at least PROMINENCE of its range."""
    size = PROMINENCE * max(1e-9, float(np.percentile(curve, 95) - curve.min()))
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


def loudness_and_opening(level: np.ndarray, opening: np.ndarray, seconds: float = 1.0) -> np.ndarray:
    """(N, 2) mean loudness and mean opening of every ``seconds``, z-scored over the clip; level, opening: (T,)."""
    length = round(seconds * MOTION_FPS)
    count = len(opening) // length
    means = [curve[: count * length].reshape(count, length).mean(axis=1) for curve in (level, opening)]
    return np.stack([(m - m.mean()) / max(1e-9, m.std()) for m in means], axis=1)


def _slope(curve: np.ndarray) -> np.ndarray:
    """Keogh and Pazzani's derivative estimate, of the curve at unit standard deviation."""
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
