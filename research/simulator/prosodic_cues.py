"""Prosodic cues of a dialogue: loudness, pitch, speech activity, floor, accents and phrases.

Loudness and pitch are not those of core/audio/prosody.py, which gives 50 values a second of any recording as the
network sees them. Here there are 100 a second of clean tracks, relative to the person's median, in semitones. The other
trackers would give other accents, and so other training data.
"""

from dataclasses import dataclass

import numpy as np

from core.audio import SAMPLE_RATE
from core.motion import MOTION_FPS

from .dialogue import Dialogue
from .tracks import Span

GRID = 100  # curves have this many values per second; value k is at k / GRID seconds
HOP = SAMPLE_RATE // GRID
PITCH_RANGE = (70.0, 400.0)  # Hz
WINDOW = 640  # samples of a window of the pitch tracker: 40 ms


@dataclass(frozen=True, eq=False)
class Accent:
    """A prominent syllable."""

    time: float  # s
    strength: float  # about 1, 0 and more
    rise: float  # pitch relative to the person's median, about -1..1
    person: int


@dataclass(frozen=True)
class Phrase:
    """Speech of one person between two pauses."""

    start: float  # s
    end: float
    person: int
    fall: float  # semitones, mean pitch of the phrase less that of its last 0.25 s
    pause: float  # s until the same person speaks again

    @property
    def weight(self) -> float:
        """Strength of its end as a backchannel cue, about 0..1.6: length, final pitch fall and pause."""
        length = min((self.end - self.start) / 2.0, 1.0)
        return length + 0.3 * float(np.clip(self.fall / 3, 0, 1)) + 0.3 * min(self.pause / 0.6, 1.0)


@dataclass(frozen=True, eq=False)
class ProsodicCues:
    """Prosody of both people: curves on the GRID, events in seconds."""

    loudness: np.ndarray  # (2, G) dB over the person's usual level; -60 in silence
    pitch: np.ndarray  # (2, G) semitones from the person's middle, 0 where unvoiced
    speaking: np.ndarray  # (2, G) bool
    floor: np.ndarray  # (G,) int8: who holds the floor, 0 or 1; -1 in between
    accents: tuple[Accent, ...]
    phrases: tuple[Phrase, ...]  # by the time they end

    @property
    def phrase_ends(self) -> tuple[tuple[float, int], ...]:
        """(time, person) of the ends of all phrases."""
        return tuple((phrase.end, phrase.person) for phrase in self.phrases)


def extract_cues(dialogue: Dialogue) -> ProsodicCues:
    """Prosodic cues of the undisturbed tracks of ``dialogue``."""
    grid = len(dialogue.mix) // HOP
    speaking = _on_grid(dialogue.speech, grid)
    floor = np.full(grid, -1, np.int8)
    for turn in dialogue.turns:
        floor[_place(turn.start, grid) : _place(turn.end, grid)] = turn.person
    loudness = np.stack([_loudness(track, own) for track, own in zip(dialogue.tracks, speaking, strict=True)])
    pitch = np.stack([_pitch(track, own) for track, own in zip(dialogue.tracks, speaking, strict=True)])
    accents = [a for person in (0, 1) for a in _accents(loudness[person], pitch[person], speaking[person], person)]
    return ProsodicCues(
        loudness=loudness,
        pitch=pitch,
        speaking=speaking,
        floor=floor,
        accents=tuple(sorted(accents, key=lambda a: a.time)),
        phrases=_phrases(dialogue.speech, pitch),
    )


def _phrases(speech: tuple[Span, ...], pitch: np.ndarray) -> tuple[Phrase, ...]:
    """Phrases: the intervals of speech with the final fall of their pitch (2, G)."""
    phrases = []
    for person in (0, 1):
        own = sorted((s for s in speech if s.person == person), key=lambda s: s.start)
        for span, after in zip(own, [s.start for s in own[1:]] + [np.inf], strict=True):
            first, last = _place(span.start, pitch.shape[1]), _place(span.end, pitch.shape[1])
            contour = pitch[person, first : max(last, first + 1)]
            fall = float(contour.mean() - contour[-GRID // 4 :].mean()) if len(contour) else 0.0
            phrases.append(Phrase(span.start, span.end, person, fall, float(after - span.end)))
    return tuple(sorted(phrases, key=lambda phrase: phrase.end))


def smooth(curve: np.ndarray, seconds: float) -> np.ndarray:
    """Gaussian of standard deviation ``seconds`` over the last axis of a curve on the GRID."""
    reach = max(1, round(3 * seconds * GRID))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (seconds * GRID)) ** 2)
    padded = np.pad(curve, [(0, 0)] * (curve.ndim - 1) + [(reach, reach)], mode="edge")
    size = padded.shape[-1] + 2 * reach
    spectrum = np.fft.rfft(padded, size) * np.fft.rfft(kernel / kernel.sum(), size)
    return np.fft.irfft(spectrum, size)[..., 2 * reach : padded.shape[-1]]


def _place(seconds: float, grid: int) -> int:
    return int(np.clip(round(seconds * GRID), 0, grid))


def _on_grid(spans: tuple[Span, ...], grid: int) -> np.ndarray:
    speaking = np.zeros((2, grid), bool)
    for span in spans:
        speaking[span.person, _place(span.start, grid) : _place(span.end, grid)] = True
    return speaking


def _loudness(track: np.ndarray, speaking: np.ndarray) -> np.ndarray:
    """(G,) dB over the 70th percentile of the person's own speech, floor -60."""
    power = smooth((track[: len(speaking) * HOP].reshape(-1, HOP) ** 2).mean(1), 0.012)
    level = 10 * np.log10(np.maximum(power, 1e-10))
    usual = np.percentile(level[speaking], 70) if speaking.any() else 0.0
    return np.where(speaking, np.maximum(level - usual, -60), -60)


def _pitch(track: np.ndarray, speaking: np.ndarray) -> np.ndarray:
    """(G,) semitones from the person's median by autocorrelation; 0 where nothing is voiced."""
    out = np.zeros(len(speaking))
    places = np.flatnonzero(speaking[::2]) * 2
    if not len(places):
        return out
    padded = np.pad(track, (WINDOW, WINDOW))
    windows = padded[places[:, None] * HOP + WINDOW // 2 + np.arange(WINDOW)] * np.hanning(WINDOW)
    correlation = np.fft.irfft(np.abs(np.fft.rfft(windows, 2 * WINDOW)) ** 2)[:, :WINDOW]
    low, high = (int(SAMPLE_RATE / f) for f in reversed(PITCH_RANGE))
    # the window's own correlation falls with the lag; dividing by it keeps low voices from reading an octave high
    taper = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(WINDOW), 2 * WINDOW)) ** 2)[:WINDOW]
    ratio = correlation[:, low:high] / np.maximum(correlation[:, :1], 1e-9) * (taper[0] / taper[low:high])
    voiced = ratio.max(1) > 0.5
    if voiced.sum() < 10:
        return out
    tones = 12 * np.log2(SAMPLE_RATE / (low + ratio.argmax(1)))
    tones = np.clip(tones - np.median(tones[voiced]), -9, 9)
    curve = np.interp(np.arange(len(out)), places[voiced], tones[voiced])
    return np.where(speaking, smooth(curve, 0.04), 0.0)


def _accents(loudness: np.ndarray, pitch: np.ndarray, speaking: np.ndarray, person: int) -> list[Accent]:
    """Peaks of loudness and pitch together, at least a quarter of a second apart."""
    if not speaking.any():
        return []
    loud = smooth(np.maximum(loudness, -25), 0.05)
    high = smooth(pitch, 0.06)
    score = _standard(loud, speaking) + 0.7 * _standard(high, speaking)
    score = np.where(speaking, score, -9)
    peaks = np.flatnonzero((score[1:-1] > score[:-2]) & (score[1:-1] >= score[2:]) & (score[1:-1] > 0.6)) + 1
    kept: list[int] = []
    for peak in peaks[np.argsort(-score[peaks])]:
        if all(abs(peak - other) > 0.25 * GRID for other in kept):
            kept.append(int(peak))
    return [Accent(k / GRID, float(min(score[k], 3) / 1.5), float(np.clip(high[k] / 4, -1, 1)), person) for k in kept]


def _standard(curve: np.ndarray, where: np.ndarray) -> np.ndarray:
    values = curve[where]
    return (curve - values.mean()) / (values.std() + 1e-3)


def frame_times(frames: int) -> np.ndarray:
    """Seconds of the middles of ``frames`` motion frames."""
    return (np.arange(frames) + 0.5) / MOTION_FPS
