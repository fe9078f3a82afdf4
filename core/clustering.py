"""From many short windows to the two voices that talk (SPEECH, mask network recipe)."""

from dataclasses import dataclass

import numpy as np

ROUNDS = 3  # of sharpening
MOST = 3_000  # windows looked at; of an hour every tenth is plenty


@dataclass(frozen=True, eq=False)
class Voices:
    """The two voices of a recording."""

    centres: np.ndarray  # (2, 256) unit vectors
    closeness: float  # cosine of the two; near 1 there was one voice only


def two_voices(windows: np.ndarray, seed: int = 0) -> Voices:
    """Find the two voices in (W, 256) unit vectors of windows that hold speech."""
    windows = windows[:: max(1, len(windows) // MOST)]
    centres = sharpened(windows, k_means(windows, seed))
    return Voices(centres, float(centres[0] @ centres[1]))


def k_means(windows: np.ndarray, seed: int, tries: int = 6) -> np.ndarray:
    """Two centres by cosine, the best of ``tries`` beginnings: along the widest direction, then pairs far apart."""
    generator = np.random.default_rng(seed)
    direction = np.linalg.svd(windows - windows.mean(0), full_matrices=False)[2][0]
    along = windows @ direction
    beginnings = [windows[[along.argmax(), along.argmin()]]]
    for first in generator.integers(0, len(windows), tries - 1):
        beginnings.append(windows[[first, (windows @ windows[first]).argmin()]])
    found = [_settled(windows, centres) for centres in beginnings]
    return max(found, key=lambda centres: (windows @ centres.T).max(1).sum())


def _settled(windows: np.ndarray, centres: np.ndarray, most: int = 30) -> np.ndarray:
    for _ in range(most):
        nearest = (windows @ centres.T).argmax(1)
        moved = [unit(windows[nearest == k].mean(0)) if (nearest == k).any() else centres[k] for k in (0, 1)]
        if np.allclose(moved, centres, atol=1e-6):
            break
        centres = np.stack(moved)
    return centres


def sharpened(windows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Move each centre to the mean of the half of its windows that are least like the other's."""
    for _ in range(ROUNDS):
        lead = (windows @ centres.T) @ np.array([1.0, -1.0], np.float32)
        moved = []
        for k, own in enumerate((lead, -lead)):
            mine = own[own > 0]
            moved.append(unit(windows[own >= np.median(mine)].mean(0)) if len(mine) else centres[k])
        centres = np.stack(moved)
    return centres


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale (..., C) vectors to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
