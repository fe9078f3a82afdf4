"""Eyes rest and jump, and lids that go down to blink shut: what was made frame by frame, as the movements it means."""

import numpy as np

from ..motion import MOTION_FPS
from ..timeseries import runs

SHORTEST, LONGEST = 4, 100  # frames of a fixation: 0.16 s, 4 s
JUMP_COST = 12.0  # square degrees summed over frames that a saccade has to save: a look from eye to eye for 0.2 s does
CONTACT_DEGREES = 5.0  # how much of a change it is to leave the partner's eyes, where the angle hardly changes
SACCADE = (0.021, 0.0022)  # s, s a degree: how long one takes (the main sequence)
BLINK_FROM, LONGEST_BLINK = 0.15, 25  # closure of lids that move, frames


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
        _fly(result, frame, gaze)
    return result


def _fly(path: np.ndarray, frame: int, seen: np.ndarray) -> None:
    """Let the jump of ``path`` (T, 3) at ``frame`` take its time, begun when it begins in ``seen`` (T, 3)."""
    start = path[frame - 1, :2].copy()
    jump = path[frame, :2] - start
    frames = (SACCADE[0] + SACCADE[1] * np.degrees(np.hypot(*jump))) * MOTION_FPS
    reached = np.clip((seen[frame - 1 : frame + 1, :2] - start) @ jump / max(jump @ jump, 1e-12), 0, 1)
    early = int(reached[0] > 0.1)
    shares = np.linspace(0, 1, 101)
    share = min(np.interp(reached[1 - early], _flown(shares), shares), 1 / frames)
    frame -= early
    while share < 1 and frame < len(path):
        path[frame, :2] = start + _flown(share) * jump
        share, frame = share + 1 / frames, frame + 1


def _flown(share):
    """How much of a saccade is done after a ``share`` of its time."""
    return share**3 * (10 - 15 * share + 6 * share**2)


def blink_fully(lids: np.ndarray) -> np.ndarray:
    """Lids (..., T, 2), 0..1, of which a blink that is more than half done is done: it shuts. Eyes held narrow stay."""
    result = np.array(lids, np.float32)
    for person in result.reshape(-1, *result.shape[-2:]):
        for start, end in runs(person.max(axis=1) > BLINK_FROM):
            if person[start:end].max() > 0.5 and end - start <= LONGEST_BLINK:
                person[start:end] /= person[start:end].max()
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
