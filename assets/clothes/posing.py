"""Lowers the arms of hm08's A-pose at shoulders and elbows."""

import numpy as np

from ..heads.build.arms import arms_down, bone_share
from ..heads.build.source import Source

ELBOW_DEGREES = 28.0  # the forearms turn back from hm08's reach


def lower_arms(source: Source, body: np.ndarray) -> np.ndarray:
    """hm08's vertices (N, 3) with both arms lowered; the shoulders equal those of the head's skin."""
    for side in "LR":
        elbow = source.cube(body, f"joint-{side.lower()}-elbow")
        body = _turn(body, bone_share(source, f"lowerarm01.{side}"), elbow, (1, 0, 0), ELBOW_DEGREES)
    return arms_down(source, body)


def _turn(points: np.ndarray, weight: np.ndarray, pivot: np.ndarray, axis: tuple, degrees: float) -> np.ndarray:
    """Turn points (N, 3) about a unit axis through ``pivot`` by each one's weight (N,) of the angle."""
    angle, axis = np.radians(degrees) * weight[:, None], np.array(axis, float)
    arm = points - pivot
    turned = (
        arm * np.cos(angle) + np.cross(axis, arm) * np.sin(angle) + np.outer(arm @ axis, axis) * (1 - np.cos(angle))
    )
    return pivot + turned
