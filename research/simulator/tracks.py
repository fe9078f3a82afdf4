"""Tracks of simulated recordings: where pieces are placed, and the share of each frame in which a person speaks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME, frame_count

from ..corpora.voices import STEP


@dataclass(frozen=True)
class Span:
    """An interval of one person from ``start`` to ``end``, s; person 0 is A, who speaks first."""

    start: float
    end: float
    person: int


def place(track: np.ndarray, samples: np.ndarray, start: float) -> None:
    """Add ``samples`` (n,) to ``track`` (N,) in place from ``start`` s on, truncated at its end."""
    first = round(start * SAMPLE_RATE)
    kept = samples[: max(0, len(track) - first)]
    track[first : first + len(kept)] += kept


def coverage(spans: Sequence[Span], frames: int) -> np.ndarray:
    """Share of every frame that ``spans`` cover, by person: (2, frames) float32 in [0, 1]."""
    edges = np.arange(frames + 1) * SAMPLES_PER_FRAME / SAMPLE_RATE
    masks = np.zeros((2, frames))
    for span in spans:
        inside = np.clip(edges, span.start, span.end)
        masks[span.person] += np.diff(inside) * SAMPLE_RATE / SAMPLES_PER_FRAME
    return np.clip(masks, 0, 1).astype(np.float32)


def step_coverage(steps: np.ndarray, samples: int) -> np.ndarray:
    """Share of every frame of (K, S) active 10 ms ``steps`` of a recording of ``samples``: (K, T) float32."""
    frames, each = frame_count(samples), SAMPLES_PER_FRAME // STEP
    padded = np.zeros((len(steps), frames * each), np.float32)
    padded[:, : steps.shape[1]] = steps
    return padded.reshape(len(steps), frames, each).mean(-1)
