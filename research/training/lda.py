"""Fits the LDA of speaker embeddings (core/diarization/lda.py) on mixtures with known turns."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.linalg import eigh

from core.diarization import lda

from .mixture_cache import CachedMixture

FEWEST = 6  # windows of a voice
RIDGE = 0.5  # of the mean variance, added along every axis, because mixtures are few


def fit(cached: Iterable[CachedMixture], path: Path) -> None:
    """Write the LDA matrix and the between-speaker variances of ``cached`` mixtures."""
    inside, apart, count = 0.0, [], 0
    for one in cached:
        voices = [windows for windows in alone(one) if len(windows) >= FEWEST]
        middles = [windows.mean(0) for windows in voices]
        for windows, middle in zip(voices, middles, strict=True):
            inside = inside + (windows - middle).T @ (windows - middle)
            count += len(windows)
        if len(voices) == 2:
            apart.append((middles[0] - middles[1]) / 2)
    inside = inside / count
    inside += np.eye(len(inside)) * RIDGE * np.trace(inside) / len(inside)
    between = np.stack(apart).T @ np.stack(apart) / len(apart)
    spread, directions = eigh(between, inside)
    best = np.argsort(spread)[::-1][: lda.WIDTH]
    kept = {"matrix": directions[:, best], "spread": spread[best]}
    save_file({name: np.ascontiguousarray(value, np.float32) for name, value in kept.items()}, path)


def alone(one: CachedMixture) -> list[np.ndarray]:
    """The wide windows in which the first, and in which the second, speaks alone: each (W, 256) float64."""
    wide = one.embeddings.wide.astype(np.float64)
    return [wide[mine] for mine in one.embeddings.single_speaker(one.truth)]
