"""Tests of the metrics on motion with known results (METRICS, last section), on the given test set.

Those that need people of known coupling are in tests/research/evaluation/dyad.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.heads import load
from core.motion import HeadMotion

from .. import HEADS
from ..mouth.dialogue_metrics import mouth_metrics
from ..mouth.lip_curves import gap_mm
from ..mouth.lip_metrics import lag
from .benchmark import Benchmark, gaze_errors
from .bootstrap import StackedMoments, frechet, interaction_gap
from .distribution import GROUPS, pair_features

LATE = 2  # frames, 80 ms
TURNED = 5.0  # degrees


@dataclass(frozen=True)
class Check:
    """One test and the interval in which its value must lie."""

    name: str
    value: float
    low: float
    high: float

    @property
    def line(self) -> str:
        """As a line of text."""
        verdict = "ok" if self.low <= self.value <= self.high else "FAILED"
        verdict = "no data" if np.isnan(self.value) else verdict  # too few dialogues
        return f"{verdict:7}  {self.name}: {self.value:.4g} (must be {self.low:g} to {self.high:g})"


def checks(benchmark: Benchmark) -> list[Check]:
    """All tests."""
    pooled, truth = benchmark.pooled, benchmark.truth
    half = [m / 2 for m in truth]
    by_metric = {
        d.metric: d.values[0] for d in pooled.distances("itself", truth) + pooled.diversity("frozen", frozen(truth))
    }
    features = [pair_features(m, pooled.reference) for m in truth]
    gap = interaction_gap(StackedMoments.of(features), StackedMoments.of(features), benchmark.weights[:1])[0]
    tests = [Check("FD of the truth to itself", by_metric["FD exp"], -1e-5, 1e-5)]
    if pooled.second:
        sizes = [
            frechet(StackedMoments.of(_exp(truth)), StackedMoments.of(_exp(some)), benchmark.weights[:1])[0]
            for some in (half, pooled.second)
        ]
        tests.append(Check("FD of half the amplitude over FD of a second synthesis", sizes[0] / sizes[1], 1.0, np.inf))
    tests += [
        Check("SID of a frozen face, bits", by_metric["SID exp listening"], 0, 0),
        Check("interaction gap of the truth to itself", gap, -1e-5, 1e-5),
        Check("lag of lips delayed by 80 ms, s", _late_lips(benchmark), 0.075, 0.085),
        Check("contact error of eyes turned by 5 degrees", _turned_eyes(benchmark), TURNED - 0.1, TURNED + 0.1),
        Check("closure rate of closed lips", _rest(benchmark)["closures"], 1, 1),
        Check("jitter of closed lips", _rest(benchmark)["jitter"], 0, 0),
    ]
    return tests


def frozen(motions: list[np.ndarray]) -> list[np.ndarray]:
    """All people in the pose of the first frame of the first dialogue."""
    return [np.broadcast_to(motions[0][:1, :1], m.shape) for m in motions]


def _exp(motions: list[np.ndarray]) -> list[np.ndarray]:
    return [m[..., GROUPS["exp"]].reshape(-1, 44) for m in motions]


def _late_lips(benchmark: Benchmark) -> float:
    gap = gap_mm(load(HEADS[0]), HeadMotion(benchmark.truth[0][0]))
    return lag(np.roll(gap, LATE), gap)


def _turned_eyes(benchmark: Benchmark) -> float:
    """Contact error of both eyes turned by TURNED past the partner's eyes."""
    gaze = benchmark.gazes[0]
    target = gaze.origin[::-1] - gaze.origin
    target /= np.linalg.norm(target, axis=-1, keepdims=True)
    aside = np.cross(target, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside, axis=-1, keepdims=True)
    past = np.cos(np.radians(TURNED)) * target + np.sin(np.radians(TURNED)) * aside
    turned = replace(gaze, axes=np.stack([past, past], axis=2))
    return gaze_errors(turned, gaze, np.ones(past.shape[:2], bool))["contact error at true contact deg"]


def _rest(benchmark: Benchmark) -> dict[str, float]:
    metrics, counts = mouth_metrics(benchmark.cases[0], np.zeros_like(benchmark.truth[0]), benchmark.truth[0])
    return {"closures": counts.recall, "jitter": metrics["lip jitter"]}
