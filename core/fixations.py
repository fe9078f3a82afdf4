"""Eyes rest and jump, they do not drift: a gaze that was made frame by frame, as fixations and saccades."""

import numpy as np

JUMP = np.radians(1.0)  # a change between three frames and the next three that may be a saccade
LOOSE = np.radians(1.5)  # no frame of one fixation is further than this from its middle
SHORTEST = 4  # frames, 0.16 s
LONG_JUMP = np.radians(12)  # a saccade of this size takes longer than a frame


def fixate(gaze: np.ndarray) -> np.ndarray:
    """Hold the gaze still between its jumps; contact becomes yes or no for a whole fixation.

    gaze:    (T, 3) yaw and pitch offset, radians, and contact in [0, 1]
    returns: (T, 3) float32
    """
    change = _change(gaze)
    result = np.empty_like(gaze, dtype=np.float32)
    bounds = _split(gaze, change, 0, len(gaze))
    for start, stop in zip(bounds, bounds[1:], strict=False):
        inner = slice(start + 1, stop - 1) if stop - start > SHORTEST else slice(start, stop)
        result[start:stop, :2] = np.median(gaze[inner, :2], axis=0)
        result[start:stop, 2] = gaze[inner, 2].mean() >= 0.5
    for frame in bounds[1:-1]:
        jump = result[frame, :2] - result[frame - 1, :2]
        if np.hypot(*jump) > LONG_JUMP:
            result[frame, :2] -= 0.4 * jump  # seen on its way
    return result


def _change(gaze: np.ndarray) -> np.ndarray:
    """(T,) how far the middle of the next three frames is from that of the last three, radians; 0 at the ends."""
    change = np.zeros(len(gaze))
    if len(gaze) >= 6:
        middle = np.median(np.lib.stride_tricks.sliding_window_view(gaze[:, :2], 3, axis=0), axis=-1)  # (T - 2, 2)
        change[3:-2] = np.linalg.norm(middle[3:] - middle[:-3], axis=1)
        # medians see the same jump from three frames: the one that makes it is meant
        change[3:-2] += 0.1 * np.linalg.norm(np.diff(gaze[2:-2, :2], axis=0), axis=1)
    return change


def _split(gaze: np.ndarray, change: np.ndarray, start: int, stop: int) -> list[int]:
    """First frames of the fixations in start..stop, and stop: halved at the largest change while one is loose."""
    done, waiting = [start], [(start, stop)]
    while waiting:
        start, stop = waiting.pop()
        inside = gaze[start:stop, :2]
        loose = np.abs(inside - np.median(inside, axis=0)).max() > LOOSE
        candidates = change[start + SHORTEST : stop - SHORTEST + 1]
        if len(candidates) and (candidates.max() > JUMP or loose):
            cut = start + SHORTEST + int(candidates.argmax())
            done.append(cut)
            waiting += [(start, cut), (cut, stop)]
    return [*sorted(done), len(gaze)]
