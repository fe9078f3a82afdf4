"""What a take asks for after a prompt, a mood or a hand has changed its scene: nothing, Re-aim, or Generate again."""

import json
from dataclasses import dataclass

import bpy
import numpy as np

from ....core.layout import Layout, room_poses
from ..rig import rigs
from . import takes

# Degrees by which the partner is elsewhere, seen from the own body. Up to here heads and eyes can make up for it;
# beyond, bodies and necks that were made for another place look wrong, however well the eyes are aimed.
TURNED_MUCH = 30.0
MISSED = 1.0  # degrees by which a gaze may miss before that is worth saying
NEARER = 0.15  # share of the distance, for the eyes' convergence
MOOD_CHANGED = 0.1
MOODS = {"contact_a": "How much A looks", "contact_b": "How much B looks", "energy": "Energy", "warmth": "Warmth"}


@dataclass(frozen=True)
class Advice:
    """Which button to press, "reaim" or "generate", and why."""

    button: str
    reason: str


def advice(scene: bpy.types.Scene) -> Advice | None:
    """What the take that ``scene`` shows asks for; None while it fits, and without a take or heads."""
    settings, pair = scene.dyad, rigs.find_pair(scene)
    if not (pair and settings.shown and settings.shown.layout):
        return None
    made_for = Layout(**json.loads(settings.shown.layout))
    there = takes.between(rigs.pair_poses(pair))
    turned = _turned(takes.between(room_poses(made_for)), there)
    if max(turned) > TURNED_MUCH:
        name = "AB"[int(np.argmax(turned))]
        return Advice("generate", f"{name} stands {max(turned):.0f}° off this take: the bodies must act differently")
    for name, said in MOODS.items():
        if abs(getattr(settings, name) - getattr(made_for, name)) > MOOD_CHANGED:
            return Advice("generate", f"{said} is not as in this take")
    aimed_at = np.reshape(settings.aimed_at, (4, 4))
    nearer = np.linalg.norm(there[:3, 3]) / max(np.linalg.norm(aimed_at[:3, 3]), 1e-6)
    if max(_turned(aimed_at, there)) > MISSED or abs(np.log(max(nearer, 1e-6))) > NEARER:
        return Advice("reaim", "The heads were moved: the gaze misses")
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
