"""Both faces side by side in one film, each through the camera on it: a camera that holds two people who stand a metre
or more apart shows mostly the air between them."""

from contextlib import contextmanager

import bpy

from ....core.errors import UserError
from ..rig import rigs
from ..stage import stage

NEARER = 1.4  # times the lens, because half a film is narrower than the picture that the camera was made for
FAR = 0.85  # m between the heads from which on they are small in the picture of both


def are_small(scene: bpy.types.Scene) -> bool:
    """Whether ``scene`` is seen through our camera on both, where we put it, and they stand far apart."""
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
    """A scene to be rendered in the place of ``scene``: its sequencer shows A on the left, B on the right.

    changes: what is to be put back later; ``scene`` itself becomes half as wide
    Raises UserError when a camera is gone.
    """
    views = cameras(scene)
    if None in views:
        raise UserError(f'A camera on one of the heads of "{scene.name}" is gone. Render through the scene\'s camera.')
    sheet = scene.copy()
    try:
        half = scene.render.resolution_x // 4 * 2
        sheet.render.resolution_x, sheet.render.use_sequencer = 2 * half, True
        changes.set(scene.render, resolution_x=half, use_sequencer=False)
        for side, camera in zip((-1, 1), views, strict=True):
            changes.set(camera.data, lens=camera.data.lens * NEARER)
            _show(sheet, scene, camera, side * half / 2)
        yield sheet
    finally:
        bpy.data.scenes.remove(sheet)


def _show(sheet: bpy.types.Scene, scene: bpy.types.Scene, camera: bpy.types.Object, offset: float) -> None:
    """Lay ``scene`` as ``camera`` sees it over all else in the sequencer of ``sheet``, ``offset`` pixels aside."""
    editor = sheet.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences  # 4.4 on / before
    channel = max((strip.channel for strip in strips), default=0) + 1
    strip = strips.new_scene(camera.name, scene, channel, scene.frame_start)
    strip.scene_camera, strip.blend_type = camera, "ALPHA_OVER"
    strip.transform.offset_x = offset
