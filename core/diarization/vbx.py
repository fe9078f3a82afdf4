"""VBx: clustering of speaker embeddings with a Bayesian hidden Markov model (Landini et al. 2022).

Each state is a speaker, a point in the LDA space with a Gaussian prior; embeddings have unit variance around it; the
speaker stays mostly the same from one window to the next. Fitted by variational Bayes for a given number of speakers.
"""

from dataclasses import dataclass

import numpy as np

ACOUSTIC_SCALE = 0.15  # of log likelihoods, F_A in the paper: neighbouring windows overlap, so they are not independent
LOOP = 0.96  # probability that the speaker is the same in the next window, 0.24 s later; P_loop in the paper
ITERATIONS = 15
STARTS = 7


@dataclass(frozen=True, eq=False)
class Fit:
    """K speakers in W windows."""

    centres: np.ndarray  # (K, D) posterior means of the speakers
    posteriors: np.ndarray  # (W, K) probability of each speaker, rows sum to 1
    score: float  # evidence lower bound (ELBO)


def fit(points: np.ndarray, spread: np.ndarray, speakers: int, every: int = 1, seed: int = 0) -> Fit:
    """Fit ``speakers`` states to embeddings; the start with the highest ELBO of STARTS.

    points: (W, D) embeddings in the LDA space, of zero mean, in order of time
    spread: (D,) prior variances of the speakers around 0
    every:  windows from one point to the next, where the recording was thinned
    seed:   of the random starts
    """
    weight, loop = _weights(speakers, every)
    centres = _starts(points, speakers, np.random.default_rng(seed))
    variances = np.zeros_like(centres)
    for _ in range(ITERATIONS):
        logs = weight * _log_likelihood(points, centres, variances)  # (I, W, K)
        posteriors, evidence = _forward_backward(logs, loop)
        variances = 1 / (weight * posteriors.sum(1)[..., None] + 1 / spread)
        centres = weight * (posteriors.swapaxes(1, 2) @ points) * variances
    divergence = 0.5 * (np.log(spread / variances) + (variances + centres**2) / spread - 1).sum((1, 2))
    best = int(np.argmax(evidence - divergence))
    return Fit(centres[best], posteriors[best], float(evidence[best] - divergence[best]))


def assign(points: np.ndarray, centres: np.ndarray, every: int = 1) -> tuple[np.ndarray, float]:
    """Posteriors (W, K) of (W, D) ``points`` under (K, D) known speakers, and the log evidence."""
    weight, loop = _weights(len(centres), every)
    posteriors, evidence = _forward_backward(_log_likelihood(points, centres)[None] * weight, loop)
    return posteriors[0], float(evidence[0])


def _weights(speakers: int, every: int) -> tuple[float, float]:
    """Scale of the log likelihoods and loop probability, where every ``every``-th window was kept."""
    return min(1.0, ACOUSTIC_SCALE * every), max(1 / speakers, LOOP**every)


def _log_likelihood(points: np.ndarray, centres: np.ndarray, variances: np.ndarray | float = 0.0) -> np.ndarray:
    """Expected log likelihood, up to a constant, of (W, D) ``points`` for (..., K, D) speakers with ``variances``.

    returns: (..., W, K)
    """
    return points @ centres.swapaxes(-1, -2) - 0.5 * (centres**2 + variances).sum(-1)[..., None, :]


def _starts(points: np.ndarray, speakers: int, generator: np.random.Generator) -> np.ndarray:
    """(I, K, D) centres drawn as by k-means++, averaged with their neighbours in time; for two speakers the first start
    lies at both ends of the first principal component."""
    found = []
    if speakers == 2:
        along = points @ np.linalg.svd(points, full_matrices=False)[2][0]
        low, high = np.quantile(along, [0.1, 0.9])
        found.append(np.stack([points[along <= low].mean(0), points[along >= high].mean(0)]))
    while len(found) < STARTS:
        chosen = [int(generator.integers(len(points)))]
        while len(chosen) < speakers:
            distance = ((points[:, None] - points[chosen]) ** 2).sum(-1).min(1) + 1e-9
            chosen.append(int(generator.choice(len(points), p=distance / distance.sum())))
        found.append(np.stack([points[max(0, c - 2) : c + 3].mean(0) for c in chosen]))
    return np.stack(found)


def _forward_backward(logs: np.ndarray, loop: float) -> tuple[np.ndarray, np.ndarray]:
    """Forward-backward algorithm on (I, W, K) log likelihoods: (I, W, K) posteriors and (I,) log evidence."""
    starts, windows, speakers = logs.shape
    change = (1 - loop) / max(1, speakers - 1)
    top = logs.max(-1, keepdims=True)
    likelihood = np.exp(logs - top)
    forward, scale = np.empty_like(likelihood), np.empty((starts, windows, 1))
    before = np.full((starts, speakers), 1 / speakers)
    for w in range(windows):
        now = before * likelihood[:, w]
        scale[:, w] = now.sum(-1, keepdims=True)
        forward[:, w] = now / scale[:, w]
        before = change + (loop - change) * forward[:, w]
    posteriors, after = np.empty_like(forward), np.ones((starts, speakers))
    for w in range(windows - 1, -1, -1):
        posteriors[:, w] = forward[:, w] * after
        weighted = likelihood[:, w] * after / scale[:, w]
        after = change * weighted.sum(-1, keepdims=True) + (loop - change) * weighted
    posteriors /= posteriors.sum(-1, keepdims=True)
    return posteriors, (np.log(scale) + top).sum((1, 2))
