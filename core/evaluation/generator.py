"""The generator against the truth it learnt from, beside baselines and other weights (METRICS A, B, C, E, F).

    python -m core train dataset --data ../shared/data --out cache/test --split test --hours 1 --performances 1
    python -m core evaluate generator --data cache/test --train cache/dialogues --out report.json

The truth of this set (T1) is the teacher's: it shows what was learnt, not how people are.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import gaze
from ..generate import GENERATOR
from ..head import lip_gap, load
from ..model.checkpoint import load_checkpoint
from ..motion import WIDTH, HeadMotion
from . import distribution, errors, report
from .behaviour import Scene, measure, slopes
from .mouth_events import Closures, count_closures
from .mouth_labels import from_phones
from .systems import (
    HEADS,
    Case,
    System,
    nearest_clip,
    network,
    random_clip,
    read_cases,
    still,
    swapped_voices,
    wrong_masks,
)

TEACHER = "teacher"
GROUPS = {"exp": slice(0, 44), "rot": slice(44, 50), "eye": slice(50, 56), "tran": slice(56, 59)}
SEALED = 0.5e-3  # m of lip gap (METRICS C)
SEALED_SHARE = 0.03  # of the full opening
TRAINING_FRAMES = 40_000  # enough for clusters


@dataclass(frozen=True, eq=False)
class Predicted:
    """What one system made of the test set."""

    intents: list[np.ndarray]
    motions: list[np.ndarray]

    @classmethod
    def by(cls, system: System, cases: list[Case], seed: int) -> "Predicted":
        """Run ``system`` on every case."""
        intents = [system(case, seed) for case in cases]
        return cls(intents, [case.aimed(meant) for case, meant in zip(cases, intents, strict=True)])


def lips(case: Case, motions: np.ndarray) -> tuple[dict[str, float], Closures]:
    """Numbers of METRICS C that need phones and masks only: leak, and the counts of closures."""
    leaks, counts = [], Closures()
    for person, name in enumerate(HEADS):
        head = load(name)
        gap = lip_gap(head, HeadMotion(motions[person]))
        own, partner = case.masks[person] >= 0.5, case.masks[1 - person] >= 0.5
        listening = ~own & partner
        if listening.any() and own.any() and gap[own].std() > 1e-6:
            leaks.append(gap[listening].std() / gap[own].std())
        closed = gap <= max(SEALED, SEALED_SHARE * head.full_opening)
        counts += count_closures(closed, from_phones(case.phones[person]))
    return {"leak": float(np.mean(leaks)) if leaks else float("nan")}, counts


def compare(name: str, predicted: Predicted, cases: list[Case], reference: "Truth") -> list[report.Measure]:
    """Every measure of one system."""
    rows = []
    for case, motions, intents in zip(cases, predicted.motions, predicted.intents, strict=True):
        turns = [(start, end, int(person)) for start, end, person in case.turns]
        row = measure(Scene(motions, case.layout, case.masks, turns, intents[..., 52]))
        found, counts = lips(case, motions)
        row |= found
        row |= {"closures found": counts.recall, "open vowels closed": counts.false_share}
        row |= {f"MSE {group}": v for group, v in errors.squared_errors(reference.motion(case), motions).items()}
        row |= {f"vMSE {group}": v for group, v in errors.squared_errors(reference.motion(case), motions, True).items()}
        row |= {"rPCC": distribution.partner_correlation_error(reference.motion(case), motions, GROUPS["exp"])}
        rows.append(row)
    units = {f"{kind} {group}": unit for group, (_, _, unit) in errors.GROUPS.items() for kind in ("MSE", "vMSE")}
    measures = [report.mean(key, name, [row[key] for row in rows], units.get(key, ""), "T1") for key in rows[0]]
    scenes = [Scene(m, case.layout, case.masks, []) for m, case in zip(predicted.motions, cases, strict=True)]
    single = slopes(scenes) | reference.distances(predicted.motions)
    nan = float("nan")
    return measures + [
        report.Measure(key, name, value, nan, nan, "", len(cases), "T1") for key, value in single.items()
    ]


class Truth:
    """The teacher's motion of training and test set, and the distances of a prediction from it."""

    def __init__(self, training: list[Case], cases: list[Case]):
        train = [case.aimed(case.intents) for case in training]
        self.motions = {id(case): case.aimed(case.intents) for case in cases}
        self.reference = distribution.Reference.fit(train)
        frames = np.concatenate([m.reshape(-1, WIDTH) for m in train]) / self.reference.std
        self.frames = frames[np.random.default_rng(0).permutation(len(frames))[:TRAINING_FRAMES]]

    def motion(self, case: Case) -> np.ndarray:
        """(2, T, 59) what the teacher did."""
        return self.motions[id(case)]

    def distances(self, motions: list[np.ndarray]) -> dict[str, float]:
        """FD*, P-FD*, interaction and SID* of ``motions``, one (2, T, 59) a test case."""
        truth, found = list(self.motions.values()), {}
        for group, channels in GROUPS.items():
            for dynamic in (False, True):
                sums = [self._moments(m, channels, dynamic) for m in (truth, motions)]
                found[f"FD {'dynamic ' if dynamic else ''}{group}"] = distribution.frechet(*sums)
        pairs = [[distribution.pair_features(m, self.reference) for m in some] for some in (truth, motions)]
        found["P-FD"] = distribution.paired_frechet(*pairs)
        found["interaction gap"] = distribution.interaction_gap(*pairs)
        found["interaction score"] = distribution.interaction_score(*pairs)
        for group, clusters in distribution.CLUSTERS.items():
            frames = [np.concatenate([m.reshape(-1, WIDTH) for m in some]) for some in (truth, motions)]
            z = [(f / self.reference.std)[:, GROUPS[group]] for f in frames]
            sid = distribution.diversity(self.frames[:, GROUPS[group]], *z, clusters)
            found |= {f"SID error {group}": sid.error, f"SID coverage {group}": sid.coverage}
        return found

    def _moments(self, motions: list[np.ndarray], channels: slice, dynamic: bool) -> distribution.Moments:
        first, *rest = (distribution.frame_moments(m, self.reference, channels, dynamic) for m in motions)
        return sum(rest, first)


def add_arguments(parser) -> None:
    """What ``python -m core evaluate generator`` takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--train", type=Path, required=True, help="folder of the dialogues that were learnt from")
    parser.add_argument(
        "--weights", nargs="*", default=[], metavar="NAME=FILE", help="others to set beside the shipped"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def systems(arguments, training: list[Case]) -> dict[str, System]:
    """The shipped network first, then its sanity checks, other weights and baselines."""
    shipped = load_checkpoint(GENERATOR)
    others = dict(text.split("=", 1) for text in arguments.weights)
    neutral = np.zeros(gaze.INTENT_WIDTH)
    return {
        "shipped": network(shipped),
        **{name: network(load_checkpoint(path)) for name, path in others.items()},
        "masks swapped": wrong_masks(shipped),
        "voices swapped": swapped_voices(shipped),
        "B0 neutral": still(neutral),
        "B1 mean": still(np.concatenate([c.intents.reshape(-1, gaze.INTENT_WIDTH) for c in training]).mean(axis=0)),
        "B2 random clip": random_clip(training),
        "B3 nearest clip": nearest_clip(training),
    }


def main(arguments) -> None:
    """Print the table and write it."""
    cases, training = read_cases(arguments.data), read_cases(arguments.train)
    truth, measures = Truth(training, cases), []
    chosen = systems(arguments, training)
    intents = [case.intents for case in cases]
    measures += compare(TEACHER, Predicted(intents, [truth.motion(case) for case in cases]), cases, truth)
    for name, system in chosen.items():
        measures += compare(name, Predicted.by(system, cases, arguments.seed), cases, truth)
    print(report.table(measures))
    if arguments.out:
        hashes = {"weights": hashlib.sha256(GENERATOR.read_bytes()).hexdigest()}
        hashes |= {"data": str(arguments.data), "train": str(arguments.train), "seed": str(arguments.seed)}
        report.write_json(arguments.out, measures, **hashes)
