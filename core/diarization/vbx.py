"""Who is it now: a hidden Markov model of K voices that take turns, fitted without knowing any of them.

Each voice is a point in :mod:`voice_space` drawn from where voices lie; windows spread around it by 1 along every axis;
the voice stays mostly the same from one window to the next. Fitted by variational Bayes, as in Landini et al. 2022.
"""

from dataclasses import dataclass

import numpy as np

INDEPENDENT = 0.15  # of each window's word counts: neighbours share most of their sound
STAYING = 0.96  # probability that the voice is the same in the next window, 0.24 s later
ROUNDS = 15
BEGINNINGS = 7


@dataclass(frozen=True, eq=False)
class Fit:
    """K voices in W windows."""

    centres: np.ndarray  # (K, D)
    shares: np.ndarray  # (W, K) probability that it is this voice, rows sum to 1
    score: float  # lower bound of the log evidence


def fit(points: np.ndarray, spread: np.ndarray, voices: int, every: int = 1, seed: int = 0) -> Fit:
    """Find ``voices`` in (W, D) ``points`` around 0, the best of several beginnings.

    spread: (D,) variances of the voices around 0
    every:  how many windows lie from one point to the next, where they were thinned
    """
    weight, staying = min(1.0, INDEPENDENT * every), max(1 / voices, STAYING**every)
    centres = _beginnings(points, voices, np.random.default_rng(seed))
    variances = np.zeros_like(centres)
    for _ in range(ROUNDS):
        mine, evidence = _shares(_match(points, centres, variances) * weight, staying)  # (I, W, K)
        variances = 1 / (weight * mine.sum(1)[..., None] + 1 / spread)
        centres = weight * (mine.swapaxes(1, 2) @ points) * variances
    surprise = 0.5 * (np.log(spread / variances) + (variances + centres**2) / spread - 1).sum((1, 2))
    best = int(np.argmax(evidence - surprise))
    return Fit(centres[best], mine[best], float(evidence[best] - surprise[best]))


def known(points: np.ndarray, centres: np.ndarray, every: int = 1) -> tuple[np.ndarray, float]:
    """How probably each of (W, D) ``points`` is each of (K, D) known voices, (W, K), and the log evidence."""
    weight, staying = min(1.0, INDEPENDENT * every), max(1 / len(centres), STAYING**every)
    shares, evidence = _shares(_match(points, centres)[None] * weight, staying)
    return shares[0], float(evidence[0])


def _match(points: np.ndarray, centres: np.ndarray, variances: np.ndarray | float = 0.0) -> np.ndarray:
    """Log likelihood, up to a constant, of (W, D) ``points`` at (..., K, D) voices known but for ``variances``.

    returns: (..., W, K)
    """
    return points @ centres.swapaxes(-1, -2) - 0.5 * (centres**2 + variances).sum(-1)[..., None, :]


def _beginnings(points: np.ndarray, voices: int, generator: np.random.Generator) -> np.ndarray:
    """(I, K, D): windows far apart, averaged with their neighbours; two voices begin once along the widest spread."""
    found = []
    if voices == 2:
        along = points @ np.linalg.svd(points, full_matrices=False)[2][0]
        low, high = np.quantile(along, [0.1, 0.9])
        found.append(np.stack([points[along <= low].mean(0), points[along >= high].mean(0)]))
    while len(found) < BEGINNINGS:
        chosen = [int(generator.integers(len(points)))]
        while len(chosen) < voices:
            distance = ((points[:, None] - points[chosen]) ** 2).sum(-1).min(1) + 1e-9
            chosen.append(int(generator.choice(len(points), p=distance / distance.sum())))
        found.append(np.stack([points[max(0, c - 2) : c + 3].mean(0) for c in chosen]))
    return np.stack(found)


def _shares(logs: np.ndarray, staying: float) -> tuple[np.ndarray, np.ndarray]:
    """Forward and backward through (I, W, K) log likelihoods: (I, W, K) posteriors and (I,) log evidence."""
    beginnings, windows, voices = logs.shape
    leaving = (1 - staying) / max(1, voices - 1)
    top = logs.max(-1, keepdims=True)
    likelihood = np.exp(logs - top)
    forward, scale = np.empty_like(likelihood), np.empty((beginnings, windows, 1))
    before = np.full((beginnings, voices), 1 / voices)
    for w in range(windows):
        now = before * likelihood[:, w]
        scale[:, w] = now.sum(-1, keepdims=True)
        forward[:, w] = now / scale[:, w]
        before = leaving + (staying - leaving) * forward[:, w]
    shares, after = np.empty_like(forward), np.ones((beginnings, voices))
    for w in range(windows - 1, -1, -1):
        shares[:, w] = forward[:, w] * after
        weighed = likelihood[:, w] * after / scale[:, w]
        after = leaving * weighed.sum(-1, keepdims=True) + (staying - leaving) * weighed
    shares /= shares.sum(-1, keepdims=True)
    return shares, (np.log(scale) + top).sum((1, 2))
