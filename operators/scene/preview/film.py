"""The preview film, rendered by a second Blender process so that the window stays usable and Esc can stop it."""

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
FRAME = "rendered frame"  # the line that the child process prints after each


def render(scene: bpy.types.Scene, path: Path, view: str = "") -> Job[str]:
    """Render a preview of ``scene`` in its present state to ``path``, as preview.render_preview does."""
    frames = _frames(scene)
    with replacing(path) as file, tempfile.TemporaryDirectory() as folder:
        copy, film = Path(folder) / "preview.blend", Path(folder) / path.name
        bpy.ops.wm.save_as_mainfile(filepath=str(copy), copy=True)
        with ChildProcess([*_command(copy, film), *(["--view", view] if view else [])]) as blender:
            error = yield from _follow(blender, frames)
            code = blender.wait()
        if code:
            raise UserError(
                error
                or f"Blender ended with exit code {code} while rendering. Try again, or use Render > Render Animation."
            )
        shutil.copyfileobj(film.open("rb"), file)
    return f"Wrote {path}."


def render_here(path: str, view: str) -> int:
    """In the child process: render the scene of the open file, printing FRAME after each. Returns the exit code."""
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
    """Progress from the frames printed; returns the error that was printed, or an empty string."""
    done, error = 0, ""
    for line in blender.lines():
        if line is None:
            yield Progress("Rendering the preview", min(done / frames, 1.0))
            continue
        done += line.strip() == FRAME
        if line.startswith("Error: "):
            error = line.removeprefix("Error: ").strip()
    return error
