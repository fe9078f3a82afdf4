"""METRICS C as plain functions: a mouth's curve against what its phones ask for. 25 frames a second throughout."""

from dataclasses import dataclass

import numpy as np

from ..motion import MOTION_FPS
from .mouth_labels import MouthLabels, Span

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


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and last (exclusive) index of every run of True in ``flags`` (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


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
