"""What can be heard in a recording before anyone decides who it was: voice or not, and whose voice it is like."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from .audio import SAMPLES_PER_FRAME, frame_count
from .model import resembler, silero

EVERY = 3  # frames from one voice window to the next: 0.12 s
WIDE, NARROW = 1.6, 0.8  # s; a wide window knows a voice better, a narrow one finds a backchannel
VAD_DELAY = 384  # samples: silero answers this late, measured on the two-channel calls
BATCH = 256  # windows embedded at once


@dataclass(frozen=True, eq=False)
class Evidence:
    """T frames at 25 fps, W voice windows; window w is centred on frame EVERY * w + 1."""

    voice: np.ndarray  # (T,) probability that anyone speaks
    wide: np.ndarray  # (W, 256) unit vectors, whose voice in 1.6 s
    narrow: np.ndarray  # (W, 256) the same in 0.8 s

    def on_frames(self, per_window: np.ndarray) -> np.ndarray:
        """Carry (W, ...) values over to the T frames by straight lines: (T, ...)."""
        frames = np.arange(len(self.voice))
        place = np.clip((frames - 1) / EVERY, 0, len(per_window) - 1)
        below = np.minimum(place.astype(int), max(0, len(per_window) - 2))
        share = (place - below).reshape(-1, *[1] * (per_window.ndim - 1)).astype(per_window.dtype)
        above = np.minimum(below + 1, len(per_window) - 1)
        return per_window[below] * (1 - share) + per_window[above] * share

    def at_windows(self, per_frame: np.ndarray, radius: int = 9) -> np.ndarray:
        """Mean of (T,) values over ``radius`` frames to both sides of each window's centre: (W,)."""
        total = np.concatenate([[0.0], np.cumsum(per_frame, dtype=np.float64)])
        centres = EVERY * np.arange(len(self.wide)) + 1
        low, high = np.maximum(centres - radius, 0), np.minimum(centres + radius + 1, len(per_frame))
        return (total[high] - total[low]) / (high - low)


@cache
def networks() -> tuple[silero.Silero, resembler.Resembler]:
    """Both networks, loaded once."""
    return silero.load(), resembler.load()


def listen(mono: np.ndarray, progress: Callable[[float], None] = lambda share: None) -> Evidence:
    """Hear a whole recording, (N,) float32 at 16 kHz; ``progress`` may raise to cancel."""
    detector, encoder = networks()
    frames = frame_count(len(mono))
    steps = silero.voice_probability(detector, mono)
    centres = np.arange(frames) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2 + VAD_DELAY
    voice = np.interp(centres, np.arange(len(steps)) * silero.CHUNK + silero.CHUNK // 2, steps).astype(np.float32)
    progress(0.1)
    windows = (np.arange(max(1, -(-(frames - 1) // EVERY))) * EVERY + 1) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2
    wide, narrow = [], []
    for first in range(0, len(windows), BATCH):
        part = windows[first : first + BATCH]
        wide.append(resembler.embed(encoder, mono, part, WIDE))
        narrow.append(resembler.embed(encoder, mono, part, NARROW))
        progress(0.1 + 0.9 * (first + len(part)) / len(windows))
    return Evidence(voice, np.concatenate(wide), np.concatenate(narrow))
