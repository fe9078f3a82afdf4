"""Bake motion onto a head's shape keys and bones: whole F-curves, in an NLA track below the user's action.

The take is the bottom NLA track. The active action is the user's: its keyframes are added on top of the take (ADD for
shape keys, COMBINE for bones) and are unchanged by every new bake.
"""

import bpy
import numpy as np

from ....core.heads import arkit
from ....core.motion import EXPRESSION_NAMES, HeadMotion
from ....core.resample import continuous_quaternions
from ....core.rotation import axis_angle_to_matrix, matrix_to_axis_angle
from ..rig import eye_keys, skeleton
from ..rig.skeleton import JOINTS

TRACK = "Dyad"
LINEAR = 1  # Keyframe.interpolation; as uint8 foreach_set is 15 times faster than with the enum's names


def bake(armature: bpy.types.Object, motion: HeadMotion, start_frame: float) -> None:
    """Replace the take on ``armature`` and on the shape keys of the meshes under it.

    motion:      at scene frames per second; one key a row, the first on ``start_frame``
    start_frame: scene frames
    """
    frames = start_frame + np.arange(len(motion), dtype=np.float32)
    shapes = dict(zip(EXPRESSION_NAMES, motion.expression.T, strict=True)) | eye_keys.values(armature, motion)
    for keys in face_keys(armature):
        curves, theirs = _curves_of(keys, armature.name), arkit.spelled(keys.key_blocks.keys())
        for name, values in shapes.items():
            if name in theirs:
                _add_curve(
                    curves, f'key_blocks["{bpy.utils.escape_identifier(theirs[name])}"].value', 0, frames, values
                )
        _fit_strip(keys, frames)
    _bake_bones(armature, motion, frames)


def face_keys(armature: bpy.types.Object) -> list[bpy.types.Key]:
    """The shape keys of the children of ``armature``, or of what it deforms, that have one of our names, each once."""
    found = {}
    for thing in skeleton.meshes(armature):
        keys = thing.data.shape_keys
        if keys and arkit.spelled(keys.key_blocks.keys()):
            found[keys.name] = keys
    return list(found.values())


def has_own_keys(armature: bpy.types.Object) -> bool:
    """Whether the user has keyframes on this head: an active action above the take."""
    blocks = [armature, *face_keys(armature)]
    return any(block.animation_data and block.animation_data.action for block in blocks)


def actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """Those that hold the take on ``armature`` and its shape keys."""
    tracks = map(_track, [armature, *face_keys(armature)])
    return [strip.action for track in tracks if track for strip in track.strips if strip.action]


def take_range(armature: bpy.types.Object) -> tuple[float, float] | None:
    """First and last scene frame of the take on ``armature``, or None without a take."""
    track = _track(armature)
    return (track.strips[0].frame_start, track.strips[0].frame_end) if track and track.strips else None


def _bake_bones(armature: bpy.types.Object, motion: HeadMotion, frames: np.ndarray) -> None:
    curves = _curves_of(armature, armature.name)
    moved = [joint for joint in JOINTS if skeleton.bone(armature, joint)]
    rotation = motion.rotation if "neck" in moved else _neck_in_head(motion.rotation)
    quaternions = continuous_quaternions(rotation)  # (S, 4, 4)
    for joint in moved:
        bone, rests = skeleton.bone(armature, joint), skeleton.rest_axes(armature, joint)
        path = f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"]'
        bone.rotation_mode = "QUATERNION"
        group = curves.groups.new(bone.name)
        for index, values in enumerate(_in_bone_axes(rests, quaternions[:, JOINTS.index(joint)]).T):
            _add_curve(curves, f"{path}.rotation_quaternion", index, frames, values, group)
        if joint == moved[0]:  # all above it moves along
            metres = motion.translation / np.cbrt(abs(armature.matrix_world.determinant()))  # a scaled rig's own metres
            for index, values in enumerate((metres @ rests).T):  # rest axes to the bone's own: R^T t
                _add_curve(curves, f"{path}.location", index, frames, values, group)
    _fit_strip(armature, frames)


def _neck_in_head(rotation: np.ndarray) -> np.ndarray:
    """Rotations (S, 4, 3) with the neck's rotation moved to the head, for a rig without a neck bone."""
    turned = np.array(rotation)
    neck, head = (axis_angle_to_matrix(rotation[:, JOINTS.index(joint)]) for joint in ("neck", "head"))
    turned[:, JOINTS.index("head")] = matrix_to_axis_angle(neck @ head)
    return turned


def _in_bone_axes(rests: np.ndarray, quaternions: np.ndarray) -> np.ndarray:
    """Quaternions (S, 4) in the head's rest axes converted to the bone's own axes R (3, 3): R^-1 Q R.

    Only the axis changes, so signs that are continuous remain so.
    """
    return np.concatenate([quaternions[:, :1], quaternions[:, 1:] @ rests], axis=1)


def _add_curve(curves, path: str, index: int, frames: np.ndarray, values: np.ndarray, group=None) -> None:
    """One F-curve with a linear key for each of ``values`` (S,) at ``frames`` (S,)."""
    curve = curves.fcurves.new(path, index=index)
    curve.keyframe_points.add(len(frames))
    curve.keyframe_points.foreach_set("co", np.stack([frames, values], axis=1).astype(np.float32).ravel())
    curve.keyframe_points.foreach_set("interpolation", np.full(len(frames), LINEAR, np.uint8))
    curve.update()  # sets the handles, which add() leaves at (0, 0)
    if group is not None:
        curve.group = group


def _track(block: bpy.types.ID):
    data = block.animation_data
    return next((track for track in data.nla_tracks if track.name == TRACK), None) if data else None


def _curves_of(block: bpy.types.ID, name: str):
    """The emptied holder of ``.fcurves`` and ``.groups`` for the take on ``block``, in its NLA track.

    block: the armature object or a mesh's shape keys
    """
    data = block.animation_data or block.animation_data_create()
    data.use_tweak_mode = False  # while the user edits a strip, tracks cannot be changed
    track = _track(block)
    if track is None:
        track = data.nla_tracks.new()  # without a neighbour it goes below all others
        track.name = TRACK
        if data.action is None:
            # 5.0 evaluates COMBINE on shape keys as 0; ADD is the same thing for them
            data.action_blend_type = "ADD" if isinstance(block, bpy.types.Key) else "COMBINE"
    if not track.strips:
        action = bpy.data.actions.new(f"{name} take" if isinstance(block, bpy.types.Object) else f"{name} take face")
        strip = track.strips.new(action.name, 1, action)
    else:
        strip = track.strips[0]
    return _emptied(strip, block)


def _emptied(strip: bpy.types.NlaStrip, block: bpy.types.ID):
    """The curve holder of the strip's action without its old curves, whatever the version calls it."""
    action = strip.action
    if not hasattr(action, "slots"):  # 4.2, 4.3: the action itself
        holder = action
    else:
        if strip.action_slot is None:
            strip.action_slot = action.slots.new(block.id_type, block.name)
        layer = action.layers[0] if action.layers else action.layers.new("Layer")
        keyframes = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
        holder = keyframes.channelbag(strip.action_slot, ensure=True)
    holder.fcurves.clear()
    for group in list(holder.groups):
        holder.groups.remove(group)
    return holder


def _fit_strip(block: bpy.types.ID, frames: np.ndarray) -> None:
    """Make the NLA strip cover ``frames``: after a bake of another length it would hold the old last frame."""
    strip = _track(block).strips[0]
    first, last = float(frames[0]), float(max(frames[-1], frames[0] + 1))
    strip.frame_end = max(last, strip.frame_end)  # the end goes first: a strip's start stays before its end
    strip.action_frame_end = max(last, strip.action_frame_end)
    strip.action_frame_start, strip.action_frame_end = first, last
    strip.frame_start, strip.frame_end = first, last
    strip.scale, strip.repeat = 1.0, 1.0
