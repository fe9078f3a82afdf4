"""The child process of this session, and the files that go to and fro between it and Blender."""

import hashlib
import json
import os
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.service.client import Interpreter, Worker, find_interpreter
from ....core.service.jobs import Job
from ... import addon
from ..sequencer import strips

_worker: Worker | None = None


def worker() -> Worker:
    """The child process of this session; a new one when the preferences name another Python."""
    global _worker
    interpreter = _interpreter()
    if _worker is None or _worker.interpreter != interpreter:
        stop_worker()
        _worker = Worker(interpreter)
    return _worker


def missing() -> str:
    """Why the network cannot run, in the user's words; empty where a Python with PyTorch is known."""
    try:
        _interpreter()
    except UserError as error:
        return str(error)
    return ""


def stop_worker() -> None:
    """End the child process, if there is one."""
    global _worker
    if _worker:
        _worker.stop()
    _worker = None


def _interpreter() -> Interpreter:
    chosen = addon.preferences(bpy.context)
    path = bpy.path.abspath(chosen.python) if chosen else ""
    return find_interpreter(path, addon.site_folder())


def make(asked: dict) -> Job[tuple[Path, dict]]:
    """The file of the take that is ``asked`` for as core/service/worker.py says, and what the child told of it.

    One that was made before in this session is not made again.
    """
    path = cache() / f"{_key(asked)}.npz"
    told = path.with_suffix(".json")
    if not told.exists():
        reply = yield from worker().run({**asked, "out": str(path)})
        told.write_text(json.dumps(reply), "utf-8")
    return path, json.loads(told.read_text("utf-8"))


def audio(recording: strips.Recording) -> dict:
    """The recording as the child reads it; a packed file is written out first."""
    path = recording.source
    if isinstance(path, bytes):
        path = cache() / f"{hashlib.sha256(recording.source).hexdigest()}.sound"
        if not path.exists():
            path.write_bytes(recording.source)
    return {"audio": str(path), "start": recording.start, "duration": recording.duration}


def _key(asked: dict) -> str:
    """A name for all that the network sees; a sound file that changed on the disk is another."""
    state = os.stat(asked["audio"]) if os.path.exists(asked["audio"]) else None
    seen = [asked, [state.st_size, state.st_mtime_ns] if state else None]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:32]


def cache() -> Path:
    """A folder for takes and unpacked sounds that goes away with Blender."""
    folder = Path(bpy.app.tempdir) / "dyad"
    folder.mkdir(exist_ok=True)
    return folder
