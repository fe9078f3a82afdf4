"""METRICS C of a dialogue whose true motion is known: leak, lip vertex error, jitter and closures of both mouths."""

import numpy as np

from core.heads import Head, load
from core.motion import CHANNELS, MOTION_FPS, HeadMotion
from core.speech import features

from .. import HEADS, report
from ..dyad.motion_events import head_angles
from ..dyad.systems import Case
from .labels import from_phones
from .lip_curves import gap_mm, is_closed
from .lip_metrics import Closures, count_closures, leak, tremor

LIP_SHARE = 0.5  # of the mask, from which a vertex counts as lip
LEVEL = features.FEATURES["level"].start
EXPRESSION = CHANNELS["expression"]


def mouth_metrics(case: Case, motions: np.ndarray, truth: np.ndarray) -> tuple[dict[str, float], Closures]:
    """Leak, lip vertex error and jitter of one dialogue, mean of both people, and the counts of its closures.

    motions, truth: (2, T, 59)
    """
    rows, counts = [], Closures()
    for person, name in enumerate(HEADS):
        head = load(name)
        gap, true_gap = (gap_mm(head, HeadMotion(m[person])) for m in (motions, truth))
        speaking, partner = case.masks[person] >= 0.5, case.masks[1 - person] >= 0.5
        loudness = case.features[1 - person, :, LEVEL].astype(float)
        spread, correlation = leak(gap, speaking, ~speaking & partner, loudness)
        rows.append(
            {
                "leak": spread,
                "leak correlation": correlation,
                "LVE": report.known_mean(lip_vertex_error(head, motions[person], truth[person])[speaking]),
                "lip jitter": jitter(gap, true_gap),
            }
        )
        counts += count_closures(is_closed(head, gap), from_phones(case.phones[person]))
    means = {key: report.known_mean([row[key] for row in rows]) for key in rows[0]}
    return means | {"head jerk": jerk(motions) / max(jerk(truth), 1e-9)}, counts


def jitter(gap: np.ndarray, truth: np.ndarray) -> float:
    """Power of a lip gap (T,) above 8 Hz over that of the true gap."""
    return tremor(gap) / max(tremor(truth), 1e-12)


def lip_vertex_error(head: Head, motion: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(T,) mm, the largest distance of a lip vertex from its true place, in head coordinates; (T, 44 or more) each."""
    lips = np.flatnonzero(head.masks["lips"] >= LIP_SHARE)
    shapes = head.shapes[:, lips].reshape(len(head.shapes), -1)
    moved = (motion[:, EXPRESSION] - truth[:, EXPRESSION]) @ shapes
    return 1000 * np.linalg.norm(moved.reshape(len(motion), -1, 3), axis=-1).max(axis=1)


def jerk(motions: np.ndarray) -> float:
    """Root mean square of the third difference of both heads' angles, degrees / s^3, of (2, T, 59)."""
    return float(np.sqrt(np.square(np.diff(head_angles(motions), 3, axis=-1)).mean()) * MOTION_FPS**3)
