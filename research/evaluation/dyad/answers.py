"""How somebody answers a partner whose motion is given: what cross-attention is for, all else held fast (METRICS A).

One person of the truth is given, the other is made to fit (as with ``--motion-a``). Then it is asked how much more what
was made goes with the given partner than with the same partner in another performance of the same talk, which nobody
saw: whatever the sound and the scene make both do is in both, so that one who cannot see the partner reads 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.gaze import GazeDirections
from core.motion import MOTION_FPS, column
from core.timeseries import runs

from .bootstrap import Drawn
from .events import head_angles, nods
from .gazes import face_gaze
from .reactions import REACH, behaviours, by_behaviour, coupling, reaction_score
from .systems import Case

RISE, WITHIN = 0.1, 12  # a smile or a brow begins where it grows so much in so many frames
# s from the partner's act to the same act that counts as its answer: where the teacher's performances have more of them
# than chance. A look is met at once.
ACTS = {"nods": (0.3, 1.1), "smiles": (0.3, 1.1), "brows": (0.3, 1.1), "looks": (0.0, 0.5)}


@dataclass(frozen=True, eq=False)
class Shown:
    """What one person does that can be answered, or answers."""

    curves: np.ndarray  # (bins, C) as reactions.behaviours
    begun: dict[str, np.ndarray]  # by act: s, when each begins

    @classmethod
    def both(cls, motions: np.ndarray, seen: GazeDirections) -> tuple["Shown", "Shown"]:
        """Of the two people of motions (2, T, 59)."""
        curves, on_face, (_, pitch, _) = behaviours(motions, seen), face_gaze(seen), head_angles(motions)
        smile, brow = (motions[..., column(name)] for name in ("mouthSmileLeft", "browInnerUp"))
        return tuple(
            cls(
                curves[i],
                {
                    "nods": np.array([start for start, _ in nods(pitch[i])]),
                    "smiles": _rises(smile[i]),
                    "brows": _rises(brow[i]),
                    "looks": (np.flatnonzero(on_face[i, 1:] & ~on_face[i, :-1]) + 1) / MOTION_FPS,
                },
            )
            for i in (0, 1)
        )


def _rises(curve: np.ndarray) -> np.ndarray:
    """When ``curve`` (T,) begins to grow, s."""
    smooth = np.convolve(np.pad(curve.astype(float), 2, "edge"), np.ones(5) / 5, "valid")
    return np.array([first / MOTION_FPS for first, _ in runs(smooth[WITHIN:] - smooth[:-WITHIN] > RISE)])


@dataclass(frozen=True, eq=False)
class Partners:
    """Everybody of the test set as partners: in the truth, and in another performance of the same talks."""

    true: Sequence[tuple[Shown, Shown]]  # by dialogue
    other: Sequence[tuple[Shown, Shown]]
    weights: np.ndarray  # (W, n)

    def excess(self, made: Sequence[tuple[Shown, Shown]]) -> np.ndarray:
        """(n, lags, C) how much more what was ``made`` follows the true partner than the other one."""
        rows = []
        for own, true, other in zip(made, self.true, self.other, strict=True):
            of_each = [
                coupling(true[1 - i].curves, own[i].curves) - coupling(other[1 - i].curves, own[i].curves)
                for i in (0, 1)
            ]
            rows.append(np.mean(of_each, axis=0)[REACH:])  # an answer comes after
        return np.stack(rows)

    def turned(self) -> "Partners":
        """The other performance in the place of the truth."""
        return Partners(self.other, self.true, self.weights)

    def numbers(self, name: str, made: Sequence[tuple[Shown, Shown]], truth: np.ndarray | None = None) -> list[Drawn]:
        """The score of what a system ``made``, 1 as people and 0 as the blind, and what share of acts it answered.

        truth: what excess counts as 1; None takes that of these partners
        """
        own, truth = self.excess(made), self.excess(self.true) if truth is None else truth
        drawn = {"answer score": reaction_score(own, truth, self.weights)}
        for behaviour, values in by_behaviour(own, truth, self.weights).items():
            drawn[f"answer score, {behaviour}"] = values
        found = [Drawn(metric, name, values, len(own)) for metric, values in drawn.items()]
        for act in ACTS:
            found += self._answered(name, act, made)
        return found

    def _answered(self, name: str, act: str, made: Sequence[tuple[Shown, Shown]]) -> list[Drawn]:
        """The share of the partner's acts that are answered, less chance, and how late."""
        sums = []
        for partners in (self.true, self.other):
            counts = [
                np.sum(
                    [count_answers(own[i].begun[act], partner[1 - i].begun[act], *ACTS[act]) for i in (0, 1)], axis=0
                )
                for own, partner in zip(made, partners, strict=True)
            ]
            sums.append(self.weights @ np.array(counts, float))
        (asked, answered, late), (asked_other, by_chance, late_other) = (s.T for s in sums)
        share, chance = answered / np.maximum(asked, 1), by_chance / np.maximum(asked_other, 1)
        gain = share - chance
        with np.errstate(invalid="ignore", divide="ignore"):
            delay = (late / np.maximum(asked, 1) - late_other / np.maximum(asked_other, 1)) / gain
        numbers = {f"{act} answered": gain, f"{act} answered or by chance": share}
        found = [Drawn(metric, name, values, len(made)) for metric, values in numbers.items()]
        delay = np.where(np.percentile(gain[1:], 0.5) > 0, delay, np.nan)  # of nothing but chance there is no delay
        return [*found, Drawn(f"delay of answered {act}", name, delay, len(made), "s")]


def count_answers(own: np.ndarray, partner: np.ndarray, soon: float, late: float) -> tuple[int, int, float]:
    """How many acts of ``partner`` (s) there are and are answered by ``own`` (s), and the sum of the delays, s."""
    after = own[None] - partner[:, None]
    first = np.where((after > soon) & (after <= late), after, np.inf).min(axis=1, initial=np.inf)
    answered = first[np.isfinite(first)]
    return len(partner), len(answered), float(answered.sum())


def beside_the_true(
    cases: Sequence[Case], made: Sequence[np.ndarray], seen_by: Callable[[np.ndarray, Case], GazeDirections]
) -> list[tuple[Shown, Shown]]:
    """What each person of ``made`` (2, T, 56) does beside the other's true motion, by dialogue."""
    rows = []
    for case, intents in zip(cases, made, strict=True):
        pair = []
        for person in (0, 1):
            both = np.array(case.intents)
            both[person] = intents[person]
            motions = case.aimed(both)
            pair.append(Shown.both(motions, seen_by(motions, case))[person])
        rows.append(tuple(pair))
    return rows
