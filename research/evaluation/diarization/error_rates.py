"""How far found turns are from true ones (METRICS D)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np

from core.turns import Turn

STEP = 0.01  # s, the grid all errors are counted on


@dataclass(frozen=True)
class Truth:
    """True turns of one recording; there may be more than two speakers."""

    turns: tuple[tuple[float, float, str], ...]  # start, end in s, name
    seconds: float

    @property
    def names(self) -> list[str]:
        """Who speaks, by first word."""
        return list(dict.fromkeys(name for _, _, name in sorted(self.turns)))

    def most_talking(self, people: int) -> "Truth":
        """The turns of the ``people`` who talk most alone."""
        talk = {name: sum(end - start for start, end, who in self.turns if who == name) for name in self.names}
        kept = sorted(talk, key=talk.get)[-people:]
        return Truth(tuple(turn for turn in self.turns if turn[2] in kept), self.seconds)


@dataclass(frozen=True)
class Errors:
    """Times in s; divide by ``speech`` for the shares that make up DER."""

    speech: float  # true speech, overlap counted twice
    missed: float
    false: float
    confused: float
    overlap_hit: float  # time found and true with two at once
    overlap_found: float
    overlap_true: float

    @property
    def der(self) -> float:
        """Diarisation error rate, percent."""
        return 100 * (self.missed + self.false + self.confused) / max(self.speech, STEP)

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def overlap_f1(self) -> float:
        """F1 of the time where two speak at once; nan where there is none in the truth."""
        if not self.overlap_true:
            return float("nan")
        return 2 * self.overlap_hit / (self.overlap_found + self.overlap_true)


def read_rttm(path: Path, seconds: float) -> Truth:
    """Turns of a NIST rttm file."""
    fields = [line.split() for line in path.read_text().splitlines() if line.startswith("SPEAKER")]
    return Truth(tuple((float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in fields), seconds)


def grid(turns: Sequence[tuple[float, float, str]], names: Sequence[str], seconds: float) -> np.ndarray:
    """(len(names), ceil(seconds / STEP)) bool: who speaks in each step."""
    active = np.zeros((len(names), int(np.ceil(seconds / STEP))), bool)
    for start, end, name in turns:
        active[names.index(name), round(start / STEP) : round(end / STEP)] = True
    return active


def errors(truth: Truth, found: Sequence[Turn], collar: float = 0.0) -> Errors:
    """Compare with the best assignment of A and B to the true speakers; ``collar`` s around true edges do not count."""
    names = truth.names
    true = grid(truth.turns, names, truth.seconds)
    ours = grid([(t.start_s, t.end_s, t.speaker) for t in found], "AB", truth.seconds)
    counted = scored(true, collar)
    true, ours = true[:, counted], ours[:, counted]
    agree = best_agreement(true, ours)
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


def best_agreement(true: np.ndarray, ours: np.ndarray) -> int:
    """Steps where an assigned pair both speak, under the best assignment."""
    return max(
        (int(sum((true[s] & ours[k]).sum() for k, s in enumerate(p))) for p in assignments(len(true))), default=0
    )


def assignments(speakers: int) -> list[tuple[int, ...]]:
    """Ways to give up to two of ``speakers`` true people to A and B."""
    return list(permutations(range(speakers), min(2, speakers)))


def boundary_error(truth: Truth, found: Sequence[Turn]) -> float:
    """Median distance in ms from each true start and end to the nearest of the assigned speaker, within 0.5 s."""
    names = truth.names
    true = grid(truth.turns, names, truth.seconds)
    ours = grid([(t.start_s, t.end_s, t.speaker) for t in found], "AB", truth.seconds)
    best = max(assignments(len(true)), key=lambda p: sum((true[s] & ours[k]).sum() for k, s in enumerate(p)))
    distances = []
    for k, s in enumerate(best):
        for kind in (1, -1):
            edges = np.flatnonzero(np.diff(ours[k].astype(np.int8), prepend=0) == kind)
            for edge in np.flatnonzero(np.diff(true[s].astype(np.int8), prepend=0) == kind):
                nearest = np.abs(edges - edge).min(initial=10**9) * STEP
                distances += [nearest * 1000] if nearest <= 0.5 else []
    return float(np.median(distances)) if distances else float("nan")


def swaps(truth: Truth, found: Sequence[Turn], block: float = 30.0) -> int:
    """How often the best assignment changes from one ``block`` (s) to the next where it is clear; two speakers only."""
    true = grid(truth.turns, truth.names, truth.seconds)
    if len(true) != 2:
        return 0
    ours = grid([(t.start_s, t.end_s, t.speaker) for t in found], "AB", truth.seconds)
    signs = []
    for first in range(0, true.shape[1], round(block / STEP)):
        t, o = (x[:, first : first + round(block / STEP)] for x in (true, ours))
        straight, crossed = (t & o).sum(), (t & o[::-1]).sum()
        if max(straight, crossed) > 2 * min(straight, crossed) + 1 / STEP:
            signs.append(straight > crossed)
    return int(np.sum(np.diff(np.array(signs, int)) != 0))


def calibration(truth: Truth, masks: np.ndarray, bins: int = 10) -> float:
    """Mean gap between the value of the soft masks (2, T) at 25 fps and the share of true speech where they have it."""
    frames = masks.shape[1]
    true = grid(truth.turns, truth.names, frames / 25)[:, : frames * 4].reshape(len(truth.names), frames, 4).mean(-1)
    best = max(assignments(len(true)), key=lambda p: sum((true[s] * masks[k]).sum() for k, s in enumerate(p)))
    values = np.concatenate([masks[k] for k in range(len(best))])
    target = np.concatenate([true[s] for s in best])
    which = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [abs(values[which == b].mean() - target[which == b].mean()) * (which == b).mean() for b in set(which)]
    return float(np.sum(gaps))
