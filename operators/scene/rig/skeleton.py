"""Which bones of an armature are neck, head and eyes, and in which axes its head rests.

Our own heads have bones of these names and rest in the axes of core: origin between the eyes, looking along -Y. A
user's rig has any bone names and any rest pose: the chosen bones are stored on the armature.
"""

import re

import bpy
import numpy as np

from ....core.errors import UserError

EYES = "dyad_eyes"  # property of an armature whose eyes shape keys turn: see eye_keys.py
BONES = "dyad_bones"  # property of an armature that is not ours: the bone's name for each joint
JOINTS = ("neck", "head", "left_eye", "right_eye")  # in the order of HeadMotion.rotation
LABELS = {"head": "head", "left_eye": "left eye", "right_eye": "right eye", "neck": "neck"}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]")
SIDES = {"left_eye": {"l", "left"}, "right_eye": {"r", "right"}}
OTHER_BONES = set("lid lids brow target lash master socket top end ik parent".split())  # not the joint itself
CLOSEST = 1e-6  # armature units; eyes nearer than this are one


def choose(armature: bpy.types.Object, bones: dict[str, str], eyes: dict | None = None) -> None:
    """Animate ``armature`` by these bones: head, left_eye, right_eye and, where there is one, neck.

    eyes: what eye_keys.measure returns for a rig that has no bones for them
    Raises UserError when one is missing or they do not make a head.
    """
    for joint in ("head", *(() if eyes else SIDES)):
        if not bones.get(joint):
            raise UserError(f'No bone is chosen for the {LABELS[joint]} of "{armature.name}". Choose one.')
    for joint, name in bones.items():
        if name and name not in armature.data.bones:
            raise UserError(f'The armature "{armature.name}" has no bone "{name}". Choose a {LABELS[joint]} bone.')
    chain = [("left_eye", "head"), ("right_eye", "head"), ("head", "neck")]
    for child, parent in (link for link in chain if all(map(bones.get, link))):
        if armature.data.bones[bones[parent]] not in armature.data.bones[bones[child]].parent_recursive:
            raise UserError(
                f'The bone "{bones[child]}" does not move with "{bones[parent]}". '
                f"Parent the {LABELS[child]} to the {LABELS[parent]}, or choose another bone."
            )
    _axes(_places(armature, bones, eyes))  # raises UserError when they make no head
    forget(armature)
    armature[BONES] = {joint: name for joint, name in bones.items() if name}
    if eyes:
        armature[EYES] = eyes


def forget(armature: bpy.types.Object) -> None:
    """Undo :func:`choose`."""
    for name in (BONES, EYES):
        if name in armature:
            del armature[name]


def meshes(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that are children of ``armature`` or deformed by it; each once."""
    deformed = [
        thing
        for scene in armature.users_scene
        for thing in scene.objects
        if any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in thing.modifiers)
    ]
    return [thing for thing in dict.fromkeys([*armature.children_recursive, *deformed]) if thing.type == "MESH"]


def evaluate(*objects: bpy.types.Object) -> None:
    """Bring the world transforms of ``objects`` up to date: evaluates one view layer, where one contains them all."""
    for layer in dict.fromkeys(map(_view_layer, objects)):
        layer.update()


def _view_layer(thing: bpy.types.Object) -> bpy.types.ViewLayer:
    """A view layer that contains ``thing``, the current one if possible."""
    current = bpy.context.view_layer
    layers = [current, *(layer for scene in thing.users_scene for layer in scene.view_layers)]
    return next((layer for layer in layers if layer.objects.get(thing.name) == thing), current)


def guess(armature: bpy.types.Object) -> dict[str, str]:
    """The bones whose names resemble those of the joints; empty where none does."""
    found = dict.fromkeys(JOINTS, "")
    for name in sorted(armature.data.bones.keys(), key=len):  # "head" before "MCH-head"
        joint = _sounds_like(name)
        if joint and not found[joint]:
            found[joint] = name
    return found


def bone(armature: bpy.types.Object, joint: str) -> bpy.types.PoseBone | None:
    """The bone of one of JOINTS; None for the neck of a rig that has none."""
    name = armature[BONES].get(joint, "") if BONES in armature else joint
    return armature.pose.bones.get(name)


def rest(armature: bpy.types.Object) -> np.ndarray:
    """(4, 4) rigid, from the axes of core to the armature's own, in the armature's units."""
    if BONES not in armature:
        return np.eye(4)
    return _axes(_places(armature, armature[BONES], armature.get(EYES)))


def rest_axes(armature: bpy.types.Object, joint: str) -> np.ndarray:
    """(3, 3) rest orientation of the joint's bone in the axes of core: columns are the bone's own axes."""
    own = np.array(bone(armature, joint).bone.matrix_local.to_3x3())
    return rest(armature)[:3, :3].T @ own


def joint_place(armature: bpy.types.Object, joint: str) -> np.ndarray:
    """(3,) rest position of the joint in the axes of core, in the armature's units; without a neck that of the head."""
    bones = armature[BONES] if BONES in armature else dict(zip(JOINTS, JOINTS, strict=True))
    places, into_core = _places(armature, bones, armature.get(EYES)), np.linalg.inv(rest(armature))
    return into_core[:3, :3] @ places.get(joint, places["head"]) + into_core[:3, 3]


def _places(armature: bpy.types.Object, bones, eyes) -> dict[str, np.ndarray]:
    """Rest positions of the existing joints, (3,) each in the armature's axes and units."""
    places = {joint: np.array(armature.data.bones[bones[joint]].head_local) for joint in JOINTS if bones.get(joint)}
    return places | ({joint: np.array(eyes[joint]) for joint in SIDES} if eyes else {})


def _axes(place: dict[str, np.ndarray]) -> np.ndarray:
    """(4, 4) the head's rest axes in the armature's: +X to the own left eye, +Z as near to the armature's as can be."""
    middle, across = (place["left_eye"] + place["right_eye"]) / 2, place["left_eye"] - place["right_eye"]
    width = np.linalg.norm(across)
    if width < CLOSEST:
        raise UserError("Both eye bones begin in one place. Put each bone's head into the middle of its eyeball.")
    left = across / width
    upright = np.array([0.0, 0.0, 1.0]) - left * left[2]
    if np.linalg.norm(upright) < 0.1:
        raise UserError("One eye is above the other. Rotate the rig until its head is upright along Z, and apply that.")
    upright /= np.linalg.norm(upright)
    back = np.cross(upright, left)
    if (middle - place["head"]) @ back > 0:
        raise UserError("The eyes are behind the head's bone. Left and right are the character's own: swap the two.")
    axes = np.eye(4)
    axes[:3, :3], axes[:3, 3] = np.stack([left, back, upright], axis=1), middle
    return axes


def _sounds_like(name: str) -> str | None:
    """The joint that a bone's name means, or None."""
    words = {word.lower() for word in WORD.findall(name)}
    if words & OTHER_BONES:
        return None
    if "eye" in words:
        sides = [joint for joint, words_of_side in SIDES.items() if words & words_of_side]
        return sides[0] if len(sides) == 1 else None
    return next((joint for joint in ("head", "neck") if joint in words), None)
