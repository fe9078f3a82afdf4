"""The takes of a scene, stored in the .blend; the active one is aimed for where the heads are and baked onto them."""

import base64
import io
import json
from dataclasses import asdict, replace
from functools import lru_cache

import bpy
import numpy as np

from ....core import gaze
from ....core.errors import UserError
from ....core.files import replacing
from ....core.heads import load as load_head
from ....core.layout import room_poses
from ....core.motion import HeadMotion, Take, load_take, save_take
from ....core.postprocess import adjust
from ....core.resample import scene_motion
from ..rig import rigs
from ..sequencer.strips import Recording
from . import adjust_sliders, keyframes

ADJUSTMENTS = "dyad_adjustments"  # property of a take's actions: the adjustments that are baked into them
SAME_PLACE = 1e-4  # m and matrix entries: poses that differ by less count as equal


def store(settings, content: bytes, heads: tuple[str, str], recording: Recording, seed: int) -> None:
    """Store the bytes of a take's file in the scene's settings and make it the active take.

    It is saved and undone with the scene. A take of the same strip with the same seed is replaced.
    """
    same = [index for index, one in enumerate(settings.takes) if (one.strip, one.seed) == (recording.name, seed)]
    one = settings.takes[same[0]] if same else settings.takes.add()
    one.content = base64.b64encode(content).decode("ascii")
    one.layout = json.dumps(asdict(_decoded(one.content).layout))
    one.heads, one.start = ",".join(heads), recording.start_frame
    one.strip, one.seed = recording.name, seed
    one.name = one.name or f"{recording.name}, seed {seed}"  # the user may have renamed it
    settings.take_index = same[0] if same else len(settings.takes) - 1


def stored(settings) -> Take:
    """The active take. Raises UserError when there is none."""
    if not settings.active_take:
        raise UserError("This scene has no take yet. Press Generate Dyad first.")
    return _decoded(settings.active_take.content)


def content(settings) -> bytes:
    """The file of the active take. Raises UserError when there is none."""
    stored(settings)
    return base64.b64decode(settings.active_take.content)


def next_seed(settings) -> int:
    """The first seed above those of all takes of the scene."""
    return max([settings.seed, *(one.seed for one in settings.takes)]) + 1


def remove(scene: bpy.types.Scene) -> None:
    """Delete the active take and bake the one before it; without another the keyframes stay."""
    settings, index = scene.dyad, scene.dyad.take_index
    settings.takes.remove(index)
    settings.active_take_index = min(max(index - 1, 0), len(settings.takes) - 1)


def export(settings, path: str) -> None:
    """Write the active take with its adjustments, in the layout it was generated for, to ``path``.

    Raises UserError when there is no take or the file cannot be written.
    """
    take, adjusted = stored(settings), adjust_sliders.read(settings)
    if adjusted == adjust_sliders.NONE:
        with replacing(path) as file:
            file.write(content(settings))
        return
    heads = settings.active_take.heads.split(",")
    motions = aimed(take, heads, room_poses(take.layout), _geometries(heads), adjusted)
    save_take(replace(take, motions=adjust.faces(motions, adjusted)), path)


def bake(scene: bpy.types.Scene, pair) -> int:
    """Bake the active take onto ``pair`` with its adjustments, its gaze aimed for where the two heads stand.

    returns: the take's last frame
    """
    settings = scene.dyad
    take, adjusted = stored(settings), adjust_sliders.read(settings)
    geometries = [rigs.geometry(head) for head in pair]
    poses = rigs.pair_poses(pair)
    motions = aimed(take, settings.active_take.heads.split(","), poses, geometries, adjusted)
    settings.aimed_pose = between(poses).ravel()
    motions = adjust.faces(motions, adjusted)
    fps = scene.render.fps / scene.render.fps_base
    last = settings.active_take.start
    for armature, motion in zip(pair, motions, strict=True):
        at_scene_rate = scene_motion(motion, fps)
        keyframes.bake(armature, at_scene_rate, settings.active_take.start)
        last = settings.active_take.start + len(at_scene_rate) - 1
        for action in keyframes.actions(armature):
            action[ADJUSTMENTS] = adjust_sliders.as_text(settings)
    scene.frame_set(scene.frame_current)  # evaluates the new curves
    return last


def rebake(scene: bpy.types.Scene) -> None:
    """Bake the active take with the present adjustments; does nothing without a take or heads."""
    pair = rigs.find_pair(scene)
    if scene.dyad.active_take and pair:
        bake(scene, pair)


def aimed(
    take: Take, heads, poses: np.ndarray, geometries, adjusted=adjust_sliders.NONE
) -> tuple[HeadMotion, HeadMotion]:
    """The take's two motions with the gaze re-aimed from the layout it was generated for to the present poses.

    heads:      the names of the two heads it was generated for
    poses:      (2, 4, 4) present poses, rest axes to world, metres
    geometries: gaze.Geometry of the two heads in the scene
    adjusted:   adjust.Adjustment of both people; only ``head`` and ``gaze`` are applied here
    """
    take_poses, take_geometries = room_poses(take.layout), _geometries(heads)
    same_geometries = all(_same_geometry(a, b) for a, b in zip(take_geometries, geometries, strict=True))
    if _same_poses(take_poses, poses) and same_geometries and not any(one.moves for one in adjusted):
        return take.motions
    packed = np.stack([motion.packed for motion in take.motions])
    intents = adjust.movements(gaze.intents(packed, take_poses, take_geometries), adjusted)
    return tuple(HeadMotion(motion, take.motions[0].fps) for motion in gaze.aim(intents, poses, geometries))


@lru_cache(maxsize=2)
def _decoded(take: str) -> Take:
    """A stored take; cached, because dragging a slider decodes the same one many times."""
    return load_take(io.BytesIO(base64.b64decode(take)))


def _geometries(heads) -> list[gaze.Geometry]:
    return [gaze.Geometry.of(load_head(name)) for name in heads]


def between(poses: np.ndarray) -> np.ndarray:
    """(2, 4, 4) rest poses of A and B -> (4, 4) B's in A's rest axes."""
    return np.linalg.inv(poses[0]) @ poses[1]


def _same_poses(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether A and B stand the same way relative to each other in two pairs of poses (2, 4, 4)."""
    return np.allclose(between(a), between(b), rtol=0, atol=SAME_PLACE)


def _same_geometry(a: gaze.Geometry, b: gaze.Geometry) -> bool:
    return all(
        np.allclose(getattr(a, joint), getattr(b, joint), rtol=0, atol=SAME_PLACE)
        for joint in ("neck", "head", "left_eye", "right_eye")
    )
