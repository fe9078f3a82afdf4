"""Whether a take still fits its scene, or needs Re-aim Gaze or Generate Dyad after a prompt, a mood or a move."""

import json
from dataclasses import dataclass

import numpy as np

from ....core.layout import MOOD, Layout, room_poses
from . import takes

# Degrees between where the partner was and is, seen from the own body. Up to here eyes and neck can compensate; beyond,
# a body and neck animated for another direction look wrong even when the eyes are aimed exactly.
MOST_REAIMED = 30.0
GAZE_ERROR = 1.0  # degrees; smaller errors are not reported
DISTANCE_CHANGE = 0.15  # log ratio; smaller changes do not show in the convergence of the eyes
MOOD_CHANGE = 0.1


@dataclass(frozen=True)
class Advice:
    """The button to press, "reaim" or "generate", and the reason as a sentence without a full stop."""

    button: str
    reason: str


def advise(settings, poses: np.ndarray) -> Advice | None:
    """What the active take of a scene's ``settings`` needs; None while it fits, and without a take.

    poses: (2, 4, 4) where both heads are, rest axes to world, metres
    """
    if not (settings.active_take and settings.active_take.layout):
        return None
    take_layout, current = Layout(**json.loads(settings.active_take.layout)), takes.between(poses)
    turned = _turned(takes.between(room_poses(take_layout)), current)
    if max(turned) > MOST_REAIMED:
        name = "AB"[int(np.argmax(turned))]
        return Advice("generate", f"For {name}, the partner is {max(turned):.0f}° from where this take expects")
    for name in MOOD:
        if abs(getattr(settings, name) - getattr(take_layout, name)) > MOOD_CHANGE:
            label = settings.bl_rna.properties[name].name
            return Advice("generate", f'"{label}" has changed since this take was generated')
    aimed = np.reshape(settings.aimed_pose, (4, 4))
    distance_ratio = np.linalg.norm(current[:3, 3]) / max(np.linalg.norm(aimed[:3, 3]), 1e-6)
    if max(_turned(aimed, current)) > GAZE_ERROR or abs(np.log(max(distance_ratio, 1e-6))) > DISTANCE_CHANGE:
        return Advice("reaim", "The heads have moved: they no longer meet each other's eyes")
    return None


def _turned(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """Degrees between where the partner was and is, for A and for B, each from the own body.

    before, after: (4, 4) B's rest pose in A's rest axes
    """
    return tuple(
        float(np.degrees(np.arccos(np.clip(_direction(old) @ _direction(new), -1, 1))))
        for old, new in ((before, after), (np.linalg.inv(before), np.linalg.inv(after)))
    )


def _direction(pose: np.ndarray) -> np.ndarray:
    return pose[:3, 3] / max(np.linalg.norm(pose[:3, 3]), 1e-9)
