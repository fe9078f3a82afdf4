"""Long motions worked on a stretch at a time, so that an hour needs little more memory than a minute."""

from collections.abc import Callable

import numpy as np

STRETCH = 1500  # frames at once, a minute


def by_stretches(make: Callable[[slice], np.ndarray], frames: int, reach: int = 0) -> np.ndarray:
    """What ``make`` makes of frames, (2, n, ...), for all ``frames`` of them.

    reach: frames beside a frame that its result hangs on; so many more are asked for at both ends, and cut off
    """
    found = []
    for first in range(0, frames, STRETCH):
        around = slice(max(0, first - reach), min(first + STRETCH + reach, frames))
        found.append(make(around)[:, first - around.start :][:, :STRETCH])
    return np.concatenate(found, axis=1)
