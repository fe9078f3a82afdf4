"""Speech corpora as records: one row of an ``index.csv`` is a :class:`Recording`, its phones beside it."""

import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from core.audio import SAMPLE_RATE
from core.errors import UserError

ALLOWED = re.compile(r"CC0|CC BY(-SA)?( |$|;|,)|public domain|MIT\b|BSD|Apache", re.IGNORECASE)
REFUSED = re.compile(r"\b(NC|ND|non-?commercial|research|unstated|verify|EmoDB)\b", re.IGNORECASE)
SHARES = {"test": 0.12, "validation": 0.06}  # of the speakers; the rest trains


@dataclass(frozen=True)
class Phone:
    """One phone: ARPAbet without stress, or SIL; from ``start`` to ``end``, seconds."""

    start: float
    end: float
    name: str


@dataclass(frozen=True)
class Recording:
    """One utterance of one speaker."""

    path: Path
    corpus: str
    speaker: str
    sex: str  # "M", "F" or "" when unknown
    seconds: float
    transcript: str
    language: str
    licence: str
    source: str
    alignment: str  # "ok", "suspect", "none"; "" where the corpus has no alignment

    @property
    def phones_path(self) -> Path:
        return self.path.with_suffix(".phones.csv")

    @property
    def split(self) -> str:
        """ "train", "validation" or "test"; all recordings of a speaker are in the same split, on every machine."""
        return split_of(self.speaker)


def read_corpus(folder: Path) -> list[Recording]:
    """All rows of ``folder/index.csv``. Raises UserError when there is none."""
    index = Path(folder) / "index.csv"
    if not index.is_file():
        raise UserError(f'There is no "{index}". Give the folder that holds the corpora with --data.')
    with open(index, newline="", encoding="utf-8") as file:
        return [_recording(index.parent, row) for row in csv.DictReader(file)]


def read_speech(data: Path) -> list[Recording]:
    """All recordings of all corpora under ``data/speech``, in a fixed order."""
    folders = sorted(index.parent for index in (Path(data) / "speech").glob("*/index.csv"))
    if not folders:
        raise UserError(f'There is no corpus under "{data}/speech". Give the folder that holds "speech" with --data.')
    return [recording for folder in folders for recording in read_corpus(folder)]


def aligned(recordings: list[Recording]) -> list[Recording]:
    """Those with reliable phone times."""
    return [r for r in recordings if r.alignment == "ok" and r.phones_path.is_file()]


def trainable(recordings: list[Recording]) -> list[Recording]:
    """Those whose licence allows training of shipped weights."""
    return [r for r in recordings if may_train(r.licence)]


def may_train(licence: str) -> bool:
    """Whether ``licence`` allows training of shipped weights.

    >>> may_train("CC BY 4.0 (LibriSpeech)"), may_train("CC BY-NC (ESC-50)"), may_train("")
    (True, False, False)
    """
    return bool(ALLOWED.search(licence)) and not REFUSED.search(licence)


def split_of(speaker: str) -> str:
    """The split a speaker belongs to, from a hash of the name."""
    place = int.from_bytes(hashlib.sha256(speaker.encode()).digest()[:4], "big") / 2**32
    for name, share in SHARES.items():
        if place < share:
            return name
        place -= share
    return "train"


def read_phones(path: Path) -> list[Phone]:
    """The phones of a ``start_s,end_s,phone`` file, in time order."""
    with open(path, newline="", encoding="utf-8") as file:
        return [Phone(float(r["start_s"]), float(r["end_s"]), r["phone"]) for r in csv.DictReader(file)]


def read_samples(path: Path) -> np.ndarray:
    """(N,) float32 in [-1, 1], 16 kHz. Raises UserError for a file at another rate."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != SAMPLE_RATE:
        raise UserError(f'"{path}" has {rate} samples per second. Corpora are kept at {SAMPLE_RATE}: convert it first.')
    return samples.mean(axis=1)


def _recording(folder: Path, row: dict[str, str]) -> Recording:
    return Recording(
        path=folder / row["file"],
        corpus=folder.name,
        speaker=row["speaker"],
        sex=row.get("sex", ""),
        seconds=float(row["seconds"]),
        transcript=row.get("transcript", ""),
        language=row["language"],
        licence=row["licence"],
        source=row["source"],
        alignment=row.get("align") or "",
    )
