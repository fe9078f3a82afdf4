"""The two heads of a scene: adding them, finding them again, where they stand.

A participant is an armature object that carries the properties below; its transform is the head's rest pose in the
room: origin between the eyes, looking along its own -Y. The face, hair and clothes are its children.
"""

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ....core.errors import UserError
from ....core.gaze import Geometry
from ....core.heads import JOINT_NAMES, Head, arkit
from ....core.heads import load as load_head
from ....core.layout import LIMITS, Layout, room_poses
from ..stage import stage
from ..take import keyframes
from . import clothes, eye_keys, hair, head_mesh, materials, skeleton

PARTICIPANT = "dyad_participant"  # property of the armature: "A" or "B"
HEAD = "dyad_head"  # property of the armature: which head it is, as core.heads.load knows it
SLOTS = "AB"
COLLECTION = "Dyad"

PARENTS = {"neck": "root", "head": "neck", "jaw": "head", "left_eye": "head", "right_eye": "head"}
BONE_LENGTHS = {"root": 0.08, "neck": 0.07, "head": 0.12, "jaw": 0.06, "left_eye": 0.03, "right_eye": 0.03}  # m
# Which way an eye turns for each lid shape: Euler channel (Y, X, Z order: yaw and pitch exactly) and sign for the left
LID_TURNS = {"Down": ("ROT_X", 1), "Up": ("ROT_X", -1), "In": ("ROT_Z", -1), "Out": ("ROT_Z", 1)}


def add_head(name: str, slot: str | int, head: Head | str | Path, pose: np.ndarray) -> bpy.types.Object:
    """Add a head with hair and clothes to the current scene.

    name:    of the armature; the other objects are named after it
    slot:    "A" or "B" (or 0 or 1); the rig that was this person before is released
    head:    a loaded head, or its name or file
    pose:    (4, 4) rest axes to world, metres
    returns: the armature object
    """
    origin = head.name if isinstance(head, Head) else str(head)
    head = head if isinstance(head, Head) else load_head(head)
    slot = SLOTS[slot] if isinstance(slot, int) else slot
    scene = bpy.context.scene
    collection = _collection(scene)
    for other in [thing for thing in scene.objects if thing.get(PARTICIPANT) == slot]:
        del other[PARTICIPANT]
    twin = any(PARTICIPANT in other and other.get(HEAD) == origin for other in scene.objects)
    colors = materials.palette(head.name, twin)
    armature = _add_armature(name, head, collection)
    armature[PARTICIPANT], armature[HEAD] = slot, origin
    armature.matrix_world = Matrix(np.asarray(pose, float).tolist())
    _add_face(armature, head, colors, collection)
    clothes.add(armature, head, colors, collection)
    hair.add(armature, head, colors, collection)
    pair = find_pair(scene)
    if pair:
        stage.add(scene, pair_poses(pair), collection)
    return armature


def find_pair(scene: bpy.types.Scene) -> tuple[bpy.types.Object, bpy.types.Object] | None:
    """The armatures of A and B in ``scene``, or None while one of them is missing."""
    found = participants(scene)
    return (found["A"], found["B"]) if set(found) >= set(SLOTS) else None


def participants(scene: bpy.types.Scene) -> dict[str, bpy.types.Object]:
    """The armatures of those that are there, by "A" and "B"."""
    return {thing[PARTICIPANT]: thing for thing in scene.objects if PARTICIPANT in thing and thing.type == "ARMATURE"}


def use_rig(armature: bpy.types.Object, slot: str, head: str, bones: dict[str, str]) -> list[str]:
    """Use a rig of the user as "A" or "B": its bones as in skeleton.choose, and all shape keys with ARKit's names.

    Without bones for the eyes their shape keys turn them (eyeLookInLeft ...).

    head:    which of our heads it is closest to; takes are generated for that one and aimed for this rig
    returns: ARKit's names that it has no shape key for
    Raises UserError when it has no jawOpen, or its bones do not make a head.
    """
    names = [name for keys in keyframes.face_keys(armature) for name in keys.key_blocks.keys()]
    missing = arkit.missing(names)
    if "jawOpen" in missing:
        raise UserError(
            f'The meshes of "{armature.name}" have no shape key "jawOpen", nor {len(missing) - 1} more of ARKit\'s. '
            "Parent a face with ARKit shape keys to it, or give the face an Armature modifier, "
            "and name its keys like jawOpen or jaw_open."
        )
    has_eye_bones = any(bones.get(joint) for joint in skeleton.SIDES)
    skeleton.choose(armature, bones, None if has_eye_bones else eye_keys.measure(armature))
    for scene in armature.users_scene:
        other = participants(scene).get(slot)
        if other:
            del other[PARTICIPANT]
    armature[PARTICIPANT], armature[HEAD] = slot, head
    for keys in keyframes.face_keys(armature):
        for name in arkit.spelled(keys.key_blocks.keys()).values():
            keys.key_blocks[name].slider_max = max(
                keys.key_blocks[name].slider_max, 1.0
            )  # the slider range clamps F-curves too
    return missing


def release(armature: bpy.types.Object) -> None:
    """Stop using a rig as A or B; baked keyframes stay."""
    for name in (PARTICIPANT, HEAD):
        if name in armature:
            del armature[name]
    skeleton.forget(armature)


def head_name(armature: bpy.types.Object) -> str:
    """Which head this is: what core.heads.load takes."""
    return armature.get(HEAD, "")


def face(armature: bpy.types.Object) -> bpy.types.Object:
    """The mesh with the shape keys under an armature."""
    return next(child for child in armature.children if child.type == "MESH" and child.data.shape_keys)


def pair_poses(pair) -> np.ndarray:
    """(2, 4, 4) present poses of both heads: rest axes to world, metres, rigid."""
    skeleton.evaluate(*pair)
    return np.stack([_rigid(armature.matrix_world @ Matrix(skeleton.rest(armature).tolist())) for armature in pair])


def place_pair(pair, layout: Layout) -> None:
    """Move both heads to ``layout``, about the midpoint between them and without exchanging their sides of the picture.

    Their place in the world and the direction of the line between them stay as the user set them.
    """
    room = stage.room_of(pair_poses(pair))
    for armature, pose in zip(pair, room_poses(layout), strict=True):
        scale = Matrix.Diagonal((*_world(armature).to_scale(), 1.0))
        own = Matrix(skeleton.rest(armature).tolist()).inverted()
        armature.matrix_world = Matrix((room @ pose).tolist()) @ scale @ own
    for scene in pair[0].users_scene:
        stage.follow(scene, pair_poses(pair))


def read_layout(poses: np.ndarray, start: Layout) -> Layout:
    """The layout of two heads at ``poses`` (2, 4, 4); contact and mood, which poses do not contain, from ``start``."""
    room = stage.room_of(poses)
    local = np.linalg.inv(room) @ poses
    across = local[1, :2, 3] - local[0, :2, 3]  # from A to B in the room's frame; along X
    swapped = bool(across[0] < 0)
    values = {"distance": np.linalg.norm(across)}
    for letter, pose, towards in zip("ab", local, (across, -across), strict=True):
        looks = -pose[:2, 1]
        turn = np.arctan2(looks[1], looks[0]) - np.arctan2(towards[1], towards[0])
        values[f"facing_{letter}"] = np.degrees((turn + np.pi) % (2 * np.pi) - np.pi)
        values[f"height_{letter}"] = pose[2, 3]
    fitting = {name: float(np.clip(round(float(v), 4), *LIMITS[name])) + 0.0 for name, v in values.items()}
    return replace(start, **fitting, swapped=swapped)


def geometry(armature: bpy.types.Object) -> Geometry:
    """Where the joints are at rest, in metres, for aiming the gaze; a scaled rig has scaled joints."""
    scale = np.array(_world(armature).to_scale())
    return Geometry(**{joint: skeleton.joint_place(armature, joint) * scale for joint in skeleton.JOINTS})


def _world(thing: bpy.types.Object) -> Matrix:
    """The object's present transform, also when the scene was not evaluated since it moved."""
    skeleton.evaluate(thing)
    return thing.matrix_world


def _rigid(world: Matrix) -> np.ndarray:
    """The same place and orientation without scale or shear."""
    place, turn, _ = world.decompose()
    return np.array(Matrix.LocRotScale(place, turn, None))


def _collection(scene: bpy.types.Scene) -> bpy.types.Collection:
    """Our collection of ``scene``."""
    for collection in scene.collection.children:
        if collection.name.split(".")[0] == COLLECTION:
            return collection
    collection = bpy.data.collections.new(COLLECTION)
    scene.collection.children.link(collection)
    return collection


def _add_armature(name: str, head: Head, collection: bpy.types.Collection) -> bpy.types.Object:
    """The bones: all along +Y with roll 0, so that their axes are the head's own and a pose is the motion's numbers."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    armature.data.display_type = "STICK"
    collection.objects.link(armature)
    layer = bpy.context.view_layer
    if layer.objects.active and layer.objects.active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    before = layer.objects.active
    layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for joint, place in zip(JOINT_NAMES, head.joints.astype(float), strict=True):
        bone = armature.data.edit_bones.new(joint)
        bone.head, bone.tail, bone.roll = place, place + [0, BONE_LENGTHS[joint], 0], 0.0
        if joint in PARENTS:
            bone.parent = armature.data.edit_bones[PARENTS[joint]]
    bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = before
    return armature


def _add_face(armature, head: Head, colors: materials.Palette, collection: bpy.types.Collection) -> None:
    """The mesh with its shape keys, deformed by the armature, the lids following the eyes."""
    name = f"{armature.name} face"
    body = bpy.data.objects.new(name, head_mesh.head_mesh(head, name, colors))
    collection.objects.link(body)
    body.parent = armature
    head_mesh.add_weights(body, head)
    head_mesh.add_shape_keys(body, head)
    deform = body.modifiers.new("Armature", "ARMATURE")
    deform.object = armature
    smooth = body.modifiers.new("Smooth", "SUBSURF")
    smooth.levels, smooth.render_levels = 0, 1
    for lid, angle in zip(head.lid_names, head.lid_angles, strict=True):
        _drive_lid(body.data.shape_keys, lid, float(angle), armature)


def _drive_lid(keys: bpy.types.Key, lid: str, full_angle: float, armature: bpy.types.Object) -> None:
    """Let one lid shape follow its eye: eye angle over ``full_angle`` (radians), less what a blink has closed.

    Written as what Blender calls a simple expression: it needs no Python and so runs in files that may not run any.
    """
    side = "Left" if lid.endswith("Left") else "Right"
    channel, sign = LID_TURNS[lid.removeprefix("eyeLook").removesuffix(side)]
    if channel == "ROT_Z" and side == "Right":
        sign = -sign
    driver = keys.key_blocks[lid].driver_add("value").driver
    turn, blink = driver.variables.new(), driver.variables.new()
    turn.name, turn.type = "turn", "TRANSFORMS"
    target = turn.targets[0]
    target.id, target.bone_target = armature, f"{side.lower()}_eye"
    target.transform_type, target.transform_space, target.rotation_mode = channel, "LOCAL_SPACE", "YXZ"
    blink.name, blink.type = "blink", "SINGLE_PROP"
    blink.targets[0].id_type = "KEY"
    blink.targets[0].id = keys
    blink.targets[0].data_path = f'key_blocks["eyeBlink{side}"].value'
    driver.expression = f"min(max(turn * {sign / full_angle:.6f}, 0), 1) * (1 - blink)"
