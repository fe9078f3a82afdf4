"""Voices for dialogues: real recordings with phones, cut at their pauses into pieces that can be said in any order."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE

from . import recordings as corpora

SILENT = ("SIL", "SPN", "NSN")
PAUSE = 0.2  # s, a silence this long parts two pieces
MARGIN = 0.06  # s of the silence kept on both sides of a piece

Phone = tuple[float, float, str]  # start s, end s, ARPAbet without stress


@dataclass(frozen=True, eq=False)
class Piece:
    """Speech between two pauses."""

    samples: np.ndarray  # (n,) float32 at SAMPLE_RATE
    phones: tuple[Phone, ...]  # from the start of the samples
    words: tuple[float, ...]  # s, where words end inside the piece

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, eq=False)
class Voice:
    """All that one person can say."""

    speaker: str
    sex: str  # "M", "F" or ""
    pieces: tuple[Piece, ...]
    backchannels: tuple[Piece, ...] = field(default=())  # short words that serve as backchannels
    laughs: tuple[Piece, ...] = field(default=())
    breaths: tuple[Piece, ...] = field(default=())  # drawn before a turn

    @property
    def seconds(self) -> float:
        return sum(piece.seconds for piece in self.pieces)


def labels_of(recording: corpora.Recording, alignment: Path | None) -> Path | None:
    """The file of the recording's phones: beside it, where they are to be trusted, or under ``alignment``."""
    if recording.alignment == "ok" and recording.phones_path.is_file():
        return recording.phones_path
    made = alignment and Path(alignment) / recording.corpus / recording.phones_path.name
    return made if made and made.is_file() else None


def gather_voices(
    recordings: Sequence[corpora.Recording], alignment: Path | None = None, least: float = 6.0
) -> list[Voice]:
    """Cut ``recordings`` into voices; those without phones are left out.

    alignment: folder written by "train align", if there is one
    least: s of speech a voice must have; speakers below it are joined with others of the same corpus and sex,
           because masks and phones stay true and one repeated sentence would be worse
    """
    by_speaker: dict[tuple[str, str, str], list] = {}
    for recording in recordings:
        if labels_of(recording, alignment):
            by_speaker.setdefault((recording.corpus, recording.sex, recording.speaker), []).append(recording)
    voices, short = [], {}
    for (corpus, sex, speaker), own in sorted(by_speaker.items(), key=lambda item: item[0]):
        pieces = [piece for recording in own for piece in cut(*_read(recording, alignment))]
        if sum(piece.seconds for piece in pieces) >= least:
            voices.append(_voice(speaker, sex, pieces))
            continue
        group = short.setdefault((corpus, sex), [[], []])
        group[0].append(speaker)
        group[1].extend(pieces)
        if sum(piece.seconds for piece in group[1]) >= 2 * least:
            voices.append(_voice("+".join(group[0]), sex, group[1]))
            del short[corpus, sex]
    return voices


def _voice(speaker: str, sex: str, pieces: list[Piece]) -> Voice:
    loudness = np.concatenate([piece.samples for piece in pieces])
    level = 0.06 / max(1e-4, float(np.sqrt(np.mean(loudness**2))))
    pieces = [Piece(piece.samples * level, piece.phones, piece.words) for piece in pieces]
    backchannels = [backchannel for piece in pieces for backchannel in _backchannels_of(piece)]
    return Voice(speaker, sex, tuple(pieces), tuple(backchannels))


def _read(recording: corpora.Recording, alignment: Path | None) -> tuple[np.ndarray, list[Phone], list[Phone]]:
    """Samples, phones and words of one recording; without a file of words there are none."""
    labels = labels_of(recording, alignment)
    phones = [(p.start, p.end, p.name) for p in corpora.read_phones(labels)]
    words_path, words = labels.with_suffix("").with_suffix(".words.csv"), []
    if words_path.is_file():
        with open(words_path, newline="", encoding="utf-8") as file:
            words = [(float(r["start_s"]), float(r["end_s"]), r["word"]) for r in csv.DictReader(file)]
    return corpora.read_samples(recording.path), phones, words


def cut(samples: np.ndarray, phones: Sequence[Phone], words: Sequence[Phone]) -> list[Piece]:
    """The pieces of one recording (N,): cut where no sound is said for a while, ``MARGIN`` of silence kept."""
    pieces, run = [], []
    for phone in [p for p in phones if p[2] not in SILENT] + [(np.inf, np.inf, "SIL")]:
        if run and phone[0] - run[-1][1] >= PAUSE:
            pieces.append(_piece(samples, run, words))
            run = []
        run.append(phone)
    return [piece for piece in pieces if piece.seconds > 0.25]


def _piece(samples: np.ndarray, phones: list[Phone], words: Sequence[Phone]) -> Piece:
    first = max(0.0, phones[0][0] - MARGIN)
    last = min(len(samples) / SAMPLE_RATE, phones[-1][1] + MARGIN)
    sound = faded(samples[round(first * SAMPLE_RATE) : round(last * SAMPLE_RATE)])
    ends = tuple(end - first for _, end, word in words if first < end < last and word != "<sil>")
    return Piece(sound, tuple((s - first, e - first, p) for s, e, p in phones), ends)


def shorten(piece: Piece, seconds: float) -> Piece:
    """The first words of ``piece``, about ``seconds`` long, cut where a word ends."""
    ends = [end for end in piece.words if 0.25 < end < piece.seconds - MARGIN]
    if not ends or piece.seconds <= seconds:
        return piece
    end = min(ends, key=lambda e: abs(e - seconds))
    stop = end + 0.02
    return Piece(
        faded(piece.samples[: round(stop * SAMPLE_RATE)], out=0.03),
        tuple(phone for phone in piece.phones if phone[1] <= stop),
        tuple(e for e in piece.words if e <= end),
    )


def _backchannels_of(piece: Piece) -> list[Piece]:
    """Short first words and whole short pieces."""
    if piece.seconds <= 0.95:
        return [piece]
    first = shorten(piece, 0.45)
    return [first] if first.seconds <= 0.75 and first.phones else []


def faded(samples: np.ndarray, out: float = 0.02) -> np.ndarray:
    """``samples`` (n,) with 10 ms faded in and ``out`` seconds faded out, so that a cut does not click."""
    sound = np.array(samples, np.float32)
    rise, fall = min(len(sound) // 2, SAMPLE_RATE // 100), min(len(sound) // 2, round(out * SAMPLE_RATE))
    sound[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    sound[len(sound) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return sound
