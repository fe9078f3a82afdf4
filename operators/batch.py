"""Many dialogues from a table, one a row: heads added, animated, saved and rendered; what is made is remembered."""

import argparse
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
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
from .scene.take import child, session, takes

ROOT = Path(__file__).resolve().parent.parent
FIRST_FRAME = 1  # where the recording is put


def main(arguments: list[str]) -> int:
    """Run a table or a single row. Returns 0 when all is made, 1 when something failed, 2 when nothing could begin."""
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
            return _share_out(options.jobs, len(rows), options.workers, base)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        done = [_try_row(number + 1, rows[number], base) for number in mine]
    finally:
        child.stop_worker()
    return 0 if all(done) else 1


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="batch.py", description="Animate many dialogues. Paths in a table count from its folder.")
    parser.add_argument("jobs", nargs="?", help=f"a table (.csv) with the columns {', '.join(COLUMNS)}")
    parser.add_argument(
        "--workers", type=int, default=1, help="rows made at the same time, each in a Blender of its own"
    )
    parser.add_argument("--base", default="", help="the scene to start every row from; with blender -b its FILE is")
    parser.add_argument("--film", default="", help=argparse.SUPPRESS)  # what Render Preview asks a child for
    parser.add_argument("--only", default="", help=argparse.SUPPRESS)  # rows of a worker, counted from 0
    for column in COLUMNS:
        parser.add_argument(f"--{column}", default="", help="for a single row instead of a table")
    return parser


def _rows(options: argparse.Namespace) -> list[Row]:
    if not options.jobs:
        return [row_from(vars(options), Path.cwd())]
    for column in COLUMNS:
        if getattr(options, column):
            raise UserError(f"--{column} is for a single row. Write it into the table, or leave the table out.")
    return read_rows(options.jobs)


def make(row: Row, base: str = "", report=lambda progress: None) -> None:
    """Make all outputs of ``row``, starting from the file ``base`` or from an empty scene.

    report: called with Progress
    Raises UserError for what is wrong with the row's files.
    """
    with _quiet():
        _make(row, base, report)


def _make(row: Row, base: str, report) -> None:
    _check_files(row)
    scene = _open(base)
    _add_sound(scene, row)
    _add_heads(scene, row)
    if row.play:
        session.import_take(scene, scene, Path(row.play))
    else:
        scene.dyad.prompt, scene.dyad.seed = row.prompt, row.seed
        finish(session.generate(scene, scene), report)
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
    """Make one row unless it is made already; says what became of it in one line. Returns whether all is there."""
    title = f"Row {number} ({Path(row.audio).name})"
    try:
        key = batch_resume.content_key(repr(sorted(asdict(row).items())), [row.audio, row.play, base])
        if batch_resume.is_made(row.outputs, key):
            print(f"{title}: made before, nothing to do.", flush=True)
            return True
        make(row, base, _Labels(title))
        batch_resume.remember(row.outputs, key)
    except (UserError, RuntimeError, OSError) as error:  # the next row must have its turn
        print(f"{title}: FAILED. {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        return False
    print(f"{title}: made {', '.join(path.name for path in row.outputs)}.", flush=True)
    return True


@contextmanager
def _quiet():
    """Nothing on stdout meanwhile: Blender writes two lines there for every frame it renders."""
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
    """Prints a job's label when it changes."""

    def __init__(self, title: str):
        self.title, self.last = title, ""

    def __call__(self, step: Progress) -> None:
        if step.label != self.last:
            self.last = step.label
            print(f"{self.title}: {step.label} …", file=sys.stderr, flush=True)


def _check_files(row: Row) -> None:
    """What can be known before minutes of work: the recording is there, and the outputs have a place."""
    if not Path(row.audio).is_file():
        raise UserError(f'There is no file "{row.audio}". Check the path of the audio.')
    if row.play:
        load_take(row.play)
    for path in row.outputs:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f'The folder "{path.parent}" cannot be made ({error.strerror}). Choose another.') from error
        if not os.access(path.parent, os.W_OK):
            raise UserError(f'The folder "{path.parent}" may not be written to. Choose another.')


def _open(base: str) -> bpy.types.Scene:
    if base:
        bpy.ops.wm.open_mainfile(filepath=base, load_ui=False)
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return bpy.context.scene


def _add_sound(scene: bpy.types.Scene, row: Row) -> None:
    scene.dyad.strip = strips.add(scene, row.audio, FIRST_FRAME).name
    if not bpy.data.filepath:
        scene.frame_end = 1  # an empty scene is as long as its take
    scene.frame_set(FIRST_FRAME)


def _add_heads(scene: bpy.types.Scene, row: Row) -> None:
    if row.heads:
        poses = room_poses(Layout())
        for slot, head in enumerate(row.heads.split(",")):
            rigs.add_head(session.HEAD_NAMES[slot], slot, head.strip(), poses[slot])


def _save(path: str) -> None:
    """Save the file as ``path``, the recording relative to it so that both can move together."""
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


def _share_out(jobs: str, rows: int, workers: int, base: str) -> int:
    """Give every worker, a Blender of its own, each so-many-th row; returns the worst exit code."""
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
        if codes[-1] not in (0, 1):  # it did not say so itself
            numbers = ", ".join(str(int(number) + 1) for number in share.split(","))
            print(f"Rows {numbers}: FAILED. Their Blender ended with {codes[-1]}. Run it again.", file=sys.stderr)
    return 1 if any(codes) else 0
