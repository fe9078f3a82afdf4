"""Diarization error on labelled recordings and mixtures, with a baseline: ``python -m research evaluate speakers``."""

import argparse
import hashlib
import itertools
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio import Sound
from core.diarization.diarize import MORE_VOICES, ONE_VOICE, Diarization, diarize
from core.diarization.embeddings import SpeakerEmbeddings, embed_recording
from core.engine.weights import FILES

from .. import report
from . import datasets
from .baseline import baseline
from .error_rates import Errors, boundary_error, calibration, errors, swaps

COLUMNS = (
    "system", "n", "count right", "overlap", "DER 0", "DER .25", "missed", "false", "confused", "overlap F1",
    "boundary ms", "swaps", "calibration", "s/min",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m research evaluate speakers``."""
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds conversations/, speech/, noise_rir/"
    )
    parser.add_argument(
        "--count",
        type=int,
        default=6,
        help="mixtures of each condition; twice as many with one or three speakers",
    )
    parser.add_argument("--hours", type=float, default=1.0, help="length of the long calls, h")
    parser.add_argument("--only", choices=SETS, nargs="+", default=list(SETS), help="test sets")
    parser.add_argument("--out", type=Path, help="results with 95 %% intervals, .json")


@dataclass(frozen=True)
class Result:
    """One system on one recording."""

    set: str
    name: str
    system: str
    counted: bool  # whether the number of speakers was estimated right: one, two, or more
    exact: Errors
    collared: Errors  # with a collar of 0.25 s
    overlap: float  # share of the true speech time
    boundary: float  # ms
    swaps: int
    calibration: float
    seconds_per_minute: float


def main(args: argparse.Namespace) -> None:
    """Print the errors of each recording, and the table."""
    results = []
    for case in _cases(args):
        embedded = _embed(case.sound)
        results += [evaluate(case, system, embedded) for system in SYSTEMS]
        print(case.set, case.name, *(f"{r.system} {r.exact.der:.1f} / {r.collared.der:.1f}" for r in results[-2:]))
    print(table(results))
    print(f"Peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if args.out:
        weights = hashlib.sha256(FILES["target_speaker"].read_bytes()).hexdigest()
        report.write_measures(args.out, list(measures(results)), weights_sha256=weights, data=str(args.data.name))


def _cases(args: argparse.Namespace) -> Iterator[datasets.Case]:
    return itertools.chain.from_iterable(SETS[name](args) for name in args.only)


SETS: dict[str, Callable[[argparse.Namespace], Iterator[datasets.Case]]] = {
    "open": lambda args: datasets.open_recordings(args.data),
    "mixtures": lambda args: datasets.unseen_mixtures(args.data, args.count),
    "counts": lambda args: datasets.other_counts(args.data, 2 * args.count),
    "long": lambda args: datasets.long_calls(args.data, args.hours),
}


@dataclass(frozen=True)
class Embedded:
    """Voice activity and speaker embeddings, which both systems start from, and the wall time they took (s)."""

    embeddings: SpeakerEmbeddings
    seconds: float


def _embed(sound: Sound) -> Embedded:
    started = time.perf_counter()
    found = embed_recording(sound.mono)
    return Embedded(found, time.perf_counter() - started)


def _baseline(sound: Sound, embeddings: SpeakerEmbeddings) -> Diarization:
    return Diarization(*baseline(embeddings), [])


def _ours(sound: Sound, embeddings: SpeakerEmbeddings) -> Diarization:
    return diarize(sound, embeddings=embeddings)


SYSTEMS: dict[str, Callable[[Sound, SpeakerEmbeddings], Diarization]] = {
    "baseline": _baseline,
    "ours": _ours,
}


def evaluate(case: datasets.Case, system: str, embedded: Embedded) -> Result:
    """Run one system on one recording and compare; its time includes the embeddings."""
    started = time.perf_counter()
    estimated = SYSTEMS[system](case.sound, embedded.embeddings)
    seconds = time.perf_counter() - started + embedded.seconds
    exact = errors(case.truth, estimated.turns)
    count = 1 if ONE_VOICE in estimated.notes else 3 if MORE_VOICES in estimated.notes else 2
    return Result(
        case.set,
        case.name,
        system,
        count == min(3, case.voices),
        exact,
        errors(case.truth, estimated.turns, collar=0.25),
        exact.overlap_true / max(1e-9, exact.speech - exact.overlap_true),
        boundary_error(case.truth, estimated.turns),
        swaps(case.truth, estimated.turns),
        calibration(case.truth, estimated.masks),
        60 * seconds / case.sound.seconds,
    )


def table(results: list[Result]) -> str:
    """A row for each real recording and condition of the mixtures, and each system; percent where no unit is given."""
    rows = [("recording or condition", *COLUMNS)]
    for (name, system), group in _groups(results).items():
        right = sum(result.counted for result in group)
        rows.append((name, system, str(len(group)), str(right), *_line(group)))
    return report.aligned(rows)


def _groups(results: list[Result]) -> dict[tuple[str, str], list[Result]]:
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        name = result.set if result.set in datasets.MIXTURES else result.name
        groups.setdefault((name, result.system), []).append(result)
    return groups


def _line(group: list[Result]) -> list[str]:
    exact, collared = sum_of(r.exact for r in group), sum_of(r.collared for r in group)
    shares = [100 * part / max(exact.speech, 1e-9) for part in (exact.missed, exact.false, exact.confused)]
    return [
        f"{100 * np.mean([r.overlap for r in group]):.0f}",
        f"{exact.der:.1f}",
        f"{collared.der:.1f}",
        *(f"{share:.1f}" for share in shares),
        f"{exact.overlap_f1:.2f}",
        f"{np.nanmean([r.boundary for r in group]):.0f}",
        str(sum(r.swaps for r in group)),
        f"{np.mean([r.calibration for r in group]):.3f}",
        f"{np.mean([r.seconds_per_minute for r in group]):.2f}",
    ]


def sum_of(parts: Iterator[Errors]) -> Errors:
    """Errors pooled over recordings."""
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


def measures(results: list[Result]) -> Iterator[report.Measure]:
    """Every number of the table with its interval over recordings."""
    for (name, system), group in _groups(results).items():
        for metric, unit, values in (
            ("count right", "", [float(r.counted) for r in group]),
            ("DER collar 0", "%", [r.exact.der for r in group]),
            ("DER collar .25", "%", [r.collared.der for r in group]),
            ("missed", "%", [100 * r.exact.missed / r.exact.speech for r in group]),
            ("false", "%", [100 * r.exact.false / r.exact.speech for r in group]),
            ("confused", "%", [100 * r.exact.confused / r.exact.speech for r in group]),
            ("overlap F1", "", [r.exact.overlap_f1 for r in group]),
            ("boundary error", "ms", [r.boundary for r in group]),
            ("swaps", "", [r.swaps for r in group]),
            ("calibration error", "", [r.calibration for r in group]),
            ("time", "s/min", [r.seconds_per_minute for r in group]),
        ):
            yield report.mean(metric, system, values, unit, name)
