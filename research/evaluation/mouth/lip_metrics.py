"""METRICS C: a lip gap curve against the targets of its phones. 25 frames a second throughout."""

from dataclasses import dataclass

import numpy as np

from core.motion import MOTION_FPS
from core.timeseries import runs

from .labels import MouthLabels, Span

TOLERANCE = 0.04  # s, one frame
LONGEST_CLOSURE = 12  # frames; a longer run is a mouth at rest


@dataclass(frozen=True)
class Closures:
    """Counts of closures and open-vowel frames, additive over recordings."""

    true: int = 0  # bilabial closures in the labels
    detected: int = 0  # of them with a closed frame within TOLERANCE
    predicted: int = 0  # runs of closed frames while speaking
    correct: int = 0  # of them within TOLERANCE of a labelled closure
    vowel_frames: int = 0  # frames in the middle half of open vowels
    vowel_frames_closed: int = 0

    def __add__(self, other: "Closures") -> "Closures":
        return Closures(*(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    @property
    def counts(self) -> tuple[int, ...]:
        return (self.true, self.detected, self.predicted, self.correct, self.vowel_frames, self.vowel_frames_closed)

    @property
    def recall(self) -> float:
        """METRICS' closure rate."""
        return self.detected / max(1, self.true)

    @property
    def precision(self) -> float:
        return self.correct / max(1, self.predicted)

    @property
    def f1(self) -> float:
        return 2 * self.recall * self.precision / max(1e-9, self.recall + self.precision)

    @property
    def false_closure(self) -> float:
        """Share of open-vowel frames that are closed."""
        return self.vowel_frames_closed / max(1, self.vowel_frames)


def count_closures(closed: np.ndarray, labels: MouthLabels) -> Closures:
    """Compare ``closed`` (T,) bool with ``labels``; frame i lasts from i / 25 to (i + 1) / 25 s."""
    detected = sum(bool(closed[frames_of(span, TOLERANCE)].any()) for span in labels.closures)
    speech = np.zeros(len(closed), bool)
    for span in labels.speech:
        speech[frames_of(span)] = True
    predicted = correct = 0
    for first, last in runs(closed):
        if not speech[first:last].any() or last - first > LONGEST_CLOSURE:
            continue
        predicted += 1
        start, end = first / MOTION_FPS - TOLERANCE, last / MOTION_FPS + TOLERANCE
        correct += any(start < b and a < end for a, b in labels.closures)
    middles = [_middle_frames(span, len(closed)) for span in labels.open_vowels]
    inside = np.concatenate(middles) if middles else np.zeros(0, int)
    return Closures(len(labels.closures), detected, predicted, correct, len(inside), int(closed[inside].sum()))


def frames_of(span: Span, tolerance: float = 0.0) -> slice:
    """The frames whose time overlaps ``span`` widened by ``tolerance`` seconds."""
    first = int(np.floor((span[0] - tolerance) * MOTION_FPS + 1e-6))
    last = int(np.ceil((span[1] + tolerance) * MOTION_FPS - 1e-6))
    return slice(max(0, first), max(0, last))


def _middle_frames(span: Span, count: int) -> np.ndarray:
    """Frames whose middle lies in the middle half of ``span``."""
    quarter = (span[1] - span[0]) / 4
    first = int(np.ceil((span[0] + quarter) * MOTION_FPS - 0.5))
    last = int(np.floor((span[1] - quarter) * MOTION_FPS - 0.5))
    return np.arange(max(0, first), min(count, last + 1))


def event_errors(gap: np.ndarray, labels: MouthLabels, reach: float = 0.12) -> np.ndarray:
    """abs(time of the smallest gap - middle of the closure), s, for every labelled closure; gap: (T,) in any unit."""
    errors = []
    for start, end in labels.closures:
        middle = (start + end) / 2
        window = frames_of((middle - reach, middle + reach))
        near = gap[window]
        if len(near):
            lowest = np.flatnonzero(near <= near.min() + 1e-3 * max(1e-9, gap.max()))
            errors.append(abs((window.start + lowest.mean() + 0.5) / MOTION_FPS - middle))
    return np.array(errors)


def share_in(flags: np.ndarray, spans: list[Span]) -> tuple[int, int]:
    """Number of ``spans`` with a frame in which ``flags`` (T,) is True, and number of all."""
    return sum(bool(flags[frames_of(span)].any()) for span in spans), len(spans)


def lag(gap: np.ndarray, opening: np.ndarray, most: float = 0.4) -> float:
    """Delay of ``gap`` (T,) behind ``opening`` (T,), s: the interpolated peak of their cross-correlation."""
    shifts = np.arange(-round(most * MOTION_FPS), round(most * MOTION_FPS) + 1)
    a, b = gap - gap.mean(), opening - opening.mean()
    edge = shifts[-1]
    scores = np.array([(a[edge + k : len(a) - edge + k] * b[edge : len(b) - edge]).sum() for k in shifts])
    top = int(np.clip(scores.argmax(), 1, len(scores) - 2))
    left, middle, right = scores[top - 1 : top + 2]
    bend = left - 2 * middle + right
    return float(shifts[top] + (0.5 * (left - right) / bend if bend < 0 else 0)) / MOTION_FPS


def leak(
    gap: np.ndarray, speaking: np.ndarray, listening: np.ndarray, partner_level: np.ndarray
) -> tuple[float, float]:
    """Std of the gap while listening over that while speaking, and abs correlation with the partner's loudness there.

    gap, partner_level: (T,); speaking, listening: (T,) bool; (nan, nan) with less than a second of either
    """
    if listening.sum() < MOTION_FPS or speaking.sum() < MOTION_FPS or gap[speaking].std() < 1e-9:
        return float("nan"), float("nan")
    quiet, loud = gap[listening], partner_level[listening]
    moves = quiet.std() > 1e-9 and loud.std() > 1e-9
    return float(quiet.std() / gap[speaking].std()), abs(float(np.corrcoef(quiet, loud)[0, 1])) if moves else 0.0


def freeze(gap: np.ndarray, speaking: np.ndarray, still: float = 0.05, longest: float = 0.3) -> float:
    """Share of speaking frames in runs over ``longest`` s in which the gap (T,) changes under ``still`` mm a frame."""
    frozen = np.abs(np.diff(gap, prepend=gap[:1])) < still
    count = sum(last - first for first, last in runs(frozen & speaking) if last - first > longest * MOTION_FPS)
    return count / max(1, int(speaking.sum()))


def tremor(gap: np.ndarray) -> float:
    """Power of the gap (T,) above 8 Hz."""
    spectrum = np.abs(np.fft.rfft(gap - gap.mean())) ** 2 / len(gap)
    return float(spectrum[np.fft.rfftfreq(len(gap), 1 / MOTION_FPS) > 8].sum() / len(gap))


def opening_of(labels: MouthLabels, frames: int) -> np.ndarray:
    """(frames,) lip opening by phone class: 1 in open vowels, 0 in closures and silence, else .4."""
    opening = np.zeros(4 * frames)
    for spans, value in ((labels.speech, 0.4), (labels.open_vowels, 1.0), (labels.closures, 0.0)):
        for start, end in spans:
            opening[round(start * 4 * MOTION_FPS) : round(end * 4 * MOTION_FPS)] = value
    return opening.reshape(frames, 4).mean(axis=1)
