"""The generator against the truth it learnt from, beside baselines, ablations and other weights (METRICS A to C, E, F).

    python -m core train dataset --data ../shared/data --out cache/test --split test --hours 1 --performances 1
    python -m core evaluate generator --data cache/test --train cache/dialogues --out report.json

The truth of this set (T1) is the teacher's: it shows what was learnt, not how people are. With ``--again``, a folder of
more performances of the same dialogues in the same scenes, the table also holds what a perfect student would score.
"""

import hashlib
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from .. import gaze
from ..generate import GENERATOR
from ..head import FOLDER
from ..model.checkpoint import load_checkpoint
from . import claims, report, self_tests
from .bootstrap import Drawn
from .networks import from_sound, network, sampled, sealed, swapped_voices, trained_runs, wrong_masks
from .play import Played, Suite, kept_name
from .systems import Case, System, nearest_clip, random_clip, read_cases, still, teacher_on

TEACHER = "teacher"
TRAINING = 120  # dialogues are enough for spreads, clusters and borrowed clips
GUIDANCES, STEPS = (1.0, 1.3, 1.5, 2.5), (2, 4, 8, 50)


def add_arguments(parser) -> None:
    """What ``python -m core evaluate generator`` takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--train", type=Path, required=True, help="folder of the dialogues that were learnt from")
    parser.add_argument("--again", type=Path, help="folder of more performances of --data in the same scenes")
    parser.add_argument("--weights", nargs="*", default=[], metavar="NAME=FILE", help="others beside the shipped")
    parser.add_argument("--ablations", type=Path, help='folder made by "train ablations": all its runs, and the claims')
    parser.add_argument("--curves", action="store_true", help="the shipped network by guidance and by steps instead")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only the systems whose names begin so")
    parser.add_argument("--first", type=int, help="only so many of the dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for what the systems played, to measure again at once")
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def systems(arguments, training: list[Case]) -> dict[str, tuple[System, str]]:
    """Everything to be played by name, with what tells its weights apart."""
    shipped, sha = load_checkpoint(GENERATOR), hashlib.sha256(GENERATOR.read_bytes()).hexdigest()
    if arguments.curves:
        drawn = {f"guidance {g:g}": sampled(shipped, guidance=g) for g in GUIDANCES}
        drawn |= {f"{n} steps": sampled(shipped, guidance=1.3, steps=n) for n in STEPS}
        return {name: (system, sha) for name, system in drawn.items()}
    mean = np.concatenate([c.intents.reshape(-1, gaze.INTENT_WIDTH) for c in training]).mean(axis=0)
    own = {
        "shipped": network(shipped),
        "shipped, lips sealed": sealed(network(shipped)),
        "shipped, from the sound alone": sealed(from_sound(network(shipped))),
        "masks swapped": wrong_masks(shipped),
        "voices swapped": swapped_voices(shipped),
    }
    others = {}
    for text in arguments.weights:
        name, path = text.split("=", 1)
        others[name] = network(load_checkpoint(path)), hashlib.sha256(Path(path).read_bytes()).hexdigest()
    if arguments.ablations:
        others |= {name: (system, c.sha256) for name, (system, c) in trained_runs(arguments.ablations).items()}
    baselines = {
        "B0 neutral": still(np.zeros(gaze.INTENT_WIDTH)),
        "B1 mean": still(mean),
        "B2 random clip": random_clip(training),
        "B3 nearest clip": nearest_clip(training),
        "B9 teacher on found masks, true phones": teacher_on(found_masks),
    }
    return {name: (s, sha) for name, s in own.items()} | others | {name: (s, "") for name, s in baselines.items()}


def takes_of(name: str) -> int:
    """Two where it is asked whether people answer each other, which is read against other takes; else one will do."""
    return 2 if name.startswith(("shipped", "full", "no cross-attention", "B6", "B8", "B9", "no layout")) else 1


def found_masks(case: Case) -> np.ndarray:
    """(2, T) who speaks, as found in the sound of ``case``."""
    from ..audio import Sound
    from ..speakers import find_speakers

    mono = case.sound.astype(np.float32) / 32767
    return find_speakers(Sound(mono, mono[None], "")).masks


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


def read_suite(arguments) -> tuple[Suite, list[Case]]:
    """The test set with what it is compared with, and the training dialogues."""
    cases, training = read_cases(arguments.data)[: arguments.first], read_cases(arguments.train, TRAINING)
    by_number: dict[int, list[Case]] = {}
    for case in read_cases(arguments.again) if arguments.again else ():
        by_number.setdefault(case.number, []).append(case)
    count = min((len(by_number.get(case.number, ())) for case in cases), default=0)
    again = [[by_number[case.number][i] for case in cases] for i in range(count)]
    return Suite(cases, training, again), training


def hashes(arguments) -> dict[str, str]:
    """What a reader needs to make the numbers again."""
    here = Path(__file__).parents[1]
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(here.rglob("*.py"))))
    heads = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.npz"))))
    data = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(arguments.data.glob("*.npz"))))
    found = {"code": code, "heads": heads, "data": data, "weights": hashlib.sha256(GENERATOR.read_bytes())}
    return {name: value.hexdigest() for name, value in found.items()} | {"seed": str(arguments.seed)}


def main(arguments) -> None:
    """Print the tables and write them."""
    suite, training = read_suite(arguments)
    found: list[Drawn] = []
    for name, played in teachers(suite).items():
        found += suite.numbers(name, played)
    for name, (system, sha) in systems(arguments, training).items():
        if arguments.only and not name.startswith(tuple(arguments.only)):
            continue
        keep = arguments.keep and arguments.keep / kept_name(name, sha, suite.cases, arguments.seed)
        found += suite.numbers(name, Played.by(system, suite.cases, arguments.seed, takes_of(name), keep))
        print(f"{name} is measured", file=sys.stderr, flush=True)
    measures, differences = [d.measure for d in found], claims.check(found, TEACHER)
    print(report.table(measures))
    if differences:
        print(claims.table(differences))
    tested = self_tests.checks(suite)
    print("The metrics on motion whose answer is known:", *(check.line for check in tested), sep="\n")
    if arguments.out:
        about = {"claims": [asdict(d) for d in differences], "self_tests": [asdict(c) for c in tested]}
        report.write_json(arguments.out, measures, **about, **hashes(arguments))
