"""Who speaks when, measured (METRICS D), with the baseline beside: ``python -m research evaluate speakers``."""

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
from core.diarization import target_speaker
from core.diarization.diarize import MORE_VOICES, ONE_VOICE, Diarization, diarize
from core.diarization.embeddings import SpeakerEmbeddings, embed_recording

from .. import report
from . import sets
from .baseline import baseline
from .errors import Errors, boundary_error, calibration, errors, swaps

COLUMNS = (
    "system", "n", "voices right", "overlap", "DER 0", "DER .25", "missed", "false", "confused", "overlap F1",
    "edges ms", "swaps", "calibration", "s/min",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds conversations/, speech/, noise_rir/"
    )
    parser.add_argument(
        "--count",
        type=int,
        default=6,
        help="mixtures of each condition; twice as many of one and of three",
    )
    parser.add_argument("--hours", type=float, default=1.0, help="length of the long calls")
    parser.add_argument("--only", choices=SETS, nargs="+", default=list(SETS), help="kinds of recordings to measure")
    parser.add_argument("--out", type=Path, help="all numbers with their 95 %% intervals, .json")


@dataclass(frozen=True)
class Reading:
    """One system on one recording."""

    set: str
    name: str
    system: str
    counted: bool  # whether the number of voices was found: one, two, or more
    exact: Errors
    forgiving: Errors  # 0.25 s around true edges left out
    overlap: float  # share of the true speech time
    edges: float  # ms
    swaps: int
    calibration: float
    seconds_per_minute: float


def main(args: argparse.Namespace) -> None:
    readings = []
    for case in _cases(args):
        heard = _listen(case.sound)
        readings += [read(case, system, heard) for system in SYSTEMS]
        print(case.set, case.name, *(f"{r.system} {r.exact.der:.1f} / {r.forgiving.der:.1f}" for r in readings[-2:]))
    print(table(readings))
    print(f"Largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if args.out:
        weights = hashlib.sha256(target_speaker.FILE.read_bytes()).hexdigest()
        report.write_json(args.out, list(measures(readings)), weights_sha256=weights, data=str(args.data.name))


def _cases(args: argparse.Namespace) -> Iterator[sets.Case]:
    return itertools.chain.from_iterable(SETS[name](args) for name in args.only)


SETS: dict[str, Callable[[argparse.Namespace], Iterator[sets.Case]]] = {
    "open": lambda args: sets.open_recordings(args.data),
    "mixtures": lambda args: sets.unseen_mixtures(args.data, args.count),
    "voices": lambda args: sets.gatherings(args.data, 2 * args.count),
    "long": lambda args: sets.long_calls(args.data, args.hours),
}


@dataclass(frozen=True)
class Heard:
    """What both systems start from, and how long it took to hear it (s)."""

    embeddings: SpeakerEmbeddings
    seconds: float


def _listen(sound: Sound) -> Heard:
    started = time.perf_counter()
    embeddings = embed_recording(sound.mono)
    return Heard(embeddings, time.perf_counter() - started)


def _baseline(sound: Sound, embeddings: SpeakerEmbeddings) -> Diarization:
    return Diarization(*baseline(embeddings), [])


def _ours(sound: Sound, embeddings: SpeakerEmbeddings) -> Diarization:
    return diarize(sound, embeddings=embeddings)


SYSTEMS: dict[str, Callable[[Sound, SpeakerEmbeddings], Diarization]] = {
    "baseline": _baseline,
    "ours": _ours,
}


def read(case: sets.Case, system: str, heard: Heard) -> Reading:
    """Run one system on one recording and compare; the seconds are wall time on the threads torch was given, with the
    listening that both need."""
    started = time.perf_counter()
    found = SYSTEMS[system](case.sound, heard.embeddings)
    seconds = time.perf_counter() - started + heard.seconds
    exact = errors(case.truth, found.turns)
    count = 1 if ONE_VOICE in found.notes else 3 if MORE_VOICES in found.notes else 2
    return Reading(
        case.set,
        case.name,
        system,
        count == min(3, case.voices),
        exact,
        errors(case.truth, found.turns, collar=0.25),
        exact.overlap_true / max(1e-9, exact.speech - exact.overlap_true),
        boundary_error(case.truth, found.turns),
        swaps(case.truth, found.turns),
        calibration(case.truth, found.masks),
        60 * seconds / case.sound.seconds,
    )


def table(readings: list[Reading]) -> str:
    """One line for each real recording and system, one for each condition of the mixtures; percent where not said."""
    rows = [("recording or condition", *COLUMNS)]
    for (name, system), group in _groups(readings).items():
        right = sum(reading.counted for reading in group)
        rows.append((name, system, str(len(group)), str(right), *_line(group)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


def _groups(readings: list[Reading]) -> dict[tuple[str, str], list[Reading]]:
    groups: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        name = reading.set if reading.set in sets.MADE else reading.name
        groups.setdefault((name, reading.system), []).append(reading)
    return groups


def _line(group: list[Reading]) -> list[str]:
    exact, forgiving = sum_of(r.exact for r in group), sum_of(r.forgiving for r in group)
    shares = [100 * part / max(exact.speech, 1e-9) for part in (exact.missed, exact.false, exact.confused)]
    return [
        f"{100 * np.mean([r.overlap for r in group]):.0f}",
        f"{exact.der:.1f}",
        f"{forgiving.der:.1f}",
        *(f"{share:.1f}" for share in shares),
        f"{exact.overlap_f1:.2f}",
        f"{np.nanmean([r.edges for r in group]):.0f}",
        str(sum(r.swaps for r in group)),
        f"{np.mean([r.calibration for r in group]):.3f}",
        f"{np.mean([r.seconds_per_minute for r in group]):.2f}",
    ]


def sum_of(parts: Iterator[Errors]) -> Errors:
    """Pool the times of several recordings."""
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


def measures(readings: list[Reading]) -> Iterator[report.Measure]:
    """Every number of the table with its interval over recordings, for the JSON."""
    for (name, system), group in _groups(readings).items():
        for metric, unit, values in (
            ("voices counted right", "", [float(r.counted) for r in group]),
            ("DER collar 0", "%", [r.exact.der for r in group]),
            ("DER collar .25", "%", [r.forgiving.der for r in group]),
            ("missed", "%", [100 * r.exact.missed / r.exact.speech for r in group]),
            ("false", "%", [100 * r.exact.false / r.exact.speech for r in group]),
            ("confused", "%", [100 * r.exact.confused / r.exact.speech for r in group]),
            ("overlap F1", "", [r.exact.overlap_f1 for r in group]),
            ("edges", "ms", [r.edges for r in group]),
            ("swaps", "", [r.swaps for r in group]),
            ("calibration error", "", [r.calibration for r in group]),
            ("time", "s/min", [r.seconds_per_minute for r in group]),
        ):
            yield report.mean(metric, system, values, unit, name)
