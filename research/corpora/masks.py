"""Speaker masks as imprecise as those of diarization, for training."""

import numpy as np


def soften_masks(masks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Masks as imprecise as those of diarization: shifted and soft edges, missed overlap, low confidence.

    masks: (2, T) true, in {0, 1}; returns (2, T) float32 in [0, 1]
    """
    soft = np.empty(masks.shape, np.float32)
    for stream, mask in enumerate(masks):
        moved = _move_edges(mask, rng)
        width = rng.integers(1, 6)
        soft[stream] = box_filtered(moved, width)
    confidence = rng.uniform(0.75, 1.0)
    soft = 0.5 + (soft - 0.5) * confidence
    if rng.random() < 0.4:  # one of two overlapping speakers is missed
        both = masks.min(axis=0) > 0.5
        soft[rng.integers(2), both] *= rng.uniform(0.1, 0.8)
    if rng.random() < 0.3:  # a chunk of low confidence
        start = rng.integers(masks.shape[1])
        soft[:, start : start + rng.integers(5, 25)] *= rng.uniform(0.3, 1)
    return soft.clip(0, 1)


def box_filtered(mask: np.ndarray, width: int) -> np.ndarray:
    """(T,) means of ``mask`` (T,) over ``width`` frames; the first and last value continue beyond its ends."""
    return np.convolve(np.pad(mask, width, mode="edge"), np.ones(width) / width, "same")[width:-width]


def _move_edges(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``mask`` (T,) with every edge moved by up to 4 frames (standard deviation 1.5)."""
    edges = np.flatnonzero(np.diff(mask, prepend=0, append=0))
    edges = np.clip(edges + rng.normal(0, 1.5, len(edges)).round().clip(-4, 4).astype(int), 0, len(mask))
    moved = np.zeros(len(mask), np.float32)
    for start, end in edges.reshape(-1, 2):
        moved[start:end] = 1
    return moved
