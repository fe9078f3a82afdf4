"""Both faces side by side in one film, each through a camera of its own, for people who stand so far apart that one
camera would show both faces small."""

from contextlib import contextmanager

import bpy

from ....core.errors import UserError
from ..rig import rigs
from ..sequencer import strips
from ..stage import stage

NEARER = 1.4  # times the focal length: half a film is narrower than the full picture that the camera was set up for
FAR = 0.85  # m between the heads from which on one camera shows both faces small


def are_small(scene: bpy.types.Scene) -> bool:
    """Whether ``scene`` uses the extension's own camera, unmoved by the user, and the heads stand far apart."""
    pair = rigs.find_pair(scene)
    if pair is None or not stage.is_own_view(scene) or None in cameras(scene):
        return False
    a, b = rigs.pair_poses(pair)[:, :3, 3]
    return sum((a - b) ** 2) > FAR**2


def cameras(scene: bpy.types.Scene) -> list[bpy.types.Object | None]:
    """The camera on A and that on B."""
    roles = {thing.get(stage.ROLE): thing for thing in scene.objects}
    return [roles.get(f"camera {letter}") for letter in "AB"]


@contextmanager
def beside_each_other(changes, scene: bpy.types.Scene):
    """A temporary scene to render instead of ``scene``: its sequencer shows A on the left, B on the right.

    changes: restores settings later; ``scene`` itself becomes half as wide
    Raises UserError when the camera of a head was deleted.
    """
    views = cameras(scene)
    if None in views:
        raise UserError(f'In scene "{scene.name}" the camera of a head was deleted. Set View to Camera instead.')
    sheet = scene.copy()
    try:
        half = scene.render.resolution_x // 4 * 2
        sheet.render.resolution_x, sheet.render.use_sequencer = 2 * half, True
        changes.set(scene.render, resolution_x=half, use_sequencer=False)
        for side, camera in zip((-1, 1), views, strict=True):
            changes.set(camera.data, lens=camera.data.lens * NEARER)
            _add_view(sheet, scene, camera, side * half / 2)
        yield sheet
    finally:
        bpy.data.scenes.remove(sheet)


def _add_view(sheet: bpy.types.Scene, scene: bpy.types.Scene, camera: bpy.types.Object, offset: float) -> None:
    """Add ``scene`` seen through ``camera`` to the sequencer of ``sheet``, above all else, ``offset`` pixels aside."""
    sheet.sequence_editor_create()
    channel = strips.free_channel(sheet)
    strip = strips.top_level(sheet).new_scene(camera.name, scene, channel, scene.frame_start)
    strip.scene_camera, strip.blend_type = camera, "ALPHA_OVER"
    strip.transform.offset_x = offset
