"""The preview film, rendered by a Blender of its own so that the window stays free and Esc can stop it."""

import shutil
import sys
import tempfile
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.files import replacing
from ....core.service.jobs import Job, Progress, finish
from ....core.service.process import ChildProcess
from ..rig import rigs
from ..take import keyframes
from . import preview

BATCH = Path(__file__).resolve().parents[3] / "batch.py"
FRAME = "rendered frame"  # what the child says after each


def render(scene: bpy.types.Scene, path: Path, view: str = "") -> Job[str]:
    """Render a preview of ``scene`` as it is now to ``path``, as preview.render_preview does."""
    frames = _frames(scene)
    with replacing(path) as file, tempfile.TemporaryDirectory() as folder:
        copy, film = Path(folder) / "preview.blend", Path(folder) / path.name
        bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True)
        with ChildProcess([*_command(copy, film), *(["--view", view] if view else [])]) as blender:
            said = yield from _follow(blender, frames)
            code = blender.wait()
        if code:
            raise UserError(
                said or f"The preview's Blender ended with {code}. Try again, or render the scene yourself."
            )
        shutil.copyfileobj(film.open("rb"), file)
    return f"Wrote {path}."


def render_here(path: str, view: str) -> int:
    """What the child does: render the open file's scene, telling every frame. Returns its exit code."""
    bpy.app.handlers.render_write.append(lambda *_: print(FRAME, flush=True))
    try:
        finish(preview.render_preview(bpy.context.scene, path, view))
    except UserError as error:
        print(f"Error: {error}", flush=True)
        return 1
    return 0


def _frames(scene: bpy.types.Scene) -> int:
    pair = rigs.find_pair(scene)
    span = keyframes.take_range(pair[0]) if pair else None
    first, last = span or (scene.frame_start, scene.frame_end)
    return int(last - first) + 1


def _command(blend: Path, path: Path) -> list[str]:
    if bpy.app.binary_path:
        return [bpy.app.binary_path, "-b", str(blend), "-P", str(BATCH), "--", "--film", str(path)]
    return [sys.executable, str(BATCH), "--base", str(blend), "--film", str(path)]


def _follow(blender: ChildProcess, frames: int) -> Job[str]:
    """Progress from the frames that are told; returns the error that was told, or nothing."""
    done, error = 0, ""
    for line in blender.lines():
        if line is None:
            yield Progress("Rendering the preview", min(done / frames, 1.0))
            continue
        done += line.strip() == FRAME
        if line.startswith("Error: "):
            error = line.removeprefix("Error: ").strip()
    return error
