"""The noise level t of the diffusion: x_t = signal(t) motion + noise_share(t) noise, from 1 (noise) to 0 (motion)."""

import numpy as np

STEPS = 8  # as good as fifty; four lose a sixth of the blinks and nods
# Exponent of the noise levels: below 1 the first steps are finer. Rare and large events such as blinks are decided at
# high noise levels: with even steps eight lose a quarter of the blinks.
POWER = 0.45


def signal(t: np.ndarray) -> np.ndarray:
    """Share of the motion at noise level ``t`` in [0, 1]; a cosine schedule."""
    return np.cos(t * np.float32(np.pi / 2))


def noise_share(t: np.ndarray) -> np.ndarray:
    """Share of the noise at level ``t``; squares add to 1 with :func:`signal`."""
    return np.sin(t * np.float32(np.pi / 2))


def noise_levels(steps: int) -> np.ndarray:
    """(steps + 1,) float32 noise levels of a sampler, from 1 to 0."""
    return (np.linspace(1, 0, steps + 1) ** POWER).astype(np.float32)
