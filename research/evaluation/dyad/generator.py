"""The generator against the truth it learnt from, beside baselines, ablations and other weights (METRICS A to C, E, F).

    python -m research train dataset --data DATA --out cache/test --split test --hours 1 --performances 1
    python -m research train dataset --data DATA --out cache/test_b --split test --hours 1 --performances 1 --people 1
    python -m research evaluate generator --data cache/test --train cache/dialogues --again cache/test_b --out all.json

The truth of this set (T1) is the teacher's: it shows what was learnt, not how people are. With ``--again``, folders of
more performances of the same dialogues in the same scenes, the table also holds what a perfect student would score, and
whether people answer each other; with ``--ablations``, every claim about the network and whether it shows.
"""

import hashlib
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core import gaze
from core.generate import GENERATOR
from core.generator import diffusion
from core.generator.checkpoint import Checkpoint, load_checkpoint
from core.heads import FOLDER

from .. import report
from . import claims, self_tests
from .answers import beside_the_true
from .bootstrap import Drawn
from .networks import (
    Contender,
    beside,
    found,
    from_sound,
    network,
    quickly,
    remembered,
    sampled,
    sealed,
    swapped_voices,
    trained_runs,
    wrong_masks,
)
from .suite import Played, Suite, kept_name, look_at
from .systems import Case, System, nearest_clip, random_clip, read_cases, still, teacher_on

TEACHER = "teacher"
TRAINING = 120  # dialogues are enough for spreads, clusters and borrowed clips
GUIDANCES, STEPS = (1.0, 1.3, 1.5, 2.5), (2, 4, 16, 50)


def add_arguments(parser) -> None:
    """What ``python -m research evaluate generator`` takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--train", type=Path, required=True, help="folder of the dialogues that were learnt from")
    parser.add_argument("--again", type=Path, nargs="+", default=[], help="more performances of --data, same scenes")
    parser.add_argument("--weights", nargs="*", default=[], metavar="NAME=FILE", help="others beside the shipped")
    parser.add_argument("--ablations", type=Path, help='folder made by "train ablations": all its runs, and the claims')
    parser.add_argument("--curves", action="store_true", help="the shipped network by guidance and by steps instead")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only the systems whose names begin so")
    parser.add_argument("--first", type=int, help="only so many of the dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for what the systems played, to measure again at once")
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def contenders(arguments, training: list[Case]) -> dict[str, Contender]:
    """Everything to be played by name."""
    shipped = load_checkpoint(GENERATOR)
    if arguments.curves:
        drawn = {f"guidance {g:g}": sampled(shipped, guidance=g) for g in GUIDANCES}
        drawn |= {f"{n} steps": sampled(shipped, steps=n) for n in STEPS}
        return {name: Contender(quickly(system), shipped.sha256) for name, system in drawn.items()}
    others = {}
    for text in arguments.weights:
        name, path = text.split("=", 1)
        others |= products(name, load_checkpoint(path))
    if arguments.ablations:
        others |= trained_runs(arguments.ablations)
    mean = np.concatenate([c.intents.reshape(-1, gaze.INTENT_WIDTH) for c in training]).mean(axis=0)
    baselines = {
        "B0 neutral": still(np.zeros(gaze.INTENT_WIDTH)),
        "B1 mean": still(mean),
        "B2 random clip": random_clip(training),
        "B3 nearest clip": nearest_clip(training),
        "B9 teacher on found masks, true phones": teacher_on(lambda case: found(case).masks),
    }
    return products("shipped", shipped) | others | {name: Contender(system) for name, system in baselines.items()}


def products(name: str, checkpoint: Checkpoint) -> dict[str, Contender]:
    """A network as it ships: alone, with the guard of the lips, from the sound alone; and told wrong things."""
    sha, alone = checkpoint.sha256, remembered(network(checkpoint))
    return {
        name: Contender(alone, sha, 2, quickly(beside(checkpoint, diffusion.GUIDANCE))),
        f"{name}, lips sealed": Contender(sealed(alone), sha, 2),
        f"{name}, from the sound alone": Contender(sealed(from_sound(network(checkpoint))), sha),
        f"{name}, masks swapped": Contender(quickly(wrong_masks(checkpoint)), sha),
        f"{name}, voices swapped": Contender(quickly(swapped_voices(checkpoint)), sha),
    }


def teachers(suite: Suite) -> dict[str, Played]:
    """The truth and, where it was performed again, other people on the same talks: together, and apart."""
    takes = suite.played.intents
    rows = {TEACHER: takes[:2]}
    if len(takes) > 2:
        rows["teacher, other people"] = takes[1:3]
    if len(takes) > 3:
        crossed = [[np.stack([a[0], b[1]]) for a, b in zip(*pair, strict=True)] for pair in (takes[:2], takes[2:4])]
        rows["teacher, strangers on the same talk"] = crossed
    return {name: Played.of(some, suite.cases) for name, some in rows.items()}


def answering_teachers(suite: Suite) -> list[Drawn]:
    """How the teacher answers a given partner: in the truth, in another performance, and where nobody saw it."""
    partners, others = suite.partners, suite.other_people
    if not partners:
        return []
    drawn = partners.numbers(TEACHER, partners.true)
    drawn += partners.turned().numbers("teacher, other people", others[0], partners.excess(partners.true))
    if len(others) > 1:
        drawn += partners.numbers("teacher, strangers on the same talk", others[1])
    return drawn


def read_suite(arguments) -> tuple[Suite, list[Case]]:
    """The test set with what it is compared with, and the training dialogues."""
    cases, training = read_cases(arguments.data)[: arguments.first], read_cases(arguments.train, TRAINING)
    by_number: dict[int, list[Case]] = {}
    for folder in arguments.again:
        for case in read_cases(folder):
            by_number.setdefault(case.number, []).append(case)
    count = min((len(by_number.get(case.number, ())) for case in cases), default=0)
    again = [[by_number[case.number][i] for case in cases] for i in range(count)]
    return Suite(cases, training, again), training


def hashes(arguments) -> dict[str, str]:
    """What a reader needs to make the numbers again."""
    root = Path(__file__).resolve().parents[3]
    sources = [path for folder in ("core", "research") for path in sorted((root / folder).rglob("*.py"))]
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    heads = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.npz"))))
    data = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(arguments.data.glob("*.npz"))))
    found = {"code": code, "heads": heads, "data": data, "weights": hashlib.sha256(GENERATOR.read_bytes())}
    return {name: value.hexdigest() for name, value in found.items()} | {"seed": str(arguments.seed)}


def _measured(name: str, contender: Contender, suite: Suite, arguments) -> list[Drawn]:
    """Everything about one contender, its takes made or read."""

    def played(system: System, takes: int, said: str = "") -> Played:
        kept = kept_name(name + said, contender.weights, suite.cases, arguments.seed)
        return Played.by(system, suite.cases, arguments.seed, takes, arguments.keep and arguments.keep / kept)

    drawn = suite.numbers(name, played(contender.system, contender.takes))
    if contender.beside and suite.partners:
        made = played(contender.beside, 1, ", partner given").intents[0]
        drawn += suite.partners.numbers(name, beside_the_true(suite.cases, made, look_at))
    return drawn


def main(arguments) -> None:
    """Print the tables and write them."""
    suite, training = read_suite(arguments)
    drawn = answering_teachers(suite)
    for name, played in teachers(suite).items():
        drawn += suite.numbers(name, played)
    for name, contender in contenders(arguments, training).items():
        if not arguments.only or name.startswith(tuple(arguments.only)):
            drawn += _measured(name, contender, suite, arguments)
            print(f"{name} is measured", file=sys.stderr, flush=True)
    measures, differences = [d.measure for d in drawn], claims.check(drawn, TEACHER)
    print(report.table(measures))
    if differences:
        print(claims.table(differences))
    tested = self_tests.checks(suite)
    print("The metrics on motion whose answer is known:", *(check.line for check in tested), sep="\n")
    if arguments.out:
        about = {"claims": [asdict(d) for d in differences], "self_tests": [asdict(c) for c in tested]}
        report.write_json(arguments.out, measures, **about, **hashes(arguments))
