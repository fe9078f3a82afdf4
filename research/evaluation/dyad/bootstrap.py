"""Bootstrap over the dialogues of a test set: the same resamples for every system, so that differences are paired."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..report import DRAWS, Measure, percentile_interval
from .distribution import FRAMES_A_DIMENSION, Moments


def draw_weights(count: int, draws: int = DRAWS) -> np.ndarray:
    """(1 + draws, count) weight of each dialogue: the test set itself, then resamples with replacement."""
    rng = np.random.default_rng(0)
    estimates = [np.bincount(rng.integers(count, size=count), minlength=count) for _ in range(draws)]
    return np.stack([np.ones(count), *estimates]).astype(float)


@dataclass(frozen=True, eq=False)
class Estimate:
    """One metric of one system: on the test set, and in every resample of it."""

    metric: str
    system: str
    values: np.ndarray  # (1 + draws,)
    n: int  # dialogues in which it is defined
    unit: str = ""
    set: str = "T1"

    @property
    def measure(self) -> Measure:
        """As a row of the table."""
        low, high = percentile_interval(self.values[1:])
        return Measure(self.metric, self.system, float(self.values[0]), low, high, self.unit, self.n, self.set)

    @classmethod
    def mean(cls, metric: str, system: str, values: Sequence[float], weights: np.ndarray, unit: str = "") -> "Estimate":
        """Mean of per-dialogue ``values``; dialogues in which it is undefined (nan) are left out."""
        values = np.asarray(values, float)
        known = ~np.isnan(values)
        means = ratio(weights @ np.where(known, values, 0), weights @ known)
        return cls(metric, system, means, int(known.sum()), unit)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """``numerator / denominator``, nan where the denominator is 0: no case in that resample."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator != 0)


@dataclass(frozen=True)
class Difference:
    """How much worse one system is than another in one metric."""

    metric: str
    system: str
    other: str
    value: float  # > 0: ``system`` is worse
    low: float
    high: float
    seeds: int = 1

    @property
    def verdict(self) -> str:
        """ "worse" or "better" only where the interval excludes 0."""
        if np.isnan(self.value):
            return "not measured"
        return "worse" if self.low > 0 else "better" if self.high < 0 else "no difference"


def difference(ours: Sequence[Estimate], theirs: Sequence[Estimate], truth: Estimate | None, goal: str) -> Difference:
    """How much worse ``ours`` are than ``theirs``, each the mean over one or more training seeds.

    goal: "low", "high", or "truth" where the distance from ``truth`` is the loss
    """
    loss = {"low": lambda x: x, "high": lambda x: -x, "truth": lambda x: np.abs(x - truth.values)}[goal]
    values = np.mean([loss(d.values) for d in ours], axis=0) - np.mean([loss(d.values) for d in theirs], axis=0)
    names = ours[0].metric, ours[0].system, theirs[0].system
    return Difference(*names, float(values[0]), *percentile_interval(values[1:]), len(ours))


@dataclass(frozen=True, eq=False)
class StackedMoments:
    """Moments of every dialogue, to be resampled."""

    count: np.ndarray  # (n,)
    total: np.ndarray  # (n, D)
    product: np.ndarray  # (n, D, D)

    @classmethod
    def of(cls, samples: Sequence[np.ndarray]) -> "StackedMoments":
        """samples: (frames, D) of each dialogue"""
        moments = [Moments.of(x) for x in samples]
        return cls(*(np.stack([getattr(m, name) for m in moments]) for name in ("count", "total", "product")))

    def part(self, columns: slice) -> "StackedMoments":
        """The moments of some columns."""
        return StackedMoments(self.count, self.total[:, columns], self.product[:, columns, columns])

    def has_enough_samples(self, weights: np.ndarray) -> bool:
        """Whether the test set itself, the first row of ``weights``, has enough samples; resamples may have fewer."""
        return weights[0] @ self.count >= FRAMES_A_DIMENSION * self.total.shape[1]

    def gaussians(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean (W, D) and covariance (W, D, D) in every resample."""
        count = weights @ self.count
        mean = weights @ self.total / count[:, None]
        second = np.tensordot(weights, self.product, 1) / count[:, None, None]
        return mean, second - mean[:, :, None] * mean[:, None]


def frechet(
    truth: StackedMoments, predicted: StackedMoments, weights: np.ndarray, other: np.ndarray | None = None
) -> np.ndarray:
    """Frechet distance in every resample: (W,), nan where there are too few samples for a covariance.

    other: weights (W, n) of the prediction, where they differ from the truth's
    """
    other = weights if other is None else other
    if not (truth.has_enough_samples(weights) and predicted.has_enough_samples(other)):
        return np.full(len(weights), np.nan)
    (mean_t, cov_t), (mean_p, cov_p) = truth.gaussians(weights), predicted.gaussians(other)
    values, vectors = np.linalg.eigh(cov_t)
    root = (vectors * np.sqrt(np.maximum(values, 0))[:, None]) @ vectors.transpose(0, 2, 1)
    mixed = np.linalg.eigvalsh(root @ cov_p @ root)
    traces = np.trace(cov_t, axis1=1, axis2=2) + np.trace(cov_p, axis1=1, axis2=2)
    return ((mean_t - mean_p) ** 2).sum(axis=1) + traces - 2 * np.sqrt(np.maximum(mixed, 0)).sum(axis=1)


def interaction_gap(
    truth: StackedMoments, predicted: StackedMoments, weights: np.ndarray, other: np.ndarray | None = None
) -> np.ndarray:
    """Frechet distance of the joint features of both people (distribution.pair_features), less that of each: (W,).

    Never negative up to rounding: what is wrong between the two beyond what is wrong with each.
    """
    half = truth.total.shape[1] // 2
    parts = [slice(0, half), slice(half, None)]
    single = sum(frechet(truth.part(p), predicted.part(p), weights, other) for p in parts)
    return frechet(truth, predicted, weights, other) - single
