"""Write motion onto a head's shape keys and bones: whole curves at once, in a layer of their own under the user's keys.

The take lies in an NLA track at the bottom of the stack. The active action stays the user's: what is keyed there plays
on top of the take (added to shape keys, combined with rotations) and survives every new bake.
"""

import bpy
import numpy as np

from ...core.motion import EXPRESSION_NAMES, HeadMotion
from ...core.resample import continuous_quaternions

TRACK = "Dyad"
JOINTS = ("neck", "head", "left_eye", "right_eye")  # the bones, in the order of HeadMotion.rotation
LINEAR = 1  # Keyframe.interpolation; as uint8 foreach_set is 15 times faster than with the enum's names


def bake(armature: bpy.types.Object, motion: HeadMotion, start_frame: float) -> None:
    """Replace the take on ``armature`` and on the shape keys of the meshes under it.

    motion:      at scene frames per second; one key a row, the first on ``start_frame``
    start_frame: scene frames
    """
    frames = start_frame + np.arange(len(motion), dtype=np.float32)
    for keys in face_keys(armature):
        curves = _curves_of(keys, armature.name)
        for name, values in zip(EXPRESSION_NAMES, motion.expression.T, strict=True):
            if name in keys.key_blocks:
                _add_curve(curves, f'key_blocks["{name}"].value', 0, frames, values)
        _fit_strip(keys, frames)
    _bake_bones(armature, motion, frames)


def face_keys(armature: bpy.types.Object) -> list[bpy.types.Key]:
    """The shape keys under ``armature`` that have at least one of our names, each once."""
    found = {}
    for child in armature.children_recursive:
        keys = child.data.shape_keys if child.type == "MESH" else None
        if keys and any(name in keys.key_blocks for name in EXPRESSION_NAMES):
            found[keys.name] = keys
    return list(found.values())


def has_own_keys(armature: bpy.types.Object) -> bool:
    """Whether the user has keyed this head: an active action lies over the take."""
    blocks = [armature, *face_keys(armature)]
    return any(block.animation_data and block.animation_data.action for block in blocks)


def take_range(armature: bpy.types.Object) -> tuple[float, float] | None:
    """First and last scene frame of the take on ``armature``, or None without a take."""
    track = _track(armature)
    return (track.strips[0].frame_start, track.strips[0].frame_end) if track and track.strips else None


def _bake_bones(armature: bpy.types.Object, motion: HeadMotion, frames: np.ndarray) -> None:
    curves = _curves_of(armature, armature.name)
    quaternions = continuous_quaternions(motion.rotation)  # (S, 4, 4)
    for joint, rotation in zip(JOINTS, np.moveaxis(quaternions, 1, 0), strict=True):
        bone = armature.pose.bones[joint]
        bone.rotation_mode = "QUATERNION"
        group = curves.groups.new(joint)
        for index, values in enumerate(_in_bone_axes(bone, rotation).T):
            _add_curve(curves, f'pose.bones["{joint}"].rotation_quaternion', index, frames, values, group)
        if joint == "neck":
            metres = motion.translation / np.cbrt(abs(armature.matrix_world.determinant()))  # a scaled rig's own metres
            location = metres @ _rest_axes(bone)  # rest axes to the bone's own: R^T t
            for index, values in enumerate(location.T):
                _add_curve(curves, 'pose.bones["neck"].location', index, frames, values, group)
    _fit_strip(armature, frames)


def _rest_axes(bone: bpy.types.PoseBone) -> np.ndarray:
    """The bone's rest orientation in the armature (3, 3): columns are its own axes."""
    return np.array(bone.bone.matrix_local.to_3x3())


def _in_bone_axes(bone: bpy.types.PoseBone, quaternions: np.ndarray) -> np.ndarray:
    """Rotations in the head's rest axes (S, 4) as the bone wants them: R^-1 Q R, in its own axes.

    The angle stays, the axis is seen from the bone; so the signs stay as continuous as they were.
    """
    axes = quaternions[:, 1:] @ _rest_axes(bone)
    return np.concatenate([quaternions[:, :1], axes], axis=1)


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
