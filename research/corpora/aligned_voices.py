"""Voices with phone labels: recordings cut at silent phones into pieces, for simulated dialogues."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE

from . import recordings as corpora
from .phones import SILENT
from .voices import Phone, Piece, Voice, faded

PAUSE = 0.2  # s, shortest silence between two pieces
MARGIN = 0.06  # s of silence kept at both ends of a piece


def labels_of(recording: corpora.Recording, alignment: Path | None) -> Path | None:
    """The file of the recording's phones: beside it, where they are reliable, or under ``alignment``."""
    if recording.alignment == "ok" and recording.phones_path.is_file():
        return recording.phones_path
    aligned = alignment and Path(alignment) / recording.corpus / recording.phones_path.name
    return aligned if aligned and aligned.is_file() else None


def aligned_voices(
    recordings: Sequence[corpora.Recording], alignment: Path | None = None, least: float = 6.0
) -> list[Voice]:
    """Voices of ``recordings`` with phones; others are left out.

    alignment: folder written by "train align", if there is one
    least: s of speech of a voice; speakers below it are joined with others of the same corpus and sex (masks and
           phones stay correct, and no sentence repeats)
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
    """The pieces of one recording (N,): split at silences of PAUSE s or more."""
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
    """The first words of ``piece``, about ``seconds`` long, cut at the end of a word."""
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
    """Pieces to serve as backchannels: a short piece, or a short first word."""
    if piece.seconds <= 0.95:
        return [piece]
    first = shorten(piece, 0.45)
    return [first] if first.seconds <= 0.75 and first.phones else []
