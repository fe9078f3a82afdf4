"""The child process of this session, and the files that it and Blender exchange."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import bpy

from ....core.engine import AUTOMATIC
from ....core.errors import UserError
from ....core.service.client import Interpreter, Worker, find_interpreter
from ....core.service.jobs import Job
from ....core.service.protocol import Excerpt, GenerateTake, Notices, from_json, to_json
from ... import addon
from ..sequencer import strips

_worker: Worker | None = None


def worker() -> Worker:
    """The child process of this session; a new one when the preferences name another Python or engine."""
    global _worker
    interpreter = _interpreter()
    if _worker is None or _worker.interpreter != interpreter:
        stop_worker()
        _worker = Worker(interpreter)
    return _worker


def missing() -> str:
    """Why no take can be generated, in the user's words; empty where a Python with an engine is known."""
    try:
        _interpreter()
    except UserError as error:
        return str(error)
    return ""


def engine() -> str:
    """What runs the networks, with its version; empty before the first request of this session."""
    return _worker.engine if _worker else ""


def stop_worker() -> None:
    """End the child process, if there is one."""
    global _worker
    if _worker:
        _worker.stop()
    _worker = None


def _interpreter() -> Interpreter:
    chosen = addon.preferences(bpy.context)
    path = bpy.path.abspath(chosen.python) if chosen else ""
    return find_interpreter(path, chosen.engine if chosen else AUTOMATIC)


def make(request: GenerateTake) -> Job[tuple[Path, Notices]]:
    """The file of the take that ``request`` describes, and the notices about its recording.

    A take that was generated before in this session is read from the cache.
    """
    path = cache() / f"{_key(request)}.npz"
    reply = path.with_suffix(".json")
    if not reply.exists():
        done = yield from worker().run(replace(request, out=str(path)))
        reply.write_text(to_json(done), "utf-8")
    return path, from_json(reply.read_text("utf-8")).notices


def excerpt(recording: strips.Recording) -> Excerpt:
    """The recording as the child reads it; a packed file is written out first."""
    path = recording.source
    if isinstance(path, bytes):
        path = cache() / f"{hashlib.sha256(recording.source).hexdigest()}.sound"
        if not path.exists():
            path.write_bytes(recording.source)
    return Excerpt(str(path), recording.start, recording.duration)


def _key(request: GenerateTake) -> str:
    """A hash of all that the take depends on, with the size and the time of its sound file."""
    audio = request.recording.audio
    state = os.stat(audio) if os.path.exists(audio) else None
    inputs = f"{to_json(request)} {(state.st_size, state.st_mtime_ns) if state else None}"
    return hashlib.sha256(inputs.encode()).hexdigest()[:32]


def cache() -> Path:
    """A folder for takes and unpacked sounds, which Blender deletes when it quits."""
    folder = Path(bpy.app.tempdir) / "dyad"
    folder.mkdir(exist_ok=True)
    return folder
