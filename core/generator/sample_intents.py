"""Intents of both people, sampled from a trained network: units, in-painting, requested shares of eye contact."""

from collections.abc import Callable

import numpy as np

from ..gaze import CONTACT_COLUMN
from ..postprocess.face_limits import within_limits
from . import ddim, initial_noise, posture_gesture
from .checkpoint import Checkpoint
from .condition import CONTACT, OWN_MASK, PARTNER, distance
from .noise_schedule import STEPS
from .window_averaging import WINDOW

# Eye contact with a partner further behind the shoulders than this (component of a unit vector) is not corrected: the
# head does not turn that far.
FARTHEST_BACK = np.sin(np.radians(20))


def sample_intents(
    model: Checkpoint,
    condition: np.ndarray,
    seed: int,
    known: tuple[np.ndarray, np.ndarray] | None = None,
    progress: Callable[[float], None] = lambda share: None,
    *,
    guidance: float = ddim.GUIDANCE,
    steps: int = STEPS,
) -> np.ndarray:
    """Sample the intents of both people.

    condition: (2, T, K) from core/generator/condition.py
    known:     (2, T, 56) intents, and bool, which of them are kept; None keeps nothing
    returns:   (2, T, 56) float32, columns as in gaze.INTENT_CHANNELS, within the limits of a face
    """
    width, kept = len(model.mean), {}
    if known is not None:
        kept = {"given": to_z(model, known[0]), "mask": _mask(model, known[1])}
    means, parts = contact_means(model, condition, known)
    speaking = condition[..., OWN_MASK]
    sampled = ddim.sample(
        ddim.predictor(model.denoise, condition, guidance),
        condition.shape[1],
        initial_noise.slow_columns(width),
        seed=seed,
        steps=steps,
        noise_scale=lambda cut: initial_noise.noise_scale_of(speaking[:, cut], width),
        means=means,
        parts=parts,
        progress=progress,
        **kept,
    )
    return from_z(model, sampled, distance(condition))


def to_z(model: Checkpoint, intents: np.ndarray) -> np.ndarray:
    """Intents (2, T, 56) as the columns of ``model``, in units of its training set: (2, T, 56 or 62) float32."""
    columns = posture_gesture.split(intents) if _separates(model) else intents
    return np.float32((columns - model.mean) / model.std)


def from_z(model: Checkpoint, columns: np.ndarray, distance: float) -> np.ndarray:
    """Inverse of :func:`to_z` for predicted ``columns``, within the limits of a face; ``columns`` is overwritten.

    distance: m, to the partner
    """
    columns *= model.std
    columns += model.mean
    return within_limits(posture_gesture.join(columns) if _separates(model) else columns, distance)


def _mask(model: Checkpoint, mask: np.ndarray) -> np.ndarray:
    """A mask of intents (2, T, 56) for the columns of ``model``: gestures are kept where their turns are."""
    return np.concatenate([mask, mask[..., posture_gesture.TURNS]], axis=-1) if _separates(model) else mask


def _separates(model: Checkpoint) -> bool:
    return len(model.mean) == posture_gesture.WIDTH


def contact_means(
    model: Checkpoint, condition: np.ndarray, known: tuple[np.ndarray, np.ndarray] | None
) -> tuple[np.ndarray, np.ndarray]:
    """The mean contact that ``condition`` (2, T, K) requests in each part of the recording with the same request.

    It is free (NaN) in parts shorter than half a window, for who would have to look behind, and for a person of whom
    anything is kept.
    returns: (P, 2, 56 or 62) z units, and (T,) int64, the part of each frame
    """
    requested = condition[..., CONTACT].astype(np.float32)  # (2, T)
    changes = np.flatnonzero((np.diff(requested) != 0).any(axis=0)) + 1
    parts = np.zeros(requested.shape[1], np.int64)
    parts[changes] = 1
    parts = parts.cumsum()
    starts, lengths = np.insert(changes, 0, 0), np.bincount(parts)
    means = np.full((len(starts), 2, len(model.mean)), np.nan, np.float32)
    means[..., CONTACT_COLUMN] = (requested[:, starts].T - model.mean[CONTACT_COLUMN]) / model.std[CONTACT_COLUMN]
    means[(lengths < WINDOW // 2) & (len(lengths) > 1)] = np.nan
    means[:, condition[..., PARTNER.start + 1].mean(axis=1, dtype=np.float32) > FARTHEST_BACK] = np.nan
    if known is not None:
        means[:, known[1].any(axis=(1, 2))] = np.nan
    return means, parts
