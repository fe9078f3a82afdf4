"""Responses to a partner whose motion is given: what cross-attention is for, all else equal (METRICS A).

The true motion of one person is given and the other is generated (as with ``--motion-a``). The score is the lagged
correlation of the generated person with the given partner, less that with the same partner in another synthesis of the
dialogue, which the system did not see. What audio and scene explain is in both, so a system without access to the
partner's motion scores 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.gaze import GazeDirections
from core.motion import EXPRESSION_NAMES, MOTION_FPS
from core.timeseries import runs

from .bootstrap import Estimate, ratio
from .coupling import REACH, behaviours, by_behaviour, coupling_score, lagged_correlation
from .gaze_metrics import face_gaze
from .motion_events import head_angles, nods
from .systems import Case

RISE, WITHIN = 0.1, 12  # a smile or brow movement begins where the channel grows by RISE in WITHIN frames
# s from the partner's act to the same act that counts as its response: where the simulator has more of them than chance
ACTS = {"nods": (0.3, 1.1), "smiles": (0.3, 1.1), "brows": (0.3, 1.1), "looks": (0.0, 0.5)}


@dataclass(frozen=True, eq=False)
class Behaviour:
    """What one person does that can be a response, or evoke one."""

    curves: np.ndarray  # (bins, C) as reactions.behaviours
    onsets: dict[str, np.ndarray]  # by act: s

    @classmethod
    def both(cls, motions: np.ndarray, seen: GazeDirections) -> tuple["Behaviour", "Behaviour"]:
        """Of the two people of motions (2, T, 59)."""
        curves, on_face, (_, pitch, _) = behaviours(motions, seen), face_gaze(seen), head_angles(motions)
        smile, brow = (motions[..., EXPRESSION_NAMES.index(name)] for name in ("mouthSmileLeft", "browInnerUp"))
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
    """Onsets, s, of the rises of ``curve`` (T,)."""
    smooth = np.convolve(np.pad(curve.astype(float), 2, "edge"), np.ones(5) / 5, "valid")
    return np.array([first / MOTION_FPS for first, _ in runs(smooth[WITHIN:] - smooth[:-WITHIN] > RISE)])


@dataclass(frozen=True, eq=False)
class Partners:
    """Everybody of the test set as given partner: in the truth, and in another synthesis of the same dialogues."""

    true: Sequence[tuple[Behaviour, Behaviour]]  # by dialogue
    other: Sequence[tuple[Behaviour, Behaviour]]
    weights: np.ndarray  # (W, n)

    def excess(self, generated: Sequence[tuple[Behaviour, Behaviour]]) -> np.ndarray:
        """(n, lags, C) lagged correlation of ``generated`` people with the true partner, less that with the other."""
        rows = []
        for own, true, other in zip(generated, self.true, self.other, strict=True):
            of_each = [
                lagged_correlation(true[1 - i].curves, own[i].curves)
                - lagged_correlation(other[1 - i].curves, own[i].curves)
                for i in (0, 1)
            ]
            rows.append(np.mean(of_each, axis=0)[REACH:])  # a response comes after
        return np.stack(rows)

    def exchanged(self) -> "Partners":
        """The other synthesis in the place of the truth."""
        return Partners(self.other, self.true, self.weights)

    def numbers(
        self, name: str, generated: Sequence[tuple[Behaviour, Behaviour]], truth: np.ndarray | None = None
    ) -> list[Estimate]:
        """Response score of ``generated`` people (1 as the truth, 0 without access to the partner), and answered acts.

        truth: the excess that scores 1; None takes that of these partners
        """
        own, truth = self.excess(generated), self.excess(self.true) if truth is None else truth
        scores = {"response score": coupling_score(own, truth, self.weights)}
        for behaviour, values in by_behaviour(own, truth, self.weights).items():
            scores[f"response score, {behaviour}"] = values
        estimates = [Estimate(metric, name, values, len(own)) for metric, values in scores.items()]
        for act in ACTS:
            estimates += self._answered(name, act, generated)
        return estimates

    def _answered(self, name: str, act: str, generated: Sequence[tuple[Behaviour, Behaviour]]) -> list[Estimate]:
        """Share of the partner's acts that are answered, above chance (the other synthesis), and the mean delay."""
        sums = []
        for partners in (self.true, self.other):
            counts = [
                np.sum(
                    [count_answers(own[i].onsets[act], partner[1 - i].onsets[act], *ACTS[act]) for i in (0, 1)], axis=0
                )
                for own, partner in zip(generated, partners, strict=True)
            ]
            sums.append(self.weights @ np.array(counts, float))
        (acts, answered, delays), (acts_other, by_chance, delays_other) = (s.T for s in sums)
        share, chance = answered / np.maximum(acts, 1), by_chance / np.maximum(acts_other, 1)
        gain = share - chance
        delay = ratio(delays / np.maximum(acts, 1) - delays_other / np.maximum(acts_other, 1), gain)
        numbers = {f"{act} answered": gain, f"{act} answered, with chance": share}
        estimates = [Estimate(metric, name, values, len(generated)) for metric, values in numbers.items()]
        delay = np.where(np.percentile(gain[1:], 0.5) > 0, delay, np.nan)  # undefined at chance level
        return [*estimates, Estimate(f"delay of answered {act}", name, delay, len(generated), "s")]


def count_answers(own: np.ndarray, partner: np.ndarray, soon: float, late: float) -> tuple[int, int, float]:
    """Number of acts of ``partner`` (onsets, s), of those answered by ``own``, and the sum of the delays, s.

    An answer is the first act that comes more than ``soon`` and at most ``late`` s after.
    """
    after = own[None] - partner[:, None]
    first = np.where((after > soon) & (after <= late), after, np.inf).min(axis=1, initial=np.inf)
    answered = first[np.isfinite(first)]
    return len(partner), len(answered), float(answered.sum())


def responses_to_true_partner(
    cases: Sequence[Case], generated: Sequence[np.ndarray], gaze_of: Callable[[np.ndarray, Case], GazeDirections]
) -> list[tuple[Behaviour, Behaviour]]:
    """Behaviour of each person of ``generated`` (2, T, 56) with the other's true motion, by dialogue."""
    rows = []
    for case, intents in zip(cases, generated, strict=True):
        pair = []
        for person in (0, 1):
            both = np.array(case.intents)
            both[person] = intents[person]
            motions = case.aimed(both)
            pair.append(Behaviour.both(motions, gaze_of(motions, case))[person])
        rows.append(tuple(pair))
    return rows
