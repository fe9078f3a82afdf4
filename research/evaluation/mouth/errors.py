"""METRICS C on a test set whose true motion is known: what the mouths of two people do beside what they should."""

import numpy as np

from core.heads import Head, lip_gap, load
from core.motion import CHANNELS, MOTION_FPS, HeadMotion
from core.speech import features

from ..dyad.events import head_angles
from ..dyad.systems import HEADS, Case
from .events import Closures, count_closures, leak, tremor
from .labels import from_phones

SEALED = 0.5e-3  # m of lip gap
SEALED_SHARE = 0.03  # of the full opening
LIP_SHARE = 0.5  # of the mask at which a vertex counts as lip
LEVEL = features.FEATURES["level"].start


def mouths(case: Case, motions: np.ndarray, truth: np.ndarray) -> tuple[dict[str, float], Closures]:
    """Leak, lip error and jitter of one dialogue, and the counts of its closures.

    motions, truth: (2, T, 59)
    """
    rows, counts = [], Closures()
    for person, name in enumerate(HEADS):
        head = load(name)
        gap, true_gap = (lip_gap(head, HeadMotion(m[person])) for m in (motions, truth))
        speaking, partner = case.masks[person] >= 0.5, case.masks[1 - person] >= 0.5
        loudness = case.features[1 - person, :, LEVEL].astype(float)
        spread, correlation = leak(gap, speaking, ~speaking & partner, loudness)
        rows.append(
            {
                "leak": spread,
                "leak correlation": correlation,
                "LVE": lip_error(head, motions[person], truth[person])[speaking].mean() if speaking.any() else np.nan,
                "lip jitter": tremor(gap) / max(tremor(true_gap), 1e-12),
            }
        )
        closed = gap <= max(SEALED, SEALED_SHARE * head.full_opening)
        counts += count_closures(closed, from_phones(case.phones[person]))
    found = {key: _mean([row[key] for row in rows]) for key in rows[0]}
    return found | {"head jerk": jerk(motions) / max(jerk(truth), 1e-9)}, counts


def lip_error(head: Head, motion: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(T,) mm, the largest distance of a lip vertex from where it should be, in head coordinates; (T, 59) each."""
    lips = np.flatnonzero(head.masks["lips"] >= LIP_SHARE)
    moved = (motion - truth)[:, CHANNELS["expression"]] @ head.shapes[:, lips].reshape(len(head.shapes), -1)
    return 1000 * np.linalg.norm(moved.reshape(len(motion), -1, 3), axis=-1).max(axis=1)


def jerk(motions: np.ndarray) -> float:
    """Root mean square of the third difference of both heads' angles, degrees / s^3, of (2, T, 59)."""
    return float(np.sqrt(np.square(np.diff(head_angles(motions), 3, axis=-1)).mean()) * MOTION_FPS**3)


def _mean(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
