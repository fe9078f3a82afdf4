"""Eye movements: a predicted gaze as fixations and saccades, and blinks that close."""

import numpy as np

from ..motion import MOTION_FPS
from ..timeseries import minimum_jerk, runs

SHORTEST, LONGEST = 4, 100  # frames of a fixation: 0.16 s, 4 s
# Squared degrees, summed over frames, that a saccade must explain: one from eye to eye and back after 0.2 s does.
SACCADE_COST = 12.0
CONTACT_DEGREES = 5.0  # what leaving the partner's eyes counts as, where the angle hardly changes
BLINK_FROM, LONGEST_BLINK = 0.15, 25  # closure from which lids count as blinking; frames


def saccade_seconds(degrees: np.ndarray) -> np.ndarray:
    """Duration of a saccade of so many degrees, the main sequence: 21 ms and 2.2 ms a degree (Carpenter 1988)."""
    return 0.021 + 0.0022 * degrees


def fixate(gaze: np.ndarray) -> np.ndarray:
    """Replace a gaze by its fixations, each with one direction and one contact, and the saccades between them.

    gaze:    (T, 3) yaw and pitch offset, radians, and contact in [0, 1]
    returns: (T, 3) float32, contact 0 or 1
    """
    result = np.empty_like(gaze, dtype=np.float32)
    bounds = _fixations(np.column_stack([np.degrees(gaze[:, :2]), CONTACT_DEGREES * gaze[:, 2]]))
    for start, stop in zip(bounds, bounds[1:], strict=False):
        inner = slice(start + 1, stop - 1) if stop - start > SHORTEST else slice(start, stop)
        result[start:stop, :2] = np.median(gaze[inner, :2], axis=0)
        result[start:stop, 2] = gaze[inner, 2].mean() >= 0.5
    for frame in bounds[1:-1]:
        _saccade(result, frame, gaze)
    return result


def _saccade(path: np.ndarray, frame: int, predicted: np.ndarray) -> None:
    """Make the jump of ``path`` (T, 3) at ``frame`` a saccade that begins when the ``predicted`` gaze (T, 3) does."""
    start = path[frame - 1, :2].copy()
    jump = path[frame, :2] - start
    frames = saccade_seconds(np.degrees(np.hypot(*jump))) * MOTION_FPS
    reached = np.clip((predicted[frame - 1 : frame + 1, :2] - start) @ jump / max(jump @ jump, 1e-12), 0, 1)
    early = int(reached[0] > 0.1)
    shares = np.linspace(0, 1, 101)
    share = min(np.interp(reached[1 - early], minimum_jerk(shares), shares), 1 / frames)
    frame -= early
    while share < 1 and frame < len(path):
        path[frame, :2] = start + minimum_jerk(share) * jump
        share, frame = share + 1 / frames, frame + 1


def blink_fully(lids: np.ndarray) -> np.ndarray:
    """Scale every blink that closes the lids by more than half so that it closes them wholly; narrowed eyes stay.

    lids: (..., T, 2) closure of the left and right lids in [0, 1]; returns the same, float32
    """
    result = np.array(lids, np.float32)
    for person in result.reshape(-1, *result.shape[-2:]):
        for start, end in runs(person.max(axis=1) > BLINK_FROM):
            if person[start:end].max() > 0.5 and end - start <= LONGEST_BLINK:
                person[start:end] /= person[start:end].max()
    return result


def _fixations(path: np.ndarray) -> list[int]:
    """First frames of the fixations of ``path`` (T, D), degrees, and T.

    Dynamic programming over all segmentations: least squared error about each fixation's mean, plus SACCADE_COST for
    each fixation.
    """
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
        cost = best[starts] + error + SACCADE_COST
        cheapest = int(cost.argmin())
        best[stop], came_from[stop] = cost[cheapest], starts[cheapest]
    bounds = [frames]
    while bounds[-1] > 0:
        bounds.append(int(came_from[bounds[-1]]))
    return bounds[::-1]
