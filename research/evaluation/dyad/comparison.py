"""Compares the generator with ground truth, baselines, ablations and other weights (METRICS A to C, E, F).

    python -m research train dataset --data DATA --out cache/test --split test --hours 1 --performances 1
    python -m research train dataset --data DATA --out cache/test_b --split test --hours 1 --performances 1 --people 1
    python -m research evaluate generator --data cache/test --train cache/dialogues --again cache/test_b --out all.json

The ground truth of this set (T1) is the simulator: it shows learning, not realism. With ``--again``, folders of further
syntheses of the same dialogues in the same scenes, the table also holds the scores of a second sample of the truth, and
the coupling and response scores; with ``--ablations``, the verdict on every claim about the network.
"""

import hashlib
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core import gaze
from core.generate import GENERATOR
from core.generator import ddim
from core.generator.checkpoint import Checkpoint
from core.heads import FOLDER

from ...training.trained import load_trained
from .. import report
from . import claims, self_tests
from .benchmark import Benchmark, Generated, cache_name, gaze_of
from .bootstrap import Estimate
from .networks import (
    Candidate,
    cached,
    estimated_inputs,
    from_audio,
    in_half_precision,
    network,
    sampled,
    swapped_masks,
    swapped_voices,
    trained_runs,
    with_closures,
    with_given_partner,
)
from .responses import responses_to_true_partner
from .systems import Case, System, constant_pose, nearest_clip, random_clip, read_cases, simulator_with_masks

SIMULATOR = "simulator"
TRAINING = 120  # dialogues of the training set: for standard deviations, clusters and baseline clips
GUIDANCES, STEPS = (1.0, 1.3, 1.5, 2.5), (2, 4, 16, 50)


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate generator``."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--train", type=Path, required=True, help="folder of the training dialogues, .npz")
    parser.add_argument("--again", type=Path, nargs="+", default=[], help="further syntheses of --data, same scenes")
    parser.add_argument("--weights", nargs="*", default=[], metavar="NAME=FILE", help="other weights to compare")
    parser.add_argument("--ablations", type=Path, help='folder of "train ablations": evaluates its runs and the claims')
    parser.add_argument("--curves", action="store_true", help="only the shipped network, by guidance and by steps")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only systems whose names begin like this")
    parser.add_argument("--first", type=int, help="only so many dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="folder that keeps the generated motion for the next run")
    parser.add_argument("--out", type=Path, help="results, .json")


def candidates(arguments, training: list[Case]) -> dict[str, Candidate]:
    """Everything to be evaluated, by name."""
    shipped = load_trained(GENERATOR)
    if arguments.curves:
        by_setting = {f"guidance {g:g}": sampled(shipped, guidance=g) for g in GUIDANCES}
        by_setting |= {f"{n} steps": sampled(shipped, steps=n) for n in STEPS}
        return {name: Candidate(in_half_precision(system), shipped.sha256) for name, system in by_setting.items()}
    others = {}
    for text in arguments.weights:
        name, path = text.split("=", 1)
        others |= products(name, load_trained(path))
    if arguments.ablations:
        others |= trained_runs(arguments.ablations)
    mean = np.concatenate([c.intents.reshape(-1, gaze.INTENT_WIDTH) for c in training]).mean(axis=0)
    baselines = {
        "B0 neutral": constant_pose(np.zeros(gaze.INTENT_WIDTH)),
        "B1 mean": constant_pose(mean),
        "B2 random clip": random_clip(training),
        "B3 nearest clip": nearest_clip(training),
        "B9 simulator, estimated masks, true phones": simulator_with_masks(lambda case: estimated_inputs(case).masks),
    }
    return products("shipped", shipped) | others | {name: Candidate(system) for name, system in baselines.items()}


def products(name: str, checkpoint: Checkpoint) -> dict[str, Candidate]:
    """A network as it ships: alone, with closures enforced, from audio; and two sanity checks on swapped inputs."""
    sha, alone = checkpoint.sha256, cached(network(checkpoint))
    return {
        name: Candidate(alone, sha, 2, in_half_precision(with_given_partner(checkpoint, ddim.GUIDANCE))),
        f"{name}, closures enforced": Candidate(with_closures(alone), sha, 2),
        f"{name}, estimated inputs": Candidate(with_closures(from_audio(network(checkpoint))), sha),
        f"{name}, masks swapped": Candidate(in_half_precision(swapped_masks(checkpoint)), sha),
        f"{name}, voices swapped": Candidate(in_half_precision(swapped_voices(checkpoint)), sha),
    }


def simulator_takes(benchmark: Benchmark) -> dict[str, Generated]:
    """The truth and, where there are further syntheses, other people in the same dialogues: pairs, and strangers."""
    takes = benchmark.generated.intents
    rows = {SIMULATOR: takes[:2]}
    if len(takes) > 2:
        rows["simulator, other people"] = takes[1:3]
    if len(takes) > 3:
        strangers = [[np.stack([a[0], b[1]]) for a, b in zip(*pair, strict=True)] for pair in (takes[:2], takes[2:4])]
        rows["simulator, strangers in the same dialogue"] = strangers
    return {name: Generated.of(some, benchmark.cases) for name, some in rows.items()}


def simulator_responses(benchmark: Benchmark) -> list[Estimate]:
    """Response scores of the simulator: of the truth, of another synthesis, and of strangers."""
    partners, others = benchmark.partners, benchmark.other_people
    if not partners:
        return []
    estimates = partners.numbers(SIMULATOR, partners.true)
    estimates += partners.exchanged().numbers("simulator, other people", others[0], partners.excess(partners.true))
    if len(others) > 1:
        estimates += partners.numbers("simulator, strangers in the same dialogue", others[1])
    return estimates


def read_benchmark(arguments) -> tuple[Benchmark, list[Case]]:
    """The test set with its further syntheses, and the training dialogues."""
    cases, training = read_cases(arguments.data)[: arguments.first], read_cases(arguments.train, TRAINING)
    by_number: dict[int, list[Case]] = {}
    for folder in arguments.again:
        for case in read_cases(folder):
            by_number.setdefault(case.number, []).append(case)
    count = min((len(by_number.get(case.number, ())) for case in cases), default=0)
    further = [[by_number[case.number][i] for case in cases] for i in range(count)]
    return Benchmark(cases, training, further), training


def hashes(arguments) -> dict[str, str]:
    """SHA-256 of code, heads, data and weights, and the seed."""
    root = Path(__file__).resolve().parents[3]
    sources = [path for folder in ("core", "research") for path in sorted((root / folder).rglob("*.py"))]
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    heads = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.npz"))))
    data = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(arguments.data.glob("*.npz"))))
    digests = {"code": code, "heads": heads, "data": data, "weights": hashlib.sha256(GENERATOR.read_bytes())}
    return {name: value.hexdigest() for name, value in digests.items()} | {"seed": str(arguments.seed)}


def _evaluate(name: str, candidate: Candidate, benchmark: Benchmark, arguments) -> list[Estimate]:
    """All metrics of one system, its motion generated or read from the cache."""

    def generated(system: System, takes: int, variant: str = "") -> Generated:
        file = cache_name(name + variant, candidate.weights, benchmark.cases, arguments.seed)
        return Generated.by(system, benchmark.cases, arguments.seed, takes, arguments.cache and arguments.cache / file)

    estimates = benchmark.numbers(name, generated(candidate.system, candidate.takes))
    if candidate.given_partner and benchmark.partners:
        intents = generated(candidate.given_partner, 1, ", partner given").intents[0]
        own = responses_to_true_partner(benchmark.cases, intents, gaze_of)
        estimates += benchmark.partners.numbers(name, own)
    return estimates


def main(arguments) -> None:
    """Print the tables and write them."""
    benchmark, training = read_benchmark(arguments)
    estimates = simulator_responses(benchmark)
    for name, generated in simulator_takes(benchmark).items():
        estimates += benchmark.numbers(name, generated)
    for name, candidate in candidates(arguments, training).items():
        if not arguments.only or name.startswith(tuple(arguments.only)):
            estimates += _evaluate(name, candidate, benchmark, arguments)
            print(f"{name}: done", file=sys.stderr, flush=True)
    measures, differences = [d.measure for d in estimates], claims.check(estimates, SIMULATOR)
    print(report.table(measures))
    if differences:
        print(claims.table(differences))
    tested = self_tests.checks(benchmark)
    print("Tests of the metrics on motion with known results:", *(check.line for check in tested), sep="\n")
    if arguments.out:
        about = {"claims": [asdict(d) for d in differences], "self_tests": [asdict(c) for c in tested]}
        report.write_measures(arguments.out, measures, **about, **hashes(arguments))
