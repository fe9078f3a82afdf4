"""Systems play a test set, and every number of METRICS A, B, C, E, F is read off what they did."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import gaze
from core.files import replacing
from core.gaze import ADULT, CONTACT_COLUMN, LARGEST_FACING, GazeDirections, gaze_directions
from core.layout import room_poses
from core.motion import CHANNELS

from ..mouth.errors import mouths
from ..mouth.events import Closures
from . import distribution, motion_errors, reactions
from .answers import Partners, Shown
from .behaviour import Scene, measure
from .bootstrap import Drawn, draw_weights
from .events import angle_between, head_angles
from .gazes import face_gaze
from .pooled import GROUPS, Pool, weighted_slope
from .systems import Case, System

UNITS = {f"{kind} {group}": unit for group, (_, _, unit) in motion_errors.GROUPS.items() for kind in ("MSE", "vMSE")}
UNITS |= {"LVE": "mm", "FRSyn s": "s", "FRSyn error": "s"}


@dataclass(frozen=True, eq=False)
class Played:
    """What one system made of the test set: one or two takes of each dialogue."""

    intents: list[np.ndarray]  # by take: (n, 2, T, 56)
    motions: list[list[np.ndarray]]  # by take, by dialogue: (2, T, 59)

    @classmethod
    def of(cls, takes: Sequence[Sequence[np.ndarray]], cases: Sequence[Case]) -> "Played":
        """takes: by take, by dialogue: (2, T, 56) intents"""
        motions = [[case.aimed(meant) for case, meant in zip(cases, take, strict=True)] for take in takes]
        return cls(list(takes), motions)

    @classmethod
    def by(cls, system: System, cases: Sequence[Case], seed: int, takes: int = 2, keep: Path | None = None) -> "Played":
        """``takes`` of every dialogue by ``system``; those in the file ``keep`` are not made again."""
        if keep and keep.is_file():
            with np.load(keep) as file:
                return cls.of(list(file["intents"].astype(np.float32)), cases)
        # every dialogue its own noise: the same for all would make the set less various than the system is
        made = [[system(case, 2000 * seed + 1000 * t + case.number) for case in cases] for t in range(takes)]
        if keep:
            keep.parent.mkdir(parents=True, exist_ok=True)
            with replacing(keep) as file:
                np.savez(file, intents=np.asarray(made, np.float16))
        return cls.of(made, cases)


def kept_name(name: str, weights_sha: str, cases: Sequence[Case], seed: int) -> str:
    """File name for what a system played: another system, weights, dialogues or seed have another."""
    content = hashlib.sha256(f"{name} {weights_sha} {seed}".encode())
    for case in cases:
        for values in (case.features[:, ::50], case.masks, case.intents[:, ::50]):
            content.update(np.ascontiguousarray(values).tobytes())
    return f"{name.replace(' ', '_').replace(',', '')}_{content.hexdigest()[:12]}.npz"


class Suite:
    """The test set, its truth, and what of them every system is compared with."""

    def __init__(self, cases: list[Case], training: list[Case], again: Sequence[list[Case]] = ()):
        """again: by performance, the same dialogues in the same order"""
        self.cases, self.weights = cases, draw_weights(len(cases))
        takes = [[c.intents for c in cases], *([c.intents for c in some] for some in again)]
        self.played = Played.of(takes, cases)
        self.truth = self.played.motions[0]
        self.seen = [look_at(m, case) for m, case in zip(self.truth, cases, strict=True)]
        self.synchrony = [reactions.synchrony(m[..., CHANNELS["expression"]]) for m in self.truth]
        self.reactions = reaction_excess(self.played, cases) if again else None
        train = [case.aimed(case.intents) for case in training]
        second = self.played.motions[1] if again else None
        self.pool = Pool.fit(train, [c.masks for c in cases], self.truth, second, self.weights)
        shown = [
            [Shown.both(m, look_at(m, case)) for m, case in zip(take, cases, strict=True)]
            for take in self.played.motions[: 3 if again else 0]
        ]
        self.partners = Partners(*shown[:2], self.weights) if again else None
        self.other_people = shown[1:]

    def numbers(self, name: str, played: Played) -> list[Drawn]:
        """Every number of one system."""
        rows, counts = [], []
        for i, case in enumerate(self.cases):
            takes = np.stack([take[i] for take in played.motions])
            row, closures = self._dialogue(i, case, takes, played.intents[0][i])
            rows.append(row)
            counts.append(closures)
        found = [Drawn.mean(key, name, [row[key] for row in rows], self.weights, UNITS.get(key, "")) for key in rows[0]]
        found += self._closures(name, counts) + self._slopes(name, played) + self.pool.numbers(name, played.motions[0])
        if self.reactions is not None and len(played.motions) > 1:
            own = reaction_excess(played, self.cases)
            score = reactions.reaction_score(own, self.reactions, self.weights)
            found.append(Drawn("reaction score", name, score, len(self.cases)))
            for behaviour, value in reactions.by_behaviour(own, self.reactions, self.weights).items():
                found.append(Drawn(f"reaction score, {behaviour}", name, value, len(self.cases)))
        return found

    def _dialogue(self, i: int, case: Case, takes: np.ndarray, intents: np.ndarray) -> tuple[dict, Closures]:
        """Numbers of one dialogue; takes (S, 2, T, 59)."""
        motions, truth = takes[0], self.truth[i]
        turns = [(start, end, int(person)) for start, end, person in case.turns]
        row = measure(Scene(motions, case.layout, case.masks, turns, intents[..., CONTACT_COLUMN]))
        row |= looking_errors(look_at(motions, case), self.seen[i], case.intents[..., CONTACT_COLUMN] >= 0.5)
        found, closures = mouths(case, motions, truth)
        row |= found
        for kind, velocity in (("MSE", False), ("vMSE", True)):
            row |= {f"{kind} {g}": v for g, v in motion_errors.squared_errors(truth, motions, velocity).items()}
        if len(takes) > 1:
            row |= {f"MSE {g}, best of {len(takes)}": v for g, v in motion_errors.best_of(truth, takes).items()}
        for group in ("exp", "rot"):
            columns = GROUPS[group]
            row[f"rPCC {group}"] = distribution.partner_correlation_error(truth, motions, columns)
            row[f"FRVar {group}"] = motion_errors.variance_over_time(motions[..., columns])
            if len(takes) > 1:
                row[f"FRDiv {group}"] = motion_errors.spread_between(takes[..., columns])
                row[f"spread to skill {group}"] = motion_errors.spread_to_skill(
                    truth[..., columns], takes[..., columns]
                )
        synchrony = reactions.synchrony(motions[..., CHANNELS["expression"]])
        return row | {"FRSyn s": synchrony, "FRSyn error": abs(synchrony - self.synchrony[i])}, closures

    def _closures(self, name: str, counts: list[Closures]) -> list[Drawn]:
        """Shares of all closures and vowels of the set, so that a talkative dialogue counts more."""
        sums = self.weights @ np.array([c.counts for c in counts], float)
        asked, found, _, _, vowels, shut = sums.T
        rates = {"closures found": found / asked, "open vowels closed": shut / vowels}
        return [Drawn(key, name, value, len(counts)) for key, value in rates.items()]

    def _slopes(self, name: str, played: Played) -> list[Drawn]:
        """How mean head yaw follows the yaw to the partner, and face gaze the share asked for."""
        asked, got, yaws, faced = [], [], [], []
        for motions, case in zip(played.motions[0], self.cases, strict=True):
            near = np.abs([case.layout.facing_a, case.layout.facing_b]) <= LARGEST_FACING
            yaws.append(np.where(near, np.degrees(gaze.toward(room_poses(case.layout))[:, 0]), np.nan))
            faced.append(head_angles(motions)[0].mean(axis=1))
            asked.append([case.layout.contact_a, case.layout.contact_b])
            got.append(face_gaze(look_at(motions, case)).mean(axis=1))
        slopes = {"layout obedience": (yaws, faced), "steering slope": (asked, got)}
        return [Drawn(key, name, weighted_slope(*xy, self.weights), len(asked)) for key, xy in slopes.items()]


def look_at(motions: np.ndarray, case: Case) -> GazeDirections:
    """Where both look, of (2, T, 59)."""
    return gaze_directions(motions, room_poses(case.layout), (ADULT, ADULT))


def looking_errors(seen: GazeDirections, truth: GazeDirections, contact: np.ndarray) -> dict[str, float]:
    """Degrees between gaze and face and the true ones, and off the partner's eyes where the truth is in contact."""
    return {
        "gaze error deg": float(angle_between(seen.gaze, truth.gaze).mean()),
        "face error deg": float(angle_between(seen.face, truth.face).mean()),
        "gaze off where contact is deg": float(seen.contact_error[contact].mean()) if contact.any() else float("nan"),
    }


def reaction_excess(played: Played, cases: Sequence[Case]) -> np.ndarray:
    """(n, lags, C) as reactions.excess of each dialogue's takes."""
    found = []
    for i, case in enumerate(cases):
        found.append(reactions.excess([reactions.behaviours(t[i], look_at(t[i], case)) for t in played.motions]))
    return np.stack(found)
