"""Eyes rest and jump, they do not drift: a gaze that was made frame by frame, as fixations and saccades."""

import numpy as np

SHORTEST, LONGEST = 4, 100  # frames of a fixation: 0.16 s, 4 s
JUMP_COST = 300.0  # square degrees summed over frames that a saccade has to save: 5 degrees off for twelve frames
CONTACT_DEGREES = 5.0  # how much of a change it is to leave the partner's eyes, where the angle hardly changes
LONG_JUMP = np.radians(12)  # a saccade of this size takes longer than a frame


def fixate(gaze: np.ndarray) -> np.ndarray:
    """Hold the gaze still between its jumps; contact becomes yes or no for a whole fixation.

    gaze:    (T, 3) yaw and pitch offset, radians, and contact in [0, 1]
    returns: (T, 3) float32
    """
    result = np.empty_like(gaze, dtype=np.float32)
    bounds = _fixations(np.column_stack([np.degrees(gaze[:, :2]), CONTACT_DEGREES * gaze[:, 2]]))
    for start, stop in zip(bounds, bounds[1:], strict=False):
        inner = slice(start + 1, stop - 1) if stop - start > SHORTEST else slice(start, stop)
        result[start:stop, :2] = np.median(gaze[inner, :2], axis=0)
        result[start:stop, 2] = gaze[inner, 2].mean() >= 0.5
    for frame in bounds[1:-1]:
        jump = result[frame, :2] - result[frame - 1, :2]
        if np.hypot(*jump) > LONG_JUMP:
            result[frame, :2] -= 0.4 * jump  # seen on its way
    return result


def _fixations(path: np.ndarray) -> list[int]:
    """First frames of the fixations of ``path`` (T, D), degrees, and T: least error plus JUMP_COST a jump."""
    frames = len(path)
    path = path - path.mean(axis=0)  # keeps the running sums small
    sums = np.concatenate([np.zeros((1, path.shape[1])), np.cumsum(path, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((path**2).sum(axis=1))])
    best = np.full(frames + 1, np.inf)
    best[0], came_from = 0.0, np.zeros(frames + 1, int)
    for stop in range(min(SHORTEST, frames), frames + 1):
        starts = np.arange(max(0, stop - LONGEST), max(1, stop - SHORTEST + 1))
        total = sums[stop] - sums[starts]
        error = squares[stop] - squares[starts] - (total**2).sum(axis=1) / (stop - starts)
        cost = best[starts] + error + JUMP_COST
        cheapest = int(cost.argmin())
        best[stop], came_from[stop] = cost[cheapest], starts[cheapest]
    bounds = [frames]
    while bounds[-1] > 0:
        bounds.append(int(came_from[bounds[-1]]))
    return bounds[::-1]
