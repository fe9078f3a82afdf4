"""Real voices cut at their pauses, ready to be laid out as dialogues whose turns are known."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE
from core.timeseries import runs

from . import augment
from . import recordings as corpora

STEP = SAMPLE_RATE // 100  # samples a step of the energy: 10 ms
FLOOR_DB, PEAK_DB = 6.0, -35.0  # a step sounds when this far above the floor and at most this far under the loud ones
BRIDGE, SHORTEST = 0.18, 0.06  # s; as the labels of the open recordings do it
LEVEL = 0.07  # root mean square every voice is brought to
LEAST = 5.0  # s of sound a voice needs to take part


@dataclass(frozen=True, eq=False)
class Voice:
    """One speaker: pieces of sound without pauses, and the pause behind each."""

    name: str
    corpus: str
    sex: str  # "M", "F" or ""
    pieces: list[np.ndarray]  # each (n,) at 16 kHz, at LEVEL
    pauses: list[float]  # s

    @property
    def seconds(self) -> float:
        """Sound in all pieces."""
        return sum(map(len, self.pieces)) / SAMPLE_RATE


def sounding(samples: np.ndarray) -> np.ndarray:
    """Which 10 ms steps of one clean voice sound: (N // STEP,) bool, pauses under BRIDGE filled, clicks dropped."""
    steps = samples[: len(samples) // STEP * STEP].reshape(-1, STEP)
    smooth = np.convolve((steps**2).mean(1), np.ones(3) / 3, "same")
    level = 10 * np.log10(smooth + 1e-12)
    loud = np.percentile(level[level > level.max() - 45], 90)  # of the voice, however little of it there is
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
    """Voices of one split that may train what ships, with enough sound; fillers and unnamed speakers are left out."""
    by_speaker = defaultdict(list)
    for recording in corpora.trainable(corpora.read_speech(data)):
        if recording.split == split and recording.corpus not in ("mfa_fillers", "picovoice_orders"):
            by_speaker[recording.speaker].append(recording)
    voices = [_voice(name, recordings) for name, recordings in sorted(by_speaker.items())]
    return [voice for voice in voices if voice.seconds >= LEAST]


def read_fillers(data: Path) -> dict[str, list[np.ndarray]]:
    """Short sounds of listeners, by kind: "filler" (uh-huh, um) and "laughter"; each (n,) at LEVEL."""
    kinds = {"mfa_uhuh": "filler", "mfa_uhum": "filler", "mfa_um": "filler", "mfa_laughter": "laughter"}
    found = defaultdict(list)
    for recording in corpora.read_corpus(Path(data) / "speech" / "mfa_fillers"):
        kind = kinds.get(recording.path.stem)
        if kind and corpora.may_train(recording.licence):
            pieces = _voice(recording.speaker, [recording]).pieces
            found[kind] += [piece for piece in pieces if 0.15 < len(piece) / SAMPLE_RATE < 2.5]
    return dict(found)


def _voice(name: str, recordings: list[corpora.Recording]) -> Voice:
    pieces, pauses = [], []
    for recording in recordings:
        samples = corpora.read_samples(recording.path)
        samples = samples * (LEVEL / augment.level_of(samples))
        spans = runs(sounding(samples))
        for (start, end), following in zip(spans, [*spans[1:], None], strict=True):
            pieces.append(_faded(samples[start * STEP : end * STEP]))
            pauses.append((following[0] - end) * STEP / SAMPLE_RATE if following else 0.6)
    first = recordings[0]
    return Voice(name, first.corpus, first.sex, pieces, pauses)


def _faded(piece: np.ndarray, seconds: float = 0.01) -> np.ndarray:
    """The cut must not click: (n,) with both ends faded."""
    place = np.arange(len(piece))
    return (piece * np.minimum(1, np.minimum(place, place[::-1]) / (seconds * SAMPLE_RATE))).astype(np.float32)
