"""Pictures of the scene that leave its settings unchanged: a fast film with sound by Workbench, a still by Cycles."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.service.jobs import Job, Progress
from ..rig import hair, rigs
from ..sequencer import strips
from ..take import keyframes
from . import faces, sound

FILM_SIZE, STILL_SIZE = (960, 540), (768, 432)
STILL_SAMPLES = 8
VIEWS = ("", "camera", "faces")
WORKBENCH = {  # of scene.display.shading
    "light": "STUDIO",
    "studio_light": "paint.sl",
    "color_type": "VERTEX",
    "background_type": "VIEWPORT",
    "background_color": (0.045, 0.05, 0.052),
    "show_cavity": False,
    "show_shadows": False,
    "show_specular_highlight": True,
    "show_object_outline": False,
    "show_backface_culling": False,
    "show_xray": False,
}


def render_preview(scene: bpy.types.Scene, path: str | Path, view: str = "") -> Job[Path]:
    """Render the take with its sound as an H.264 film by Workbench. Written atomically.

    view: "camera" through the scene's camera, "faces" both faces side by side; empty chooses "faces" where the
          extension's own camera would show the faces small
    Raises UserError when there is no camera or the folder may not be written.
    """
    path = Path(path)
    first, last = _frames(scene)
    yield Progress(f"Rendering {last - first + 1} frames", 0.0)
    with _beside(path) as unfinished, sound.audible_in(scene, first, last), _Changes() as changes:
        _film_settings(changes, scene, unfinished, first, last)
        _render(changes, scene, view, animation=True)
    return path


def render_still(scene: bpy.types.Scene, path: str | Path, frame: int | None = None, view: str = "") -> Job[Path]:
    """Render one frame, the current one by default, as a small .png by Cycles with denoising.

    view: as in :func:`render_preview`
    Raises UserError when there is no camera or the folder may not be written.
    """
    path = Path(path)
    yield Progress("Rendering a still", 0.0)
    before = scene.frame_current
    with _beside(path) as unfinished, _Changes() as changes:
        _still_settings(changes, scene, unfinished)
        scene.frame_set(before if frame is None else frame)
        _render(changes, scene, view, animation=False)
    scene.frame_set(before)
    return path


def _frames(scene: bpy.types.Scene) -> tuple[int, int]:
    """First and last frame to render: the take's, or the scene's without a take."""
    pair = rigs.find_pair(scene) or ()
    ranges = [span for span in map(keyframes.take_range, pair) if span]
    if not ranges:
        return scene.frame_start, scene.frame_end
    return int(min(first for first, _ in ranges)), int(max(last for _, last in ranges))


def _render(changes, scene: bpy.types.Scene, view: str, animation: bool) -> None:
    if view == "faces" or (not view and faces.are_small(scene)):
        with faces.beside_each_other(changes, scene) as sheet:
            bpy.ops.render.render(animation=animation, write_still=not animation, scene=sheet.name)
        return
    if scene.camera is None:
        raise UserError(
            f'Scene "{scene.name}" has no camera. Add one with Add > Camera, or delete and add the heads again.'
        )
    bpy.ops.render.render(animation=animation, write_still=not animation, scene=scene.name)


def _film_settings(changes, scene: bpy.types.Scene, path: Path, first: int, last: int) -> None:
    _picture_settings(changes, scene, path, FILM_SIZE)
    changes.set(scene, frame_start=first, frame_end=last, frame_step=1)
    changes.set(scene.render, engine="BLENDER_WORKBENCH", use_simplify=True, simplify_subdivision_render=0)
    changes.set(scene.display, render_aa="FXAA")
    changes.set(scene.display.shading, **WORKBENCH)
    changes.set(scene.view_settings, view_transform="Standard", look="None")
    film = {"format": "MPEG4", "codec": "H264", "audio_codec": "AAC"}
    film |= {"constant_rate_factor": "HIGH", "ffmpeg_preset": "REALTIME"}
    changes.remember(scene.render.ffmpeg, *film)  # choosing the file format sets those that were never set
    _file_settings(changes, scene, "VIDEO", file_format="FFMPEG", color_mode="RGB")
    changes.set(scene.render.ffmpeg, **film)
    _only_sound(changes, scene)
    strands = [thing for thing in scene.objects if thing.get(hair.KIND) == hair.STRANDS]
    for thing in strands:  # they take Workbench most of its time; the mesh of locks under them is enough
        changes.set(thing, hide_render=True)


def _still_settings(changes, scene: bpy.types.Scene, path: Path) -> None:
    _picture_settings(changes, scene, path, STILL_SIZE)
    changes.set(scene.render, engine="CYCLES", use_sequencer=False)
    changes.set(scene.cycles, device="CPU", samples=STILL_SAMPLES, use_adaptive_sampling=False, use_denoising=True)
    changes.set(scene.cycles, max_bounces=4)
    changes.set(scene.view_settings, view_transform="AgX", look="AgX - Medium High Contrast")
    _file_settings(changes, scene, "IMAGE", file_format="PNG", color_mode="RGB", color_depth="8")


def _picture_settings(changes, scene: bpy.types.Scene, path: Path, size: tuple[int, int]) -> None:
    """Keep the aspect ratio of the scene, so that the user's camera frames the same, at about ``size`` pixels."""
    render = scene.render
    shape = render.resolution_x * render.pixel_aspect_x / (render.resolution_y * render.pixel_aspect_y)
    area = size[0] * size[1]
    width, height = (2 * round(side / 2) for side in ((area * shape) ** 0.5, (area / shape) ** 0.5))  # H.264: even
    changes.set(render, resolution_x=width, resolution_y=height, resolution_percentage=100)
    changes.set(render, pixel_aspect_x=1.0, pixel_aspect_y=1.0, use_border=False, use_multiview=False)
    changes.set(render, use_compositing=False, filepath=str(path))


def _only_sound(changes, scene: bpy.types.Scene) -> None:
    """Use the sequencer for sound only: an image, movie or color strip would replace the heads in the film."""
    changes.set(scene.render, use_sequencer=True)
    for strip in strips.top_level(scene):
        if strip.type != "SOUND":
            changes.set(strip, mute=True)


def _file_settings(changes, scene: bpy.types.Scene, media: str, **values) -> None:
    image = scene.render.image_settings
    chosen = ("media_type", "file_format", "color_mode", "color_depth")  # each narrows the choice of the next
    changes.remember(image, *(name for name in chosen if hasattr(image, name)))
    if hasattr(image, "media_type"):  # 5.0 on
        changes.set(image, media_type=media)
    changes.set(image, **values)


@contextmanager
def _beside(path: Path):
    """A path in a new folder next to ``path``; the file written there is moved to ``path`` at the end."""
    try:
        folder = tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}.")
    except OSError as error:
        raise UserError(
            f'"{path}" cannot be written ({error.strerror}). Choose a folder that exists and that you may write to.'
        ) from error
    with folder:
        unfinished = Path(folder.name) / path.name
        yield unfinished
        if not unfinished.exists():
            raise UserError(
                f'Blender wrote no "{path.name}". The system console says why (Window > Toggle System Console).'
            )
        os.replace(unfinished, path)


class _Changes:
    """Settings that are put back when the ``with`` ends."""

    def __enter__(self):
        self._before = []
        return self

    def remember(self, group, *names: str) -> None:
        self._before += [(group, name, _plain(getattr(group, name))) for name in names]

    def set(self, group, **values) -> None:
        """Set properties of ``group``, in order: some lists of choices depend on an earlier choice."""
        self.remember(group, *values)
        for name, value in values.items():
            setattr(group, name, value)

    def __exit__(self, kind, value, traceback):
        first = {}
        for group, name, value in self._before:
            first.setdefault((group.as_pointer(), name), (group, name, value))
        for group, name, value in first.values():
            setattr(group, name, value)


def _plain(value):
    return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
