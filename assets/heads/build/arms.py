"""Lowers the arms of hm08's A-pose at the shoulders."""

import numpy as np

from .source import Source

ARM_TURN = np.radians(29)  # from the A-pose to arms at the sides


def arms_down(source: Source, neutral: np.ndarray) -> np.ndarray:
    """The body (N, 3) with the arms lowered, skinned about the shoulder joints."""
    posed = neutral.copy()
    for side, sign in (("L", 1), ("R", -1)):
        # each vertex turns by its own share of the angle: blending two places would make the armpit collapse
        angle = sign * ARM_TURN * bone_share(source, f"upperarm01.{side}")
        joint = source.cube(neutral, f"joint-{side.lower()}-shoulder")
        x, z = (neutral - joint)[:, 0], (neutral - joint)[:, 2]
        posed[:, 0] += np.cos(angle) * x + np.sin(angle) * z - x
        posed[:, 2] += np.cos(angle) * z - np.sin(angle) * x - z
    return posed


def bone_share(source: Source, *bones: str) -> np.ndarray:
    """(N,) summed skinning weights of the bones and their descendants, in [0, 1]."""
    names = {name for bone in bones for name in descendants(source, bone)}
    return sum(source.bone_weights[name] for name in sorted(names))


def descendants(source: Source, bone: str) -> list[str]:
    """``bone`` and every bone below it."""
    found = [bone]
    for name in found:
        found += [child for child, parent in source.bones.items() if parent == name]
    return found
