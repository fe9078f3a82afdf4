"""The parent's side of the child process (core/service/worker.py): find a Python, start it, send requests, end it."""

import importlib.util
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..engine import AUTOMATIC, ONNX_RUNTIME, PACKAGE, PYTORCH
from ..errors import UserError
from .jobs import Job, Progress
from .process import ChildProcess
from .protocol import Failure, Request, Result, Started, from_json, to_json

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"av", "safetensors", "sentence_transformers", "transformers", "tokenizers", "numpy"}  # of either engine

# -I ignores PYTHON* and the user's site folder, so the paths come as arguments, after the engine
BOOT = "import sys; sys.path[:0] = sys.argv[2:]; from core.service.worker import main; main(sys.argv[1])"


@dataclass(frozen=True)
class Interpreter:
    """A Python, the folder of its packages where that is not its own, and the engine that runs the networks in it."""

    python: Path
    site: Path | None = None
    engine: str = AUTOMATIC

    def command(self) -> list[str]:
        folders = [str(self.site)] if self.site else []
        return [str(self.python), "-I", "-X", "utf8", "-c", BOOT, self.engine, *folders, str(ROOT)]


def find_interpreter(chosen: str = "", engine: str = AUTOMATIC, root: Path = ROOT) -> Interpreter:
    """The chosen Python, else this one with the packages of the extension, else the repository's.

    chosen: path of a Python from the preferences, may be empty
    Raises UserError when there is none of them.
    """
    if chosen:
        if not os.access(chosen, os.X_OK) or Path(chosen).is_dir():
            raise UserError(f'There is no Python at "{chosen}". Choose another in the preferences of Talking Together.')
        return Interpreter(Path(chosen), None, engine)
    site = _site(engine)
    if site:
        return Interpreter(Path(sys.executable), site, engine)
    for own in (root / ".venv/bin/python", root / ".venv/Scripts/python.exe"):
        if own.exists():
            return Interpreter(own, None, engine)
    raise UserError(
        "ONNX Runtime is missing: this zip was made for another system or another Blender. Install the zip for yours, "
        "or choose a Python with PyTorch in Edit > Preferences > Add-ons > Talking Together."
    )


def _site(engine: str) -> Path | None:
    """The folder in which this Python has the package of ``engine``; of any, where it is AUTOMATIC."""
    for package in (PACKAGE[name] for name in (ONNX_RUNTIME, PYTORCH) if engine in (name, AUTOMATIC)):
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            return Path(spec.origin).parents[1]
    return None


class Worker:
    """One child process that stays warm between requests."""

    def __init__(self, interpreter: Interpreter):
        self.interpreter = interpreter
        self.engine = ""  # that runs the networks, with its version, once the child has told it
        self._child: ChildProcess | None = None
        self._log: BinaryIO | None = None

    @property
    def process_id(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.process_id if self._child else None

    def run(self, request: Request) -> Job[Result]:
        """Send ``request`` and return its result; yields Progress meanwhile.

        Raises UserError with the child's own message. Closing the job before its end kills the child.
        """
        fresh = self.process_id is None
        if fresh:
            self._start()
        answered = False
        try:
            self._send(request)
            step = Progress("Starting" if fresh else "Waiting", 0.0)
            for line in self._child.lines():
                reply = from_json(line) if line else step
                if isinstance(reply, Started):
                    self.engine = reply.engine
                    reply = Progress(f"Starting {self.engine}", 0.0)
                if not isinstance(reply, Progress):
                    answered = True
                    break
                step = reply
                yield step
            else:
                raise UserError(self._last_words())
        finally:
            if not answered:
                self.stop()
        if isinstance(reply, Failure):
            raise UserError(reply.message)
        return reply

    def stop(self) -> None:
        """End the child at once."""
        if self._child:
            self._child.kill()
            self._log.close()
        self._child = None

    def _start(self) -> None:
        self.stop()
        self._log = tempfile.TemporaryFile()  # stderr: what libraries print, and the traceback of a crash
        try:
            self._child = ChildProcess(self.interpreter.command(), self._log)
        except OSError as error:
            raise UserError(
                f'"{self.interpreter.python}" does not start ({error.strerror}). '
                "Choose another Python in the preferences of Talking Together."
            ) from error

    def _send(self, request: Request) -> None:
        try:
            self._child.send(to_json(request))
        except BrokenPipeError:
            raise UserError(self._last_words()) from None

    def _last_words(self) -> str:
        """Why the child ended, from the last line of its stderr, which goes to the console in full."""
        code = self._child.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        print("\n".join(lines), file=sys.stderr)
        last = lines[-1].strip() if lines else f"exit code {code}"
        missing = re.match(r"ModuleNotFoundError: No module named '(\w+)", last)
        if missing and missing[1] in PACKAGES:
            return (
                f'The Python package "{missing[1]}" is missing from "{self.interpreter.python}". '
                "Install it there, or choose another Python in the preferences of Talking Together."
            )
        return f"The generator stopped unexpectedly ({last[:200]}). Try again; the system console has the details."
