"""Batch: animate, save and render one dialogue for each row of a table; unchanged rows are skipped."""

import argparse
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..core.__main__ import Parser
from ..core.errors import UserError
from ..core.layout import Layout, room_poses
from ..core.motion import load_take
from ..core.service.jobs import Progress, finish
from . import batch_resume
from .batch_table import COLUMNS, Row, read_rows, row_from
from .scene.preview import film, preview
from .scene.rig import rigs
from .scene.sequencer import strips
from .scene.take import child_process, scene_jobs, takes

ROOT = Path(__file__).resolve().parent.parent
FIRST_FRAME = 1  # of the recording


def main(arguments: list[str]) -> int:
    """Run a table or a single row. Returns 0 when all rows succeeded, 1 when one failed, 2 when none could start."""
    try:
        options = _parser().parse_args(arguments)
        if options.film:
            if options.base:
                _open(options.base)
            return film.render_here(options.film, options.view)
        base = os.path.abspath(options.base) if options.base else bpy.data.filepath
        rows = _rows(options)
        mine = [int(n) for n in options.only.split(",")] if options.only else range(len(rows))
        if options.workers > 1 and len(rows) > 1:
            return _run_workers(options.jobs, len(rows), options.workers, base)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        done = [_try_row(number + 1, rows[number], base) for number in mine]
    finally:
        child_process.stop_worker()
    return 0 if all(done) else 1


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="batch.py", description="Animate many dialogues. Paths in a table are relative to its folder.")
    parser.add_argument("jobs", nargs="?", help=f"table (.csv) with the columns {', '.join(COLUMNS)}")
    parser.add_argument(
        "--workers", type=int, default=1, help="number of Blender processes that work on the rows at the same time"
    )
    parser.add_argument(
        "--base", default="", help="the .blend file that every row starts from; default: the FILE given to blender -b"
    )
    parser.add_argument("--film", default="", help=argparse.SUPPRESS)  # used by Render Preview
    parser.add_argument("--only", default="", help=argparse.SUPPRESS)  # rows of one worker, from 0
    for column in COLUMNS:
        parser.add_argument(f"--{column}", default="", help="value of this column for a single row without a table")
    return parser


def _rows(options: argparse.Namespace) -> list[Row]:
    if not options.jobs:
        return [row_from(vars(options), Path.cwd())]
    for column in COLUMNS:
        if getattr(options, column):
            raise UserError(f"--{column} is for a single row. Write it into the table, or leave the table out.")
    return read_rows(options.jobs)


def run_row(row: Row, base: str = "", report=lambda progress: None) -> None:
    """Write all outputs of ``row``, starting from the file ``base`` or from an empty scene.

    report: called with Progress
    Raises UserError for what is wrong with the row's files.
    """
    with _quiet():
        _run_row(row, base, report)


def _run_row(row: Row, base: str, report) -> None:
    _check_files(row)
    scene = _open(base)
    _add_sound(scene, row)
    _add_heads(scene, row)
    if row.play:
        scene_jobs.import_take(scene, scene, Path(row.play))
    else:
        scene.dyad.prompt, scene.dyad.seed = row.prompt, row.seed
        finish(scene_jobs.generate(scene, scene), report)
    if row.take:
        takes.export(scene.dyad, row.take)
    if row.still:
        middle = (scene.frame_start + scene.frame_end) // 2
        finish(preview.render_still(scene, row.still, middle, row.view), report)
    if row.preview:
        finish(preview.render_preview(scene, row.preview, row.view), report)
    if row.output:
        _save(row.output)


def _try_row(number: int, row: Row, base: str) -> bool:
    """Run one row unless it is done already, and print its result in one line. Returns whether its outputs exist."""
    title = f"Row {number} ({Path(row.audio).name})"
    try:
        key = batch_resume.row_key(row, base)
        if batch_resume.is_done(row.outputs, key):
            print(f"{title}: unchanged, skipped.", flush=True)
            return True
        run_row(row, base, _Labels(title))
        batch_resume.mark_done(row.outputs, key)
    except (UserError, RuntimeError, OSError) as error:  # the next rows still run
        print(f"{title}: FAILED. {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        return False
    print(f"{title}: wrote {', '.join(path.name for path in row.outputs)}.", flush=True)
    return True


@contextmanager
def _quiet():
    """Discard stdout: Blender prints two lines for every rendered frame."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class _Labels:
    """Print a job's label when it changes."""

    def __init__(self, title: str):
        self.title, self.last = title, ""

    def __call__(self, step: Progress) -> None:
        if step.label != self.last:
            self.last = step.label
            print(f"{self.title}: {step.label} …", file=sys.stderr, flush=True)


def _check_files(row: Row) -> None:
    """Raise UserError before any work when an input is missing or an output cannot be written."""
    if not Path(row.audio).is_file():
        raise UserError(f'There is no file "{row.audio}". Check the audio path.')
    if row.play:
        load_take(row.play)
    for path in row.outputs:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f'The folder "{path.parent}" cannot be created ({error.strerror}). Choose another folder.'
            ) from error
        if not os.access(path.parent, os.W_OK):
            raise UserError(f'The folder "{path.parent}" is write-protected. Choose another folder.')


def _open(base: str) -> bpy.types.Scene:
    if base:
        bpy.ops.wm.open_mainfile(filepath=base, load_ui=False)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return bpy.context.scene


def _add_sound(scene: bpy.types.Scene, row: Row) -> None:
    scene.dyad.strip = strips.add(scene, row.audio, FIRST_FRAME).name
    if not bpy.data.filepath:
        scene.frame_end = 1  # extended to the take's last frame
    scene.frame_set(FIRST_FRAME)


def _add_heads(scene: bpy.types.Scene, row: Row) -> None:
    if row.heads:
        poses = room_poses(Layout())
        for slot, head in enumerate(row.heads.split(",")):
            rigs.add_head(scene_jobs.HEAD_NAMES[slot], slot, head.strip(), poses[slot])


def _save(path: str) -> None:
    """Save the file as ``path``, with relative paths to the recordings so that both can be moved together."""
    target = Path(path)
    for sound in bpy.data.sounds:
        if not sound.packed_file and not sound.library:
            sound.filepath = bpy.path.relpath(bpy.path.abspath(sound.filepath), start=str(target.parent))
    unfinished = target.with_name(f".{target.name}.tmp.blend")
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(unfinished), copy=True, compress=True, relative_remap=False)
        os.replace(unfinished, target)
    except (RuntimeError, OSError) as error:
        raise UserError(f'"{path}" cannot be written ({str(error).strip()}). Choose another folder.') from error
    finally:
        unfinished.unlink(missing_ok=True)


def _run_workers(jobs: str, rows: int, workers: int, base: str) -> int:
    """Run every n-th row in one of n Blender processes. Returns 1 when one of them failed, else 0."""
    program = [bpy.app.binary_path, "-b", "-P"] if bpy.app.binary_path else [sys.executable]
    between = ["--"] if bpy.app.binary_path else []
    running = []
    for first in range(min(workers, rows)):
        share = ",".join(str(number) for number in range(first, rows, workers))
        command = [
            *program,
            str(ROOT / "batch.py"),
            *between,
            jobs,
            "--only",
            share,
            *(["--base", base] if base else []),
        ]
        running.append((share, subprocess.Popen(command)))
    codes = []
    for share, process in running:
        codes.append(process.wait())
        if codes[-1] not in (0, 1):  # it crashed, so it printed no reason
            numbers = ", ".join(str(int(number) + 1) for number in share.split(","))
            print(
                f"Rows {numbers}: FAILED. Blender ended with exit code {codes[-1]}. Run the batch again.",
                file=sys.stderr,
            )
    return 1 if any(codes) else 0
