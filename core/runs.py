"""Stretches of True."""

import numpy as np


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last index of every run of True in ``flags`` (T,)."""
    edges = np.flatnonzero(np.diff(np.pad(np.asarray(flags, bool), 1).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
