"""Voice activity and speaker embeddings of a whole recording, from which it is diarized."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..audio import SAMPLES_PER_FRAME, frame_count
from ..audio.voice_activity import voice_activity
from . import lda, speaker_encoder

WIDE, NARROW = 1.6, 0.8  # s; wide windows separate speakers better, narrow ones resolve backchannels
WIDE_STEP, NARROW_STEP = 6, 3  # frames from one window to the next: 0.24 s, 0.12 s
BATCH = 256  # windows embedded at once
CHUNK = 2_000  # windows compared at once
NEAR = 25  # frames around the middle of a window over which masks are averaged
OWN_SHARE = 0.35  # of those frames from which a window counts as one speaker's,
OTHER_SHARE = 0.25  # and how much of that share the other speaker may have


@dataclass(frozen=True, eq=False)
class SpeakerEmbeddings:
    """Voice activity of T frames at 25 fps, and embeddings of windows; window w is centred on frame step * w + 1."""

    activity: np.ndarray  # (T,) probability that anyone speaks
    wide: np.ndarray  # (V, 256) float16 unit vectors of windows of 1.6 s, every WIDE_STEP frames
    narrow: np.ndarray  # (W, 256) the same of 0.8 s, every NARROW_STEP frames

    def part(self, first: int, stop: int) -> "SpeakerEmbeddings":
        """Frames ``first``, a multiple of WIDE_STEP, to ``stop``."""
        activity = self.activity[first:stop]
        windows = [
            one[first // step :][: len(range(1, max(2, len(activity)), step))]
            for one, step in ((self.wide, WIDE_STEP), (self.narrow, NARROW_STEP))
        ]
        return SpeakerEmbeddings(activity, *windows)

    def similarity(self, centres: np.ndarray) -> np.ndarray:
        """Cosine similarity of wide and narrow windows to (K, 256) unit vectors, per frame: (2, T, K)."""
        return self._per_frame(lambda windows: windows @ centres.T)

    def lda_scores(self, centres: np.ndarray) -> tuple[np.ndarray, float]:
        """LDA scores of wide and narrow windows between (2, 256) speakers, per frame: (2, T), positive towards the
        first; and the distance of the two speakers. Both in standard deviations of one speaker."""
        scores = self._per_frame(lambda windows: lda.scores(windows, centres)[:, None])
        first, second = lda.project(centres)
        return scores[..., 0], float(np.linalg.norm(first - second))

    def _per_frame(self, compute: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """``compute``, (W, 256) to (W, K), of wide and of narrow windows, interpolated to frames: (2, T, K)."""
        values = [
            np.concatenate([compute(chunk.astype(np.float32)) for chunk in _chunks(windows)])
            for windows in (self.wide, self.narrow)
        ]
        steps = (WIDE_STEP, NARROW_STEP)
        return np.stack([_interpolated(one, step, len(self.activity)) for one, step in zip(values, steps, strict=True)])

    def centres_of(self, masks: np.ndarray, radius: int = 10) -> np.ndarray:
        """Mean embedding of each speaker, (2, 256) unit vectors: of wide windows, weighted by the square of how far
        (2, T) ``masks`` have the speaker alone within ``radius`` frames."""
        alone = masks * (1 - masks[::-1])
        window = np.ones(2 * radius + 1) / (2 * radius + 1)
        middles = self._wide_middles(masks.shape[1])
        weights = np.stack([np.convolve(row, window, "full")[radius : radius + len(row)][middles] for row in alone])
        firsts = range(0, len(self.wide), CHUNK)
        sums = sum(
            np.square(weights[:, a : a + CHUNK]) @ chunk.astype(np.float32)
            for a, chunk in zip(firsts, _chunks(self.wide), strict=True)
        )
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)

    def single_speaker(self, masks: np.ndarray) -> np.ndarray:
        """In which wide windows each of (2, T) ``masks`` speaks alone: (2, V) bool."""
        middles = self._wide_middles(masks.shape[1])
        own = np.stack([np.convolve(row, np.ones(NEAR) / NEAR, "same")[middles] for row in masks])
        return (own > OWN_SHARE) & (own[::-1] < OTHER_SHARE * own)

    def mean_activity(self, radius: int = 9) -> np.ndarray:
        """(V,) mean voice activity within ``radius`` frames of the middle of each wide window."""
        total = np.concatenate([[0.0], np.cumsum(self.activity, dtype=np.float64)])
        centres = WIDE_STEP * np.arange(len(self.wide)) + 1
        low, high = np.maximum(centres - radius, 0), np.minimum(centres + radius + 1, len(self.activity))
        return (total[high] - total[low]) / np.maximum(high - low, 1)

    def _wide_middles(self, frames: int) -> np.ndarray:
        """(V,) frame on which each wide window is centred, at most the last one."""
        return np.minimum(WIDE_STEP * np.arange(len(self.wide)) + 1, frames - 1)


def _chunks(windows: np.ndarray) -> list[np.ndarray]:
    """(W, 256) split after every CHUNK rows."""
    return np.split(windows, range(CHUNK, len(windows), CHUNK))


def _interpolated(values: np.ndarray, step: int, frames: int) -> np.ndarray:
    """(W, K) values of windows linearly interpolated to (frames, K)."""
    place = np.clip((np.arange(frames) - 1) / step, 0, len(values) - 1)
    below = np.minimum(place.astype(int), max(0, len(values) - 2))
    share = (place - below)[:, None].astype(values.dtype)
    return values[below] * (1 - share) + values[np.minimum(below + 1, len(values) - 1)] * share


def embed_recording(mono: np.ndarray, progress: Callable[[float], None] = lambda share: None) -> SpeakerEmbeddings:
    """Voice activity and speaker embeddings of a recording.

    mono:     (N,) float32 at 16 kHz in [-1, 1]
    progress: called with the share done, 0..1; may raise to cancel
    """
    frames = frame_count(len(mono))
    activity = voice_activity(mono)
    progress(0.1)
    wide = _embed_windows(mono, frames, WIDE, WIDE_STEP, lambda share: progress(0.1 + 0.45 * share))
    narrow = _embed_windows(mono, frames, NARROW, NARROW_STEP, lambda share: progress(0.55 + 0.45 * share))
    return SpeakerEmbeddings(activity, wide, narrow)


def _embed_windows(
    mono: np.ndarray,
    frames: int,
    seconds: float,
    step: int,
    progress: Callable[[float], None],
) -> np.ndarray:
    """Embeddings of windows of ``seconds`` every ``step`` frames: (W, 256) float16."""
    middles = np.arange(1, max(2, frames), step) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2
    found = []
    for first in range(0, len(middles), BATCH):
        found.append(speaker_encoder.embed(mono, middles[first : first + BATCH], seconds).astype(np.float16))
        progress(min(1.0, (first + BATCH) / len(middles)))
    return np.concatenate(found)
