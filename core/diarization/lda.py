"""Where two people differ and one person does not: the leading directions between voices, learnt within recordings."""

from functools import cache

import numpy as np
from safetensors.numpy import load_file

from .. import WEIGHTS

FILE = WEIGHTS / "voice_space.safetensors"
WIDTH = 24  # directions kept


@cache
def space() -> tuple[np.ndarray, np.ndarray]:
    """The map (256, WIDTH), in which one voice's windows spread by 1 along every axis, and how far voices spread
    around the middle of their recording along each: (WIDTH,) variances."""
    kept = load_file(FILE)
    return kept["matrix"].astype(np.float32), kept["spread"].astype(np.float32)


def project(windows: np.ndarray) -> np.ndarray:
    """(..., 256) embeddings to (..., WIDTH)."""
    return windows @ space()[0]


def evidence(windows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """How far each window lies from the middle between two voices towards the first, in spreads of one voice.

    windows: (W, 256), centres: (2, 256); returns (W,)
    """
    first, second = project(centres)
    direction = first - second
    return (project(windows) - (first + second) / 2) @ (direction / max(float(np.linalg.norm(direction)), 1e-6))
