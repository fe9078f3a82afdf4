"""The motion that systems generate for a test set, and every metric of METRICS A, B, C, E, F of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.files import replacing
from core.gaze import ADULT, CONTACT_COLUMN, GazeDirections, gaze_directions
from core.layout import room_poses

from .. import report
from ..mouth.dialogue_metrics import mouth_metrics
from ..mouth.lip_metrics import Closures
from . import coupling, distribution, motion_errors
from .behaviour import Scene, measure, slope_points
from .bootstrap import Estimate, draw_weights, ratio
from .motion_events import angle_between
from .pooled_metrics import PooledMetrics, weighted_slope
from .responses import Behaviour, Partners
from .systems import Case, System

UNITS = {f"{kind} {group}": unit for group, (_, unit) in motion_errors.UNITS.items() for kind in ("MSE", "vMSE")}
UNITS |= {"LVE": "mm", "FRSyn s": "s", "FRSyn error": "s"}


@dataclass(frozen=True, eq=False)
class Generated:
    """Motion of one system for the test set: one or two takes of each dialogue."""

    intents: list[np.ndarray]  # by take: (n, 2, T, 56)
    motions: list[list[np.ndarray]]  # by take, by dialogue: (2, T, 59)

    @classmethod
    def of(cls, takes: Sequence[Sequence[np.ndarray]], cases: Sequence[Case]) -> "Generated":
        """takes: by take, by dialogue: (2, T, 56) intents"""
        motions = [[case.aimed(intents) for case, intents in zip(cases, take, strict=True)] for take in takes]
        return cls(list(takes), motions)

    @classmethod
    def by(
        cls, system: System, cases: Sequence[Case], seed: int, takes: int = 2, cache: Path | None = None
    ) -> "Generated":
        """``takes`` of every dialogue by ``system``, read from the file ``cache`` or written to it."""
        if cache and cache.is_file():
            with np.load(cache) as file:
                return cls.of(list(file["intents"].astype(np.float32)), cases)
        # every dialogue has noise of its own: the same noise for all would reduce the diversity of the set
        generated = [[system(case, 2000 * seed + 1000 * t + case.number) for case in cases] for t in range(takes)]
        if cache:
            cache.parent.mkdir(parents=True, exist_ok=True)
            with replacing(cache) as file:
                np.savez(file, intents=np.asarray(generated, np.float16))
        return cls.of(generated, cases)


def cache_name(name: str, weights_sha: str, cases: Sequence[Case], seed: int) -> str:
    """File name of a system's motion; it differs for another system, weights, dialogues or seed."""
    content = hashlib.sha256(f"{name} {weights_sha} {seed}".encode())
    for case in cases:
        for values in (case.features[:, ::50], case.masks, case.intents[:, ::50]):
            content.update(np.ascontiguousarray(values).tobytes())
    return f"{name.replace(' ', '_').replace(',', '')}_{content.hexdigest()[:12]}.npz"


class Benchmark:
    """The test set, its ground truth, and the statistics of both that every system is compared with."""

    def __init__(self, cases: list[Case], training: list[Case], further: Sequence[list[Case]] = ()):
        """further: by synthesis, the same dialogues in the same order"""
        self.cases, self.weights = cases, draw_weights(len(cases))
        takes = [[c.intents for c in cases], *([c.intents for c in some] for some in further)]
        self.generated = Generated.of(takes, cases)
        self.truth = self.generated.motions[0]
        self.gazes = [gaze_of(m, case) for m, case in zip(self.truth, cases, strict=True)]
        self.synchrony = [coupling.synchrony(m[..., :44]) for m in self.truth]
        self.excess = excess_correlations(self.generated, cases) if further else None
        train = [case.aimed(case.intents) for case in training]
        second = self.generated.motions[1] if further else None
        self.pooled = PooledMetrics.fit(train, [c.masks for c in cases], self.truth, second, self.weights)
        behaviours = [
            [Behaviour.both(m, gaze_of(m, case)) for m, case in zip(take, cases, strict=True)]
            for take in self.generated.motions[: 3 if further else 0]
        ]
        self.partners = Partners(*behaviours[:2], self.weights) if further else None
        self.other_people = behaviours[1:]

    def numbers(self, name: str, generated: Generated) -> list[Estimate]:
        """Every metric of one system."""
        rows, counts = [], []
        for i, case in enumerate(self.cases):
            takes = np.stack([take[i] for take in generated.motions])
            row, closures = self._dialogue(i, case, takes, generated.intents[0][i])
            rows.append(row)
            counts.append(closures)
        estimates = [
            Estimate.mean(key, name, [row[key] for row in rows], self.weights, UNITS.get(key, "")) for key in rows[0]
        ]
        estimates += (
            self._closures(name, counts)
            + self._slopes(name, generated)
            + self.pooled.numbers(name, generated.motions[0])
        )
        if self.excess is not None and len(generated.motions) > 1:
            own = excess_correlations(generated, self.cases)
            score = coupling.coupling_score(own, self.excess, self.weights)
            estimates.append(Estimate("coupling score", name, score, len(self.cases)))
            for behaviour, value in coupling.by_behaviour(own, self.excess, self.weights).items():
                estimates.append(Estimate(f"coupling score, {behaviour}", name, value, len(self.cases)))
        return estimates

    def _dialogue(self, i: int, case: Case, takes: np.ndarray, intents: np.ndarray) -> tuple[dict, Closures]:
        """Metrics of one dialogue; takes: (S, 2, T, 59)."""
        motions, truth = takes[0], self.truth[i]
        turns = [(start, end, int(person)) for start, end, person in case.turns]
        row = measure(Scene(motions, case.layout, case.masks, turns, intents[..., CONTACT_COLUMN]))
        row |= gaze_errors(gaze_of(motions, case), self.gazes[i], case.intents[..., CONTACT_COLUMN] >= 0.5)
        mouths, closures = mouth_metrics(case, motions, truth)
        row |= mouths
        for kind, velocity in (("MSE", False), ("vMSE", True)):
            row |= {f"{kind} {g}": v for g, v in motion_errors.squared_errors(truth, motions, velocity).items()}
        if len(takes) > 1:
            row |= {f"MSE {g}, best of {len(takes)}": v for g, v in motion_errors.best_of(truth, takes).items()}
        for group in ("exp", "rot"):
            columns = distribution.GROUPS[group]
            row[f"rPCC {group}"] = distribution.partner_correlation_error(truth, motions, columns)
            row[f"FRVar {group}"] = motion_errors.variance_over_time(motions[..., columns])
            if len(takes) > 1:
                row[f"FRDiv {group}"] = motion_errors.spread_between(takes[..., columns])
                row[f"spread to skill {group}"] = motion_errors.spread_to_skill(
                    truth[..., columns], takes[..., columns]
                )
        synchrony = coupling.synchrony(motions[..., :44])
        return row | {"FRSyn s": synchrony, "FRSyn error": abs(synchrony - self.synchrony[i])}, closures

    def _closures(self, name: str, counts: list[Closures]) -> list[Estimate]:
        """Closure rate and false closure, pooled over the set."""
        sums = self.weights @ np.array([c.counts for c in counts], float)
        true, detected, _, _, vowels, closed = sums.T
        rates = {"closure rate": ratio(detected, true), "false closure": ratio(closed, vowels)}
        return [Estimate(key, name, value, len(counts)) for key, value in rates.items()]

    def _slopes(self, name: str, generated: Generated) -> list[Estimate]:
        """Layout obedience and steering slope (behaviour.slope_points)."""
        scenes = [
            Scene(motions, case.layout, case.masks, ())
            for motions, case in zip(generated.motions[0], self.cases, strict=True)
        ]
        obedience, steering = zip(*(slope_points(scene) for scene in scenes), strict=True)
        return [
            Estimate(metric, name, weighted_slope(*np.stack(points, axis=1), self.weights), len(scenes))
            for metric, points in (("layout obedience", obedience), ("steering slope", steering))
        ]


def gaze_of(motions: np.ndarray, case: Case) -> GazeDirections:
    """Gaze of both people of motions (2, T, 59) in the room of ``case``."""
    return gaze_directions(motions, room_poses(case.layout), (ADULT, ADULT))


def gaze_errors(predicted: GazeDirections, truth: GazeDirections, contact: np.ndarray) -> dict[str, float]:
    """Mean angles, degrees, to the true gaze, the true face normal, and the partner's eyes where ``contact`` (2, T)."""
    return {
        "gaze error deg": float(angle_between(predicted.gaze, truth.gaze).mean()),
        "face error deg": float(angle_between(predicted.face, truth.face).mean()),
        "contact error at true contact deg": report.known_mean(predicted.contact_error[contact]),
    }


def excess_correlations(generated: Generated, cases: Sequence[Case]) -> np.ndarray:
    """(n, lags, C) excess correlation (coupling.py) of each dialogue's takes."""
    rows = []
    for i, case in enumerate(cases):
        takes = [coupling.behaviours(take[i], gaze_of(take[i], case)) for take in generated.motions]
        rows.append(coupling.excess_correlation(takes))
    return np.stack(rows)
