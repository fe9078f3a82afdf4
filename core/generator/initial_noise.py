"""The noise that sampling starts from: slow where motion is slow, with less variance where the voice decides.

It depends on the seed and the number of a frame alone, so that a longer recording begins as a shorter one.
"""

from collections.abc import Callable

import numpy as np

from ..gaze import CONTACT_COLUMN, INTENT_CHANNELS, INTENT_WIDTH
from ..motion import EXPRESSION_NAMES

BLOCK = 256  # samples of noise that share one random stream
# Frames between the samples of each octave of slow noise, which is their sum. Heads hold a posture for minutes: white
# noise hides that until the last of many steps, noise as slow as the motion needs few. What jumps (eyes, lids, lips)
# needs white noise: slow noise would pass for a movement.
SCALES = (1, 5, 25, 125)
# Scale of the initial noise. Lips and jaw in speech follow the voice: at full noise they jitter more and err by more
# (4.1 mm against 3.8). A listener's mouth, postures and moods, which a voice leaves open, keep full noise. Eye contact
# is decided for seconds: full noise breaks it into short pieces.
MOUTH_NOISE, CONTACT_NOISE = 0.5, 0.8
SLOW_NAMES = ("mouthSmile", "mouthFrown", "mouthDimple", "cheekSquint", "browDown", "noseSneer")

# (scale, k, K) -> (..., K, D) independent unit noise, K samples of that scale from the k-th on
Draw = Callable[[int, int, int], np.ndarray]


def slow_columns(width: int = INTENT_WIDTH) -> np.ndarray:
    """(width,) bool: the columns that move slowly: postures, translation and moods; not the gestures."""
    slow = np.array([name.startswith(SLOW_NAMES) for name in EXPRESSION_NAMES] + [False] * (width - 44))
    for name in ("neck", "head", "translation"):
        slow[INTENT_CHANNELS[name]] = True
    return slow


def noise_scale_of(speaking: np.ndarray, width: int = INTENT_WIDTH) -> np.ndarray:
    """(2, n, width) float32 scale of the initial noise, of (2, n) who speaks in [0, 1]."""
    mouth = [name.startswith(("mouth", "jaw", "tongue")) for name in EXPRESSION_NAMES]
    articulates = np.array(mouth + [False] * (width - 44)) & ~slow_columns(width)
    scale = 1 - np.float32(1 - MOUTH_NOISE) * np.float32(speaking)[..., None] * articulates
    scale[..., CONTACT_COLUMN] = CONTACT_NOISE
    return scale


def noise(seed: int, frames: int, slow: np.ndarray, first: int = 0) -> np.ndarray:
    """Unit noise (2, frames, D) from frame ``first`` on, slow where ``slow`` (D,) holds. That of a frame depends on
    ``seed`` and on the frame's number alone."""
    return multiscale_noise(
        lambda scale, begin, count: _samples(seed, scale, begin, count, len(slow)), frames, slow, first
    )


def multiscale_noise(
    draw: Callable[[int, int, int], np.ndarray], frames: int, slow: np.ndarray, first: int = 0
) -> np.ndarray:
    """Unit noise (..., frames, D) from frame ``first`` on: the sum of all SCALES where ``slow`` (D,) is, else white."""
    parts = []
    for scale in SCALES:
        at = np.arange(first, first + frames)
        left, begin = at // scale, first // scale
        samples = draw(scale, begin, int(left[-1]) + 2 - begin)
        angle = (at / scale - left)[:, None] * np.pi / 2
        c, s = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)  # they keep the variance in between
        parts.append(c * samples[..., left - begin, :] + s * samples[..., left + 1 - begin, :])
    return np.where(slow, sum(parts) / np.float32(len(SCALES) ** 0.5), parts[0])


def _samples(seed: int, scale: int, first: int, count: int, width: int) -> np.ndarray:
    """(2, count, width) unit noise from sample ``first`` on, block by block, so that a longer recording begins as a
    shorter one."""
    begin = first // BLOCK
    blocks = [
        np.random.Generator(np.random.Philox(key=[seed % 2**64, scale << 32 | block])).standard_normal(
            (2, BLOCK, width), np.float32
        )
        for block in range(begin, -(-(first + count) // BLOCK))
    ]
    return np.concatenate(blocks, axis=1)[:, first - begin * BLOCK :][:, :count]
