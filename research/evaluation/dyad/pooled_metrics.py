"""METRICS A pooled over a test set, with bootstrap: Frechet distances, interaction score, diversity."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.cluster import KMeans

from core.motion import WIDTH

from .bootstrap import Estimate, StackedMoments, frechet, interaction_gap, ratio
from .distribution import CLUSTERS, GROUPS, Reference, pair_features, shuffled

TRAINING_FRAMES = 40_000  # that the clusters are fitted on
KMEANS_SEEDS = 5


@dataclass(frozen=True, eq=False)
class PooledMetrics:
    """Statistics of the true motion of training and test set, the same for every system."""

    reference: Reference
    clusters: dict[str, list[KMeans]]  # by group
    masks: list[np.ndarray]  # (2, T) of each dialogue
    truth: list[np.ndarray]  # (2, T, 59) of each dialogue
    second: list[np.ndarray] | None  # a second synthesis of the same dialogues in the same scenes
    weights: np.ndarray  # (W, n)

    @classmethod
    def fit(cls, training: list[np.ndarray], masks, truth, second, weights) -> "PooledMetrics":
        """training: (2, T, 59) of every training dialogue"""
        reference = Reference.fit(training)
        frames = np.concatenate([m.reshape(-1, WIDTH) for m in training]) / reference.std
        frames = frames[np.random.default_rng(0).permutation(len(frames))[:TRAINING_FRAMES]]
        clusters = {
            group: [
                KMeans(k, n_init=1, random_state=seed).fit(frames[:, GROUPS[group]]) for seed in range(KMEANS_SEEDS)
            ]
            for group, k in CLUSTERS.items()
        }
        return cls(reference, clusters, masks, truth, second, weights)

    def numbers(self, system: str, motions: list[np.ndarray]) -> list[Estimate]:
        """Every pooled metric of one system's motions, (2, T, 59) a dialogue."""
        return self.distances(system, motions) + self.interaction(system, motions) + self.diversity(system, motions)

    def distances(self, system: str, motions: list[np.ndarray]) -> list[Estimate]:
        """FD* of every group, of its first differences, and of expression and rotation while listening."""
        found = []
        for group, columns in GROUPS.items():
            for kind in ("", "dynamic ", "listening ") if group in CLUSTERS else ("", "dynamic "):
                stacks = [StackedMoments.of(self._frames(some, columns, kind)) for some in (self.truth, motions)]
                found.append(self._estimate(f"FD {kind}{group}", system, frechet(*stacks, self.weights)))
        return found

    def _frames(self, motions: list[np.ndarray], columns: slice, kind: str) -> list[np.ndarray]:
        """(frames, D) of each dialogue, divided by the std of the training set."""
        z = [(m / self.reference.std)[..., columns] for m in motions]
        if kind == "dynamic ":
            z = [np.diff(x, axis=1) for x in z]
        if kind == "listening ":
            return [x[(m < 0.5) & (m[::-1] >= 0.5)] for x, m in zip(z, self.masks, strict=True)]
        return [x.reshape(-1, x.shape[-1]) for x in z]

    def interaction(self, system: str, motions: list[np.ndarray]) -> list[Estimate]:
        """P-FD*, interaction gap and score; the score also with the gap of a second synthesis as its floor."""
        truth, made = self._pairs, StackedMoments.of([pair_features(m, self.reference) for m in motions])
        gap, (strangers, *floors) = interaction_gap(truth, made, self.weights), self._bounds
        found = {"P-FD": frechet(truth, made, self.weights), "interaction gap": gap}
        names = ("interaction score", "interaction score, floor of a second synthesis")
        for name, floor in zip(names, floors, strict=False):
            found[name] = 1 - (gap - floor) / (strangers - floor)
        return [self._estimate(name, system, values) for name, values in found.items()]

    @cached_property
    def _pairs(self) -> StackedMoments:
        return StackedMoments.of([pair_features(m, self.reference) for m in self.truth])

    @cached_property
    def _bounds(self) -> list[np.ndarray]:
        """Gaps (W,) of strangers, of the truth's halves, and of a second synthesis where there is one."""
        truth = [pair_features(m, self.reference) for m in self.truth]
        first = np.zeros(len(truth))
        first[np.random.default_rng(0).permutation(len(truth))[::2]] = 1
        bounds = [
            interaction_gap(self._pairs, StackedMoments.of(shuffled(truth)), self.weights),
            interaction_gap(self._pairs, self._pairs, self.weights * first, self.weights * (1 - first)),
        ]
        if self.second:
            second = StackedMoments.of([pair_features(m, self.reference) for m in self.second])
            bounds.append(interaction_gap(self._pairs, second, self.weights))
        return bounds

    def diversity(self, system: str, motions: list[np.ndarray]) -> list[Estimate]:
        """SID* by role: bits, abs difference to the truth's, and the share of the truth's clusters visited."""
        found = []
        for group, models in self.clusters.items():
            for role in ("speaking", "listening"):
                rows = [
                    [self._histograms(some, model, group, role) for some in (motions, self.truth)] for model in models
                ]
                entropies = np.mean([[_entropy(h) for h in row] for row in rows], axis=0)
                visited = [ratio(((own > 0) & (true > 0)).sum(1), (true > 0).sum(1)) for own, true in rows]
                name = f"{group} {role}"
                found.append(self._estimate(f"SID {name}", system, entropies[0], "bits"))
                found.append(self._estimate(f"SID error {name}", system, np.abs(entropies[0] - entropies[1]), "bits"))
                found.append(self._estimate(f"SID coverage {name}", system, np.mean(visited, axis=0)))
        return found

    def _histograms(self, motions: list[np.ndarray], model: KMeans, group: str, role: str) -> np.ndarray:
        """(W, clusters) frames in each cluster, in every resample."""
        counts, none = [], np.zeros(model.n_clusters)
        for motion, masks in zip(motions, self.masks, strict=True):
            own, partner = masks >= 0.5, masks[::-1] >= 0.5
            chosen = own if role == "speaking" else ~own & partner
            z = (motion[chosen] / self.reference.std)[:, GROUPS[group]]
            counts.append(np.bincount(model.predict(z), minlength=model.n_clusters) if len(z) else none)
        return self.weights @ np.stack(counts)

    def _estimate(self, metric: str, system: str, values: np.ndarray, unit: str = "") -> Estimate:
        return Estimate(metric, system, values, len(self.truth), unit)


def _entropy(counts: np.ndarray) -> np.ndarray:
    """Bits of histograms (W, clusters): (W,), nan where a histogram is empty."""
    share = ratio(counts, counts.sum(axis=1, keepdims=True))
    return -(share * np.log2(np.where(share > 0, share, 1))).sum(axis=1)


def weighted_slope(x: Sequence[np.ndarray], y: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Slope of ``y`` on ``x``, (n, 2) of both people of each dialogue, nan where unknown, in every resample: (W,)."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    known = ~np.isnan(x + y)
    x, y = np.where(known, x, 0), np.where(known, y, 0)
    sums = [weights @ v.sum(axis=1) for v in (known.astype(float), x, y, x * x, x * y)]
    count, sx, sy, sxx, sxy = sums
    return (count * sxy - sx * sy) / np.maximum(count * sxx - sx**2, 1e-12)
