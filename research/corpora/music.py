"""Synthetic background music without licence terms: chords and a beat."""

import numpy as np

from core.audio import SAMPLE_RATE


def music(samples: int, rng: np.random.Generator) -> np.ndarray:
    """(samples,) float32: random chords and a beat."""
    times = np.arange(samples) / SAMPLE_RATE
    beat = rng.uniform(0.3, 0.7)
    sound = np.zeros(samples)
    for _ in range(4):
        notes = 110 * 2 ** (rng.integers(0, 30, int(samples / SAMPLE_RATE / beat) + 2) / 12)
        pitch = notes[(times / beat).astype(int)]
        decay = np.exp(-(times % beat) / beat * rng.uniform(0.5, 4))
        phase = np.cumsum(pitch) / SAMPLE_RATE
        sound += decay * sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 6))
    hits = rng.normal(size=samples) * np.exp(-(times % (beat / 2)) * 60)
    return (sound + hits * rng.uniform(0, 2)).astype(np.float32)
