"""METRICS A in the pooled forms ("ours"): Frechet distances of motion, features of pairs, partner correlation.

D channels of one person, T frames; a *pair* is (2, T, D), participants A, B.
"""

from dataclasses import dataclass

import numpy as np

from core.motion import CHANNELS, MOTION_FPS

FRAMES_A_DIMENSION = 50  # samples a dimension, at least, for a covariance
WINDOW, STEP, COMPONENTS = MOTION_FPS, MOTION_FPS // 2, 10  # of the pair features: 1 s, 0.5 s, leading PCs a stream
CLUSTERS = {"exp": 40, "rot": 20}
GROUPS = {  # METRICS' groups of the channels of motion
    "exp": CHANNELS["expression"],
    "rot": slice(CHANNELS["neck"].start, CHANNELS["head"].stop),
    "eye": slice(CHANNELS["left_eye"].start, CHANNELS["right_eye"].stop),
    "tran": CHANNELS["translation"],
}


@dataclass(frozen=True, eq=False)
class Reference:
    """Statistics of the training set, the same for every comparison."""

    std: np.ndarray  # (D,) of each channel; channels that never move count as 1
    components: np.ndarray  # (COMPONENTS, D) leading principal axes of z-scored motion

    @classmethod
    def fit(cls, pairs: list[np.ndarray]) -> "Reference":
        """pairs: list of (2, T, D) training motion."""
        frames = np.concatenate([pair.reshape(-1, pair.shape[-1]) for pair in pairs]).astype(np.float64)
        std = frames.std(axis=0)
        std[std < 1e-6] = 1
        z = (frames - frames.mean(axis=0)) / std
        axes = np.linalg.eigh(z.T @ z)[1][:, ::-1].T  # eigh sorts upwards
        return cls(std, axes[:COMPONENTS])


@dataclass(frozen=True, eq=False)
class Moments:
    """Sufficient statistics of samples; they are additive, so that a bootstrap over dialogues needs no frames."""

    count: float
    total: np.ndarray  # (D,)
    product: np.ndarray  # (D, D)

    @classmethod
    def of(cls, samples: np.ndarray) -> "Moments":
        """samples: (n, D)"""
        samples = samples.astype(np.float64)
        return cls(len(samples), samples.sum(axis=0), samples.T @ samples)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.count + other.count, self.total + other.total, self.product + other.product)

    def mean_covariance(self) -> tuple[np.ndarray, np.ndarray]:
        """(D,) and (D, D). Raises ValueError where there are too few samples for a covariance."""
        if self.count < FRAMES_A_DIMENSION * len(self.total):
            raise ValueError(
                f"{self.count:.0f} samples cannot give a covariance of {len(self.total)} dimensions: "
                f"at least {FRAMES_A_DIMENSION} a dimension are needed"
            )
        mean = self.total / self.count
        return mean, self.product / self.count - np.outer(mean, mean)


def frechet(truth: Moments, predicted: Moments) -> float:
    """Frechet distance of two Gaussians: |mu - mu'|^2 + tr S + tr S' - 2 sum sqrt(eig(S^1/2 S' S^1/2))."""
    (mean_t, cov_t), (mean_p, cov_p) = truth.mean_covariance(), predicted.mean_covariance()
    values, vectors = np.linalg.eigh(cov_t)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    mixed = np.linalg.eigvalsh(root @ cov_p @ root)  # symmetric: no complex roots
    distance = np.sum((mean_t - mean_p) ** 2) + np.trace(cov_t) + np.trace(cov_p)
    return float(distance - 2 * np.sqrt(np.maximum(mixed, 0)).sum())


def frame_moments(pair: np.ndarray, reference: Reference, channels: slice, dynamic: bool = False) -> Moments:
    """Moments of z-scored frames (or of their first differences) of both people of a pair (2, T, D)."""
    z = (pair / reference.std)[..., channels]
    z = np.diff(z, axis=1) if dynamic else z
    return Moments.of(z.reshape(-1, z.shape[-1]))


def pair_features(pair: np.ndarray, reference: Reference) -> np.ndarray:
    """Means and stds of the leading components in each window of a second, A's then B's.

    pair:    (2, T, D)
    returns: (windows, 4 * COMPONENTS)
    """
    scores = (pair / reference.std) @ reference.components.T  # (2, T, COMPONENTS)
    windows = np.lib.stride_tricks.sliding_window_view(scores, WINDOW, axis=1)[:, ::STEP]  # (2, n, COMPONENTS, WINDOW)
    a, b = np.concatenate([windows.mean(axis=-1), windows.std(axis=-1)], axis=-1)
    return np.concatenate([a, b], axis=-1)


def shuffled(features: list[np.ndarray]) -> list[np.ndarray]:
    """Features of strangers: each A with the B of the next dialogue."""
    half = features[0].shape[1] // 2
    rolled = features[1:] + features[:1]
    cut = [min(len(a), len(b)) for a, b in zip(features, rolled, strict=True)]
    return [np.concatenate([a[:n, :half], b[:n, half:]], axis=1) for a, b, n in zip(features, rolled, cut, strict=True)]


def partner_correlation(pair: np.ndarray, channels: slice, seconds: float = 2.0, step: int = 5) -> np.ndarray:
    """Correlation of each channel of A with the same channel of B at lags of +-``seconds``, every ``step`` frames.

    pair:    (2, T, D)
    returns: (lags, channels); channels that never move read 0
    """
    z = pair[..., channels] - pair[..., channels].mean(axis=1, keepdims=True)
    a, b = z / np.maximum(z.std(axis=1, keepdims=True), 1e-6)
    reach = round(seconds * MOTION_FPS)
    length = len(a) - 2 * reach
    middle = a[reach : reach + length]
    lags = range(0, 2 * reach + 1, step)
    return np.stack([(middle * b[lag : lag + length]).mean(axis=0) for lag in lags])


def partner_correlation_error(truth: np.ndarray, predicted: np.ndarray, channels: slice) -> float:
    """rPCC*: mean absolute difference of :func:`partner_correlation` of two pairs (2, T, D)."""
    return float(np.abs(partner_correlation(predicted, channels) - partner_correlation(truth, channels)).mean())
