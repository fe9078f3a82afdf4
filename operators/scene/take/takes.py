"""The takes of a scene, of which its heads show one: kept in the .blend, aimed at where the heads are, baked."""

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
from . import adjustments, keyframes

PLAYED = "dyad_played"  # property of a take's actions: the adjustments that they show
SAME_PLACE = 1e-4  # m and matrix entries: closer than this two poses are one


def store(settings, content: bytes, heads: tuple[str, str], recording: Recording, seed: int) -> None:
    """Keep the bytes of a take's file in the scene's settings and let it be the one that is shown.

    It travels and undoes with the scene. One that was made from the same strip with the same number is replaced.
    """
    known = [number for number, one in enumerate(settings.takes) if (one.strip, one.seed) == (recording.name, seed)]
    one = settings.takes[known[0]] if known else settings.takes.add()
    one.content = base64.b64encode(content).decode("ascii")
    one.layout = json.dumps(asdict(_decoded(one.content).layout))
    one.heads, one.start = ",".join(heads), recording.start_frame
    one.strip, one.seed = recording.name, seed
    one.name = one.name or f"{recording.name}, variation {seed}"  # the user may have given it another
    settings.take_index = known[0] if known else len(settings.takes) - 1


def stored(settings) -> Take:
    """The take that the scene shows. Raises UserError when there is none."""
    if not settings.shown:
        raise UserError("This scene has no take yet. Press Generate Dyad first.")
    return _decoded(settings.shown.content)


def content(settings) -> bytes:
    """The file of the take that the scene shows. Raises UserError when there is none."""
    stored(settings)
    return base64.b64decode(settings.shown.content)


def next_seed(settings) -> int:
    """A number that no take of the scene has, after all that are there."""
    return max([settings.seed, *(one.seed for one in settings.takes)]) + 1


def remove(scene: bpy.types.Scene) -> None:
    """Forget the take that is shown; the heads show the one before it, or stay as they are without one."""
    settings, number = scene.dyad, scene.dyad.take_index
    settings.takes.remove(number)
    settings.chosen = min(max(number - 1, 0), len(settings.takes) - 1)


def export(settings, path: str) -> None:
    """Write the scene's take as it is adjusted, in the room it was made for, to ``path``.

    Raises UserError when there is none or no place for it.
    """
    take, played = stored(settings), adjustments.read(settings)
    if played == adjustments.NONE:
        with replacing(path) as file:
            file.write(content(settings))
        return
    heads = settings.shown.heads.split(",")
    motions = aimed(take, heads, room_poses(take.layout), _geometries(heads), played)
    save_take(replace(take, motions=adjust.faces(motions, played)), path)


def show(scene: bpy.types.Scene, pair) -> int:
    """Bake the scene's take onto ``pair``, as adjusted, its gaze aimed for where the two heads now are.

    returns: the take's last frame
    """
    settings = scene.dyad
    take, played = stored(settings), adjustments.read(settings)
    geometries = [rigs.geometry(head) for head in pair]
    poses = rigs.pair_poses(pair)
    motions = aimed(take, settings.shown.heads.split(","), poses, geometries, played)
    settings.aimed_at = between(poses).ravel()
    motions = adjust.faces(motions, played)
    fps = scene.render.fps / scene.render.fps_base
    last = settings.shown.start
    for armature, motion in zip(pair, motions, strict=True):
        at_scene_rate = scene_motion(motion, fps)
        keyframes.bake(armature, at_scene_rate, settings.shown.start)
        last = settings.shown.start + len(at_scene_rate) - 1
        for action in keyframes.actions(armature):
            action[PLAYED] = adjustments.as_text(settings)
    scene.frame_set(scene.frame_current)  # the new curves are seen at once
    return last


def show_again(scene: bpy.types.Scene) -> None:
    """Show the scene's take as it is now adjusted; without a take or heads there is nothing to do."""
    pair = rigs.find_pair(scene)
    if scene.dyad.shown and pair:
        show(scene, pair)


def aimed(take: Take, heads, poses: np.ndarray, geometries, played=adjustments.NONE) -> tuple[HeadMotion, HeadMotion]:
    """The take's two motions with the gaze corrected from the room it was made for to the one that is there.

    heads:      the names of the two heads it was made for
    poses:      (2, 4, 4) rest axes to world, metres, as they are
    geometries: gaze.Geometry of the two heads as they are
    played:     the two people's adjust.Adjustment; here their heads and gazes count
    """
    made_for = room_poses(take.layout)
    own = _geometries(heads)
    there = _alike(made_for, poses) and all(_same_geometry(a, b) for a, b in zip(own, geometries, strict=True))
    if there and not any(one.moves for one in played):
        return take.motions
    packed = np.stack([motion.packed for motion in take.motions])
    meant = adjust.movements(gaze.intents(packed, made_for, own), played)
    return tuple(HeadMotion(motion, take.motions[0].fps) for motion in gaze.aim(meant, poses, geometries))


@lru_cache(maxsize=2)
def _decoded(take: str) -> Take:
    """A stored take; a slider that is dragged asks for the same one again and again."""
    return load_take(io.BytesIO(base64.b64decode(take)))


def _geometries(heads) -> list[gaze.Geometry]:
    return [gaze.Geometry.of(load_head(name)) for name in heads]


def between(poses: np.ndarray) -> np.ndarray:
    """(2, 4, 4) rest poses of A and B -> (4, 4) B's in A's rest axes."""
    return np.linalg.inv(poses[0]) @ poses[1]


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether the two heads (2, 4, 4) stand to each other the same way in both."""
    return np.allclose(between(a), between(b), rtol=0, atol=SAME_PLACE)


def _same_geometry(a: gaze.Geometry, b: gaze.Geometry) -> bool:
    return all(
        np.allclose(getattr(a, joint), getattr(b, joint), rtol=0, atol=SAME_PLACE)
        for joint in ("neck", "head", "left_eye", "right_eye")
    )
