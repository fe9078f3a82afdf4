"""METRICS C as plain functions: a mouth's curve against what its phones ask for. 25 frames a second throughout."""

from dataclasses import dataclass

import numpy as np

from core.motion import MOTION_FPS
from core.timeseries import runs

from .labels import MouthLabels, Span

TOLERANCE = 0.04  # s, one frame


@dataclass(frozen=True)
class Closures:
    """Counts that add up over recordings."""

    asked: int = 0  # closures in the speech
    found: int = 0  # of them with a closed frame within TOLERANCE
    shown: int = 0  # runs of closed frames while speaking
    right: int = 0  # of them within TOLERANCE of a closure
    vowel_frames: int = 0  # in the middle half of open vowels
    vowel_frames_closed: int = 0

    def __add__(self, other: "Closures") -> "Closures":
        return Closures(*(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    @property
    def counts(self) -> tuple[int, ...]:
        return (self.asked, self.found, self.shown, self.right, self.vowel_frames, self.vowel_frames_closed)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.asked)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.shown)

    @property
    def f1(self) -> float:
        return 2 * self.recall * self.precision / max(1e-9, self.recall + self.precision)

    @property
    def false_share(self) -> float:
        """Share of open-vowel frames that are closed."""
        return self.vowel_frames_closed / max(1, self.vowel_frames)


def count_closures(closed: np.ndarray, labels: MouthLabels) -> Closures:
    """closed: (T,) bool, frame i lasts from i / 25 to (i + 1) / 25 s."""
    found = sum(bool(closed[frames_of(span, TOLERANCE)].any()) for span in labels.closures)
    speech = np.zeros(len(closed), bool)
    for span in labels.speech:
        speech[frames_of(span)] = True
    shown = right = 0
    for first, last in runs(closed):
        if not speech[first:last].any() or last - first > 12:  # a mouth at rest is no closure
            continue
        shown += 1
        start, end = first / MOTION_FPS - TOLERANCE, last / MOTION_FPS + TOLERANCE
        right += any(start < b and a < end for a, b in labels.closures)
    middles = [_middle_frames(span, len(closed)) for span in labels.open_vowels]
    inside = np.concatenate(middles) if middles else np.zeros(0, int)
    return Closures(len(labels.closures), found, shown, right, len(inside), int(closed[inside].sum()))


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
    """abs(time of the smallest gap - middle of the closure), s, for every closure; (T,) gap in any unit."""
    errors = []
    for start, end in labels.closures:
        middle = (start + end) / 2
        first = frames_of((middle - reach, middle + reach))
        near = gap[first]
        if len(near):
            lowest = np.flatnonzero(near <= near.min() + 1e-3 * max(1e-9, gap.max()))
            errors.append(abs((first.start + lowest.mean() + 0.5) / MOTION_FPS - middle))
    return np.array(errors)


def share_in(flags: np.ndarray, spans: list[Span]) -> tuple[int, int]:
    """How many ``spans`` have a frame with ``flags`` (T,) True, and how many there are."""
    return sum(bool(flags[frames_of(span)].any()) for span in spans), len(spans)


def lag(gap: np.ndarray, opening: np.ndarray, most: float = 0.4) -> float:
    """Seconds by which ``gap`` (T,) comes after ``opening`` (T,), by the peak of their cross-correlation."""
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
    """std of the gap while listening over while speaking, and abs correlation with the partner's loudness."""
    if listening.sum() < MOTION_FPS or speaking.sum() < MOTION_FPS or gap[speaking].std() < 1e-9:
        return float("nan"), float("nan")
    quiet, loud = gap[listening], partner_level[listening]
    moves = quiet.std() > 1e-9 and loud.std() > 1e-9
    return float(quiet.std() / gap[speaking].std()), abs(float(np.corrcoef(quiet, loud)[0, 1])) if moves else 0.0


def freeze(gap: np.ndarray, speaking: np.ndarray, still: float = 0.05, longest: float = 0.3) -> float:
    """Share of speaking frames in runs over ``longest`` s in which the gap (T,) moves under ``still`` mm a frame."""
    frozen = np.abs(np.diff(gap, prepend=gap[:1])) < still
    count = sum(last - first for first, last in runs(frozen & speaking) if last - first > longest * MOTION_FPS)
    return count / max(1, int(speaking.sum()))


def tremor(gap: np.ndarray) -> float:
    """Power of the gap (T,) above 8 Hz."""
    spectrum = np.abs(np.fft.rfft(gap - gap.mean())) ** 2 / len(gap)
    return float(spectrum[np.fft.rfftfreq(len(gap), 1 / MOTION_FPS) > 8].sum() / len(gap))


def opening_of(labels: MouthLabels, frames: int) -> np.ndarray:
    """(frames,) what any phone label says of the opening: 1 in open vowels, 0 in closures and silence, .4 elsewhere."""
    opening = np.zeros(4 * frames)
    for spans, value in ((labels.speech, 0.4), (labels.open_vowels, 1.0), (labels.closures, 0.0)):
        for start, end in spans:
            opening[round(start * 4 * MOTION_FPS) : round(end * 4 * MOTION_FPS)] = value
    return opening.reshape(frames, 4).mean(axis=1)
