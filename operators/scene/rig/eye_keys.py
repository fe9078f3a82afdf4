"""Eyes that shape keys turn (eyeLookInLeft ...), on a rig that has no bones for them.

Where such an eye is, and how far each key turns it, is measured on the mesh: the vertex that the keys move most is
the front of the eyeball, and its three positions from in to out lie on a circle about the eyeball's centre.
"""

import bpy
import numpy as np

from ....core.errors import UserError
from ....core.heads import arkit
from ....core.motion import HeadMotion
from . import skeleton
from .skeleton import EYES

WAYS = ("Down", "Up", "In", "Out")
LEAST_TURN = np.radians(3)  # least rotation of a key that turns the eye


def measure(armature: bpy.types.Object) -> dict:
    """``left_eye`` and ``right_eye``, (3,) in the armature's units, and ``angles``, 8 radians as arkit.LOOK_NAMES.

    Raises UserError when the meshes of ``armature`` have no such keys, or these do not turn the eyes.
    """
    skeleton.evaluate(armature)
    middles, angles = {}, {}
    for side in ("Left", "Right"):
        rest, moved = _pupil(armature, side)
        middle = _circle_middle(rest, moved["In"], moved["Out"])
        for way in WAYS:
            angles[f"eyeLook{way}{side}"] = _angle(rest - middle, moved[way] - middle)
            if not angles[f"eyeLook{way}{side}"] > LEAST_TURN:
                raise UserError(
                    f'The shape key "eyeLook{way}{side}" of "{armature.name}" does not turn the eye. '
                    "Choose bones for both eyes, or correct the key."
                )
        middles[f"{side.lower()}_eye"] = middle.tolist()
    return {**middles, "angles": [angles[name] for name in arkit.LOOK_NAMES]}


def values(armature: bpy.types.Object, motion: HeadMotion) -> dict[str, np.ndarray]:
    """Values (S,) of the keys that turn the eyes of ``armature``, by ARKit's names; nothing where bones turn them."""
    if EYES not in armature:
        return {}
    looks = arkit.eye_look_values(motion.rotation, np.array(armature[EYES]["angles"]))
    return dict(zip(arkit.LOOK_NAMES, looks.T, strict=True))


def _pupil(armature: bpy.types.Object, side: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(3,) the front of an eyeball, in the armature's axes and units, and where each of WAYS moves it."""
    longest, found = 0.0, None
    for thing in skeleton.meshes(armature):
        rest, moved = _moved(thing, side)
        if not moved:
            continue
        reach = sum(np.linalg.norm(points - rest, axis=1) for points in moved.values())
        if reach.max() > longest:
            longest, front = reach.max(), reach.argmax()
            into = np.array(armature.matrix_world.inverted_safe() @ thing.matrix_world)
            place, *places = (into[:3, :3] @ points[front] + into[:3, 3] for points in (rest, *moved.values()))
            found = place, dict(zip(moved, places, strict=True))
    if found is None:
        raise UserError(
            f'No bone is chosen for the {side.lower()} eye of "{armature.name}", and no shape keys turn it '
            f"(eyeLookIn{side} and the other three). Choose a bone, or rename the keys."
        )
    return found


def _moved(thing: bpy.types.Object, side: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The points (V, 3) of a mesh at rest and as each of WAYS moves them; nothing where one of the four is missing."""
    keys = thing.data.shape_keys
    theirs = arkit.spelled(keys.key_blocks.keys()) if keys else {}
    names = {way: theirs.get(f"eyeLook{way}{side}") for way in WAYS}
    if not all(names.values()):
        return np.empty((0, 3)), {}
    return _points(keys.reference_key), {way: _points(keys.key_blocks[name]) for way, name in names.items()}


def _points(key: bpy.types.ShapeKey) -> np.ndarray:
    """(V, 3) in the mesh's own axes."""
    points = np.empty(3 * len(key.data), np.float32)
    key.data.foreach_get("co", points)
    return points.reshape(-1, 3).astype(float)


def _circle_middle(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """(3,) the middle of the circle through three points; far away where they lie on a line."""
    ab, ac = b - a, c - a
    across = np.cross(ab, ac)
    twice = 2 * max(across @ across, 1e-30)
    return a + (np.cross(across, ab) * (ac @ ac) + np.cross(ac, across) * (ab @ ab)) / twice


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    """Radians between two directions."""
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))
