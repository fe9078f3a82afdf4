"""Errors of estimated turns and masks against the true turns (METRICS D)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np

from core.motion import MOTION_FPS
from core.turns import SPEAKERS, Turn

STEP = 0.01  # s, grid on which errors are counted
FRAME_STEPS = round(1 / MOTION_FPS / STEP)  # of the grid in a motion frame
NEAREST = 0.5  # s, farthest estimated boundary that still belongs to a true one


@dataclass(frozen=True)
class Truth:
    """True turns of one recording; there may be more than two speakers."""

    turns: tuple[tuple[float, float, str], ...]  # start, end in s, name
    seconds: float

    @property
    def names(self) -> list[str]:
        """The speakers in the order of their first turns."""
        return list(dict.fromkeys(name for _, _, name in sorted(self.turns)))

    def longest_speakers(self, people: int) -> "Truth":
        """The turns of only the ``people`` with the most speech."""
        speech = {name: sum(end - start for start, end, who in self.turns if who == name) for name in self.names}
        kept = sorted(speech, key=speech.get)[-people:]
        return Truth(tuple(turn for turn in self.turns if turn[2] in kept), self.seconds)


@dataclass(frozen=True)
class Errors:
    """Times in s; divided by ``speech`` they are the parts of the diarization error rate."""

    speech: float  # true speech, overlap counted twice
    missed: float
    false: float
    confused: float
    overlap_correct: float  # true and estimated
    overlap_estimated: float
    overlap_true: float

    @property
    def der(self) -> float:
        """Diarization error rate, percent."""
        return 100 * (self.missed + self.false + self.confused) / max(self.speech, STEP)

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def overlap_f1(self) -> float:
        """F1 of overlapped speech; nan where the truth has none."""
        if not self.overlap_true:
            return float("nan")
        return 2 * self.overlap_correct / (self.overlap_estimated + self.overlap_true)


def read_rttm(path: Path, seconds: float) -> Truth:
    """True turns of a NIST .rttm file."""
    fields = [line.split() for line in path.read_text().splitlines() if line.startswith("SPEAKER")]
    return Truth(tuple((float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in fields), seconds)


def grid(turns: Sequence[tuple[float, float, str]], names: Sequence[str], seconds: float) -> np.ndarray:
    """(len(names), ceil(seconds / STEP)) bool: the speakers of each step."""
    active = np.zeros((len(names), int(np.ceil(seconds / STEP))), bool)
    for start, end, name in turns:
        active[names.index(name), round(start / STEP) : round(end / STEP)] = True
    return active


def errors(truth: Truth, estimated: Sequence[Turn], collar: float = 0.0) -> Errors:
    """Errors under the best assignment of A and B to true speakers, without ``collar`` s around true boundaries."""
    true, ours = _grids(truth, estimated)
    counted = scored(true, collar)
    true, ours = true[:, counted], ours[:, counted]
    agree = agreement(true, ours, best_assignment(true, ours))
    both_true, both_ours = true.sum(0), ours.sum(0)
    missed = np.maximum(both_true - both_ours, 0).sum()
    false = np.maximum(both_ours - both_true, 0).sum()
    confused = np.minimum(both_true, both_ours).sum() - agree
    overlap_true, overlap_ours = both_true >= 2, both_ours >= 2
    sums = (both_true.sum(), missed, false, confused)
    overlaps = ((overlap_true & overlap_ours).sum(), overlap_ours.sum(), overlap_true.sum())
    return Errors(*(float(x) * STEP for x in (*sums, *overlaps)))


def scored(true: np.ndarray, collar: float) -> np.ndarray:
    """(steps,) bool: the steps farther than ``collar`` s from every start and end in ``true`` (speakers, steps)."""
    counted = np.ones(true.shape[1], bool)
    width = round(collar / STEP)
    for row in true:
        for edge in np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0)):
            counted[max(0, edge - width) : edge + width] = False
    return counted


def best_assignment(true: np.ndarray, ours: np.ndarray) -> tuple[int, ...]:
    """The true speakers assigned to A and B so that they agree most; true: (speakers, n), ours: (2, n)."""
    ways = permutations(range(len(true)), min(2, len(true)))
    return max(ways, key=lambda way: agreement(true, ours, way))


def agreement(true: np.ndarray, ours: np.ndarray, assignment: tuple[int, ...]) -> float:
    """Sum of the products of each of A and B with the true speaker assigned to it."""
    return sum((true[speaker] * ours[own]).sum() for own, speaker in enumerate(assignment))


def _grids(truth: Truth, estimated: Sequence[Turn]) -> tuple[np.ndarray, np.ndarray]:
    """The true turns (speakers, steps) and the estimated ones (2, steps)."""
    ours = [(turn.start_s, turn.end_s, turn.speaker) for turn in estimated]
    return grid(truth.turns, truth.names, truth.seconds), grid(ours, SPEAKERS, truth.seconds)


def boundary_error(truth: Truth, estimated: Sequence[Turn]) -> float:
    """Median distance, ms, of true starts and ends from the nearest one of the assigned speaker, within NEAREST."""
    true, ours = _grids(truth, estimated)
    best = best_assignment(true, ours)
    distances = []
    for k, s in enumerate(best):
        for kind in (1, -1):
            edges = np.flatnonzero(np.diff(ours[k].astype(np.int8), prepend=0) == kind)
            for edge in np.flatnonzero(np.diff(true[s].astype(np.int8), prepend=0) == kind):
                nearest = np.abs(edges - edge).min(initial=10**9) * STEP
                distances += [nearest * 1000] if nearest <= NEAREST else []
    return float(np.median(distances)) if distances else float("nan")


def swaps(truth: Truth, estimated: Sequence[Turn], block: float = 30.0) -> int:
    """Number of changes of the best assignment between blocks of ``block`` s where it is clear; two speakers."""
    true, ours = _grids(truth, estimated)
    if len(true) != 2:
        return 0
    signs = []
    for first in range(0, true.shape[1], round(block / STEP)):
        t, o = (x[:, first : first + round(block / STEP)] for x in (true, ours))
        straight, crossed = (t & o).sum(), (t & o[::-1]).sum()
        if max(straight, crossed) > 2 * min(straight, crossed) + 1 / STEP:
            signs.append(straight > crossed)
    return int(np.sum(np.diff(np.array(signs, int)) != 0))


def calibration(truth: Truth, masks: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean gap between soft masks (2, T) at 25 fps and the share of true speech, by bin."""
    frames = masks.shape[1]
    true = grid(truth.turns, truth.names, frames / MOTION_FPS)[:, : frames * FRAME_STEPS]
    true = true.reshape(len(true), frames, FRAME_STEPS).mean(-1)
    best = best_assignment(true, masks)
    values = np.concatenate([masks[k] for k in range(len(best))])
    target = np.concatenate([true[s] for s in best])
    which = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [abs(values[which == b].mean() - target[which == b].mean()) * (which == b).mean() for b in set(which)]
    return float(np.sum(gaps))
