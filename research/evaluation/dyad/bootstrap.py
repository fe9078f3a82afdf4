"""Numbers over a test set with their bootstrap: the same draws for every system, so differences are paired."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..report import DRAWS, Measure
from .distribution import FRAMES_A_DIMENSION, Moments


def draw_weights(count: int, draws: int = DRAWS) -> np.ndarray:
    """(1 + draws, count) how often each dialogue counts: the test set as it is, then draws with replacement."""
    rng = np.random.default_rng(0)
    drawn = [np.bincount(rng.integers(count, size=count), minlength=count) for _ in range(draws)]
    return np.stack([np.ones(count), *drawn]).astype(float)


@dataclass(frozen=True, eq=False)
class Drawn:
    """One number of one system: on the test set, and in every draw of it."""

    metric: str
    system: str
    values: np.ndarray  # (1 + draws,)
    n: int  # dialogues in which it is defined
    unit: str = ""
    set: str = "T1"

    @property
    def measure(self) -> Measure:
        """For the table."""
        low, high = _interval(self.values[1:])
        return Measure(self.metric, self.system, float(self.values[0]), low, high, self.unit, self.n, self.set)

    @classmethod
    def mean(cls, metric: str, system: str, values: Sequence[float], weights: np.ndarray, unit: str = "") -> "Drawn":
        """The mean over the dialogues of a number of each; those in which it is undefined (nan) do not count."""
        values = np.asarray(values, float)
        known = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            means = (weights @ np.where(known, values, 0)) / (weights @ known)
        return cls(metric, system, means, int(known.sum()), unit)


@dataclass(frozen=True)
class Difference:
    """How much worse one system is than another in one number."""

    metric: str
    system: str
    other: str
    value: float  # above 0: ``system`` is worse
    low: float
    high: float
    seeds: int = 1

    @property
    def verdict(self) -> str:
        """Said only when the interval excludes 0."""
        if np.isnan(self.value):
            return "not measured"
        return "worse" if self.low > 0 else "better" if self.high < 0 else "no difference"


def difference(ours: Sequence[Drawn], theirs: Sequence[Drawn], truth: Drawn | None, goal: str) -> Difference:
    """How much worse ``ours`` are than ``theirs``, each the mean of one or more seeds.

    goal: "low", "high", or "truth" where being near ``truth`` is what counts
    """
    loss = {"low": lambda x: x, "high": lambda x: -x, "truth": lambda x: np.abs(x - truth.values)}[goal]
    values = np.mean([loss(d.values) for d in ours], axis=0) - np.mean([loss(d.values) for d in theirs], axis=0)
    names = ours[0].metric, ours[0].system, theirs[0].system
    return Difference(*names, float(values[0]), *_interval(values[1:]), len(ours))


def _interval(draws: np.ndarray) -> tuple[float, float]:
    draws = draws[np.isfinite(draws)]
    return tuple(float(x) for x in np.percentile(draws, [2.5, 97.5])) if len(draws) else (float("nan"), float("nan"))


@dataclass(frozen=True, eq=False)
class Stack:
    """Moments of every dialogue, ready to be drawn from."""

    count: np.ndarray  # (n,)
    total: np.ndarray  # (n, D)
    product: np.ndarray  # (n, D, D)

    @classmethod
    def of(cls, samples: Sequence[np.ndarray]) -> "Stack":
        """samples: (frames, D) of each dialogue"""
        moments = [Moments.of(x) for x in samples]
        return cls(*(np.stack([getattr(m, name) for m in moments]) for name in ("count", "total", "product")))

    def part(self, columns: slice) -> "Stack":
        """Of some columns only."""
        return Stack(self.count, self.total[:, columns], self.product[:, columns, columns])

    def tells(self, weights: np.ndarray) -> bool:
        """Whether the first draw, the test set itself, has samples enough; the others may have a few less."""
        return weights[0] @ self.count >= FRAMES_A_DIMENSION * self.total.shape[1]

    def gaussians(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean (W, D) and covariance (W, D, D) in every draw."""
        count = weights @ self.count
        mean = weights @ self.total / count[:, None]
        second = np.tensordot(weights, self.product, 1) / count[:, None, None]
        return mean, second - mean[:, :, None] * mean[:, None]


def frechet(truth: Stack, predicted: Stack, weights: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """Frechet distance in every draw: (W,), nan where there are too few samples for a covariance.

    other: weights (W, n) of the prediction, if it is drawn otherwise
    """
    other = weights if other is None else other
    if not (truth.tells(weights) and predicted.tells(other)):
        return np.full(len(weights), np.nan)
    (mean_t, cov_t), (mean_p, cov_p) = truth.gaussians(weights), predicted.gaussians(other)
    values, vectors = np.linalg.eigh(cov_t)
    root = (vectors * np.sqrt(np.maximum(values, 0))[:, None]) @ vectors.transpose(0, 2, 1)
    mixed = np.linalg.eigvalsh(root @ cov_p @ root)
    traces = np.trace(cov_t, axis1=1, axis2=2) + np.trace(cov_p, axis1=1, axis2=2)
    return ((mean_t - mean_p) ** 2).sum(axis=1) + traces - 2 * np.sqrt(np.maximum(mixed, 0)).sum(axis=1)


def interaction_gap(truth: Stack, predicted: Stack, weights: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """What is wrong *between* the two beyond what is wrong with each, in every draw: (W,), never negative.

    The distance of the joint features of both people (distribution.pair_features), less both single distances.
    """
    half = truth.total.shape[1] // 2
    parts = [slice(0, half), slice(half, None)]
    single = sum(frechet(truth.part(p), predicted.part(p), weights, other) for p in parts)
    return frechet(truth, predicted, weights, other) - single
