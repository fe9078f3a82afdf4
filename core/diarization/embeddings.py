"""What can be heard in a recording before anyone decides who it was: voice or not, and whose voice it is like."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..audio import SAMPLES_PER_FRAME, frame_count
from ..audio.voice_activity import voice_activity
from . import lda, speaker_encoder

WIDE, NARROW = 1.6, 0.8  # s; a wide window knows a voice better, a narrow one finds a backchannel
WIDE_STEP, NARROW_STEP = 6, 3  # frames from one window to the next: 0.24 s, 0.12 s
BATCH = 256  # windows embedded at once
PART = 2_000  # windows compared at once
NEAR = 25  # frames around the middle of a window that say who is heard in it
MUCH = 0.35  # the own share of the frames near a window's middle from which it is one voice's,
ALONE = 0.25  # and how much of that the other's may be


@dataclass(frozen=True, eq=False)
class SpeakerEmbeddings:
    """T frames at 25 fps; window w of V or W is centred on frame step * w + 1."""

    voice: np.ndarray  # (T,) probability that anyone speaks
    wide: np.ndarray  # (V, 256) unit vectors, float16: whose voice in 1.6 s, every WIDE_STEP frames
    narrow: np.ndarray  # (W, 256) the same in 0.8 s, every NARROW_STEP frames

    def part(self, first: int, stop: int) -> "SpeakerEmbeddings":
        """Frames ``first``, a multiple of WIDE_STEP, to ``stop``."""
        frames = self.voice[first:stop]
        windows = [
            one[first // step :][: len(range(1, max(2, len(frames)), step))]
            for one, step in ((self.wide, WIDE_STEP), (self.narrow, NARROW_STEP))
        ]
        return SpeakerEmbeddings(frames, *windows)

    def likeness(self, centres: np.ndarray) -> np.ndarray:
        """Cosine of wide and narrow windows with (K, 256) voices, on frames: (2, T, K)."""
        return self._each(lambda windows: windows @ centres.T)

    def towards(self, centres: np.ndarray) -> tuple[np.ndarray, float]:
        """How far wide and narrow windows lie towards the first of (2, 256) voices, on frames: (2, T); and how far the
        two lie apart. Both in spreads of one voice (voice_space)."""
        sides = self._each(lambda windows: lda.evidence(windows, centres)[:, None])
        first, second = lda.project(centres)
        return sides[..., 0], float(np.linalg.norm(first - second))

    def _each(self, look: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """What ``look`` makes of wide and of narrow windows, (W, 256) to (W, K), on frames: (2, T, K)."""
        seen = [
            np.concatenate([look(part.astype(np.float32)) for part in _parts(windows)])
            for windows in (self.wide, self.narrow)
        ]
        steps = (WIDE_STEP, NARROW_STEP)
        return np.stack([_on_frames(one, step, len(self.voice)) for one, step in zip(seen, steps, strict=True)])

    def centres_of(self, masks: np.ndarray, radius: int = 10) -> np.ndarray:
        """The two voices, (2, 256) unit vectors: the mean of wide windows in which (2, T) ``masks`` hear one alone."""
        alone = masks * (1 - masks[::-1])
        middles = np.minimum(WIDE_STEP * np.arange(len(self.wide)) + 1, masks.shape[1] - 1)
        window = np.ones(2 * radius + 1) / (2 * radius + 1)
        weights = np.stack([np.convolve(row, window, "full")[radius : radius + len(row)][middles] for row in alone])
        firsts = range(0, len(self.wide), PART)
        sums = sum(
            np.square(weights[:, a : a + PART]) @ part.astype(np.float32)
            for a, part in zip(firsts, _parts(self.wide), strict=True)
        )
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)

    def alone(self, masks: np.ndarray) -> np.ndarray:
        """In which wide windows each of (2, T) ``masks`` is heard alone: (2, V) bool."""
        middles = np.minimum(WIDE_STEP * np.arange(len(self.wide)) + 1, masks.shape[1] - 1)
        own = np.stack([np.convolve(row, np.ones(NEAR) / NEAR, "same")[middles] for row in masks])
        return (own > MUCH) & (own[::-1] < ALONE * own)

    def spoken(self, radius: int = 9) -> np.ndarray:
        """How sure it is that the middle of each wide window holds a voice: (V,), mean over ``radius`` frames."""
        total = np.concatenate([[0.0], np.cumsum(self.voice, dtype=np.float64)])
        centres = WIDE_STEP * np.arange(len(self.wide)) + 1
        low, high = np.maximum(centres - radius, 0), np.minimum(centres + radius + 1, len(self.voice))
        return (total[high] - total[low]) / np.maximum(high - low, 1)


def _parts(windows: np.ndarray) -> list[np.ndarray]:
    """(W, 256) cut into parts of PART."""
    return np.split(windows, range(PART, len(windows), PART))


def _on_frames(per_window: np.ndarray, step: int, frames: int) -> np.ndarray:
    """Carry (W, K) values over to ``frames`` frames by straight lines."""
    place = np.clip((np.arange(frames) - 1) / step, 0, len(per_window) - 1)
    below = np.minimum(place.astype(int), max(0, len(per_window) - 2))
    share = (place - below)[:, None].astype(per_window.dtype)
    return per_window[below] * (1 - share) + per_window[np.minimum(below + 1, len(per_window) - 1)] * share


@cache
def load_encoder() -> speaker_encoder.SpeakerEncoder:
    """The speaker encoder, loaded once."""
    return speaker_encoder.load()


def listen(mono: np.ndarray, progress: Callable[[float], None] = lambda share: None) -> SpeakerEmbeddings:
    """Hear a whole recording, (N,) float32 at 16 kHz; ``progress`` may raise to cancel."""
    frames, encoder = frame_count(len(mono)), load_encoder()
    voice = voice_activity(mono)
    progress(0.1)
    wide = _embedded(encoder, mono, frames, WIDE, WIDE_STEP, lambda share: progress(0.1 + 0.45 * share))
    narrow = _embedded(encoder, mono, frames, NARROW, NARROW_STEP, lambda share: progress(0.55 + 0.45 * share))
    return SpeakerEmbeddings(voice, wide, narrow)


def _embedded(
    encoder: speaker_encoder.SpeakerEncoder,
    mono: np.ndarray,
    frames: int,
    seconds: float,
    step: int,
    progress: Callable[[float], None],
) -> np.ndarray:
    """Windows of ``seconds`` every ``step`` frames: (W, 256) float16."""
    middles = np.arange(1, max(2, frames), step) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2
    found = []
    for first in range(0, len(middles), BATCH):
        found.append(speaker_encoder.embed(encoder, mono, middles[first : first + BATCH], seconds).astype(np.float16))
        progress(min(1.0, (first + BATCH) / len(middles)))
    return np.concatenate(found)
