"""Voices: recordings of one speaker cut at pauses into pieces that a simulator lays out as turns.

Two readers give the same record. :func:`read_voices` here cuts by energy, which needs no labels: it serves mixtures,
whose ground truth is the energy of each track. ``aligned_voices.py`` cuts at silent phones: it serves dialogues, whose
motion needs the phones of every piece.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE
from core.timeseries import runs

from . import augment
from . import recordings as corpora

STEP = SAMPLE_RATE // 100  # samples of a step of the energy: 10 ms
FLOOR_DB, PEAK_DB = 6.0, -35.0  # an active step is this far above the noise floor and at most this far below the peak
BRIDGE, SHORTEST = 0.18, 0.06  # s, as in the labels of the open recordings
LEVEL = 0.07  # root mean square of every voice
LEAST = 5.0  # s of speech a voice needs
WITHOUT_SPEAKERS = ("mfa_fillers", "picovoice_orders")  # corpora of fillers, and of unnamed speakers
FADE = 0.01  # s

Phone = tuple[float, float, str]  # start s, end s, ARPAbet without stress


@dataclass(frozen=True, eq=False)
class Piece:
    """Speech between two pauses."""

    samples: np.ndarray  # (n,) float32 at SAMPLE_RATE
    phones: tuple[Phone, ...] = ()  # from the start of the samples
    words: tuple[float, ...] = ()  # s, ends of words inside the piece
    pause: float = 0.0  # s of silence after it in the recording

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, eq=False)
class Voice:
    """The pieces of one speaker."""

    speaker: str
    sex: str  # "M", "F" or ""
    pieces: tuple[Piece, ...]
    backchannels: tuple[Piece, ...] = ()  # short words
    laughs: tuple[Piece, ...] = ()
    breaths: tuple[Piece, ...] = ()

    @property
    def seconds(self) -> float:
        """Sum over ``pieces``."""
        return sum(piece.seconds for piece in self.pieces)


def sounding(samples: np.ndarray) -> np.ndarray:
    """(N // STEP,) bool, active steps of a clean voice: pauses under BRIDGE filled, runs under SHORTEST removed."""
    steps = samples[: len(samples) // STEP * STEP].reshape(-1, STEP)
    smooth = np.convolve((steps**2).mean(1), np.ones(3) / 3, "same")
    level = 10 * np.log10(smooth + 1e-12)
    loud = np.percentile(level[level > level.max() - 45], 90)  # of the speech alone, whatever its share
    active = level > max(loud + PEAK_DB, np.percentile(level, 5) + FLOOR_DB)
    return without_short(~without_short(~active, BRIDGE), SHORTEST)


def without_short(active: np.ndarray, seconds: float) -> np.ndarray:
    """(S,) ``active`` without its runs shorter than ``seconds``."""
    kept = active.copy()
    for start, end in runs(active):
        if (end - start) * STEP < seconds * SAMPLE_RATE:
            kept[start:end] = False
    return kept


def read_voices(data: Path, split: str) -> list[Voice]:
    """Voices of one split whose licence allows training of shipped weights, with LEAST seconds of speech or more."""
    by_speaker = defaultdict(list)
    for recording in corpora.trainable(corpora.read_speech(data)):
        if recording.split == split and recording.corpus not in WITHOUT_SPEAKERS:
            by_speaker[recording.speaker].append(recording)
    voices = [
        Voice(speaker, own[0].sex, tuple(_pieces(own)))
        for speaker, own in sorted(by_speaker.items(), key=lambda item: item[0])
    ]
    return [voice for voice in voices if voice.seconds >= LEAST]


def read_fillers(data: Path) -> dict[str, list[np.ndarray]]:
    """Short vocalisations of listeners, by kind: "filler" (uh-huh, um) and "laughter"; each (n,) at LEVEL."""
    kinds = {"mfa_uhuh": "filler", "mfa_uhum": "filler", "mfa_um": "filler", "mfa_laughter": "laughter"}
    found = defaultdict(list)
    for recording in corpora.read_corpus(Path(data) / "speech" / "mfa_fillers"):
        kind = kinds.get(recording.path.stem)
        if kind and corpora.may_train(recording.licence):
            found[kind] += [piece.samples for piece in _pieces([recording]) if 0.15 < piece.seconds < 2.5]
    return dict(found)


def _pieces(recordings: list[corpora.Recording]) -> list[Piece]:
    """Pieces of ``recordings`` of one speaker at LEVEL, cut by energy; a recording ends with a pause of 0.6 s."""
    pieces = []
    for recording in recordings:
        samples = corpora.read_samples(recording.path)
        samples = samples * (LEVEL / augment.level_of(samples))
        spans = runs(sounding(samples))
        for (start, end), following in zip(spans, [*spans[1:], None], strict=True):
            pause = (following[0] - end) * STEP / SAMPLE_RATE if following else 0.6
            pieces.append(Piece(_faded_evenly(samples[start * STEP : end * STEP]), pause=pause))
    return pieces


def _faded_evenly(samples: np.ndarray) -> np.ndarray:
    """(n,) with linear fades of FADE s at both ends.

    Not :func:`faded`, whose ramps end one sample earlier: the weights of the target-speaker VAD were trained on these.
    """
    place = np.arange(len(samples))
    return (samples * np.minimum(1, np.minimum(place, place[::-1]) / (FADE * SAMPLE_RATE))).astype(np.float32)


def faded(samples: np.ndarray, out: float = 0.02) -> np.ndarray:
    """``samples`` (n,) with a linear fade-in of FADE s and a fade-out of ``out`` s."""
    faded = np.array(samples, np.float32)
    rise, fall = (min(len(faded) // 2, round(seconds * SAMPLE_RATE)) for seconds in (FADE, out))
    faded[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    faded[len(faded) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return faded
