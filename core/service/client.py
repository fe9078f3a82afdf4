"""The parent's side of the child process (core/service/worker.py): find a Python for it, start it, ask it, end it."""

import importlib.util
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from .jobs import Job, Progress

ROOT = Path(__file__).resolve().parents[2]
POLL = 0.02  # s, the longest one step of a job waits for the child

# -I ignores PYTHON* and the user's site folder, so the paths come as arguments
BOOT = "import sys; sys.path[:0] = sys.argv[1:]; from core.service.worker import main; main()"


@dataclass(frozen=True)
class Interpreter:
    """A Python that has torch: its program and, where the packages lie apart, their folder."""

    python: Path
    site: Path | None = None

    def command(self) -> list[str]:
        folders = [str(self.site)] if self.site else []
        return [str(self.python), "-I", "-X", "utf8", "-c", BOOT, *folders, str(ROOT)]


def find_interpreter(chosen: str = "", site: Path | None = None, root: Path = ROOT) -> Interpreter:
    """The chosen Python, else this one with the installed packages, else the repository's own, else this one as it is.

    chosen: path of a Python from the preferences, may be empty
    site:   folder that Install PyTorch fills
    Raises UserError when none of them has torch.
    """
    if chosen:
        if not os.access(chosen, os.X_OK) or Path(chosen).is_dir():
            raise UserError(f'There is no Python at "{chosen}". Choose another in the preferences of Talking Together.')
        return Interpreter(Path(chosen))
    if site and (site / "torch").is_dir():
        return Interpreter(Path(sys.executable), site)
    for own in (root / ".venv/bin/python", root / ".venv/Scripts/python.exe"):
        if own.exists():
            return Interpreter(own)
    if importlib.util.find_spec("torch"):
        return Interpreter(Path(sys.executable))
    raise UserError(
        "PyTorch is not installed. Press Install PyTorch in Edit > Preferences > Add-ons > Talking Together, "
        "or choose a Python that has it there."
    )


class Worker:
    """One child process that stays warm between requests."""

    def __init__(self, interpreter: Interpreter):
        self.interpreter = interpreter
        self._process: subprocess.Popen | None = None
        self._replies: queue.Queue[str | None] = queue.Queue()
        self._asked = 0
        self._log = None

    @property
    def process_id(self) -> int | None:
        """Of the child while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def run(self, request: dict) -> Job[dict]:
        """Send ``request`` (core/service/worker.py lists them) and return its result; yields Progress meanwhile.

        Raises UserError with the child's own words. Closing the job before its end kills the child.
        """
        fresh = self.process_id is None
        if fresh:
            self._start()
        self._asked += 1
        answered = False
        try:
            self._send({"id": self._asked, **request})
            step = Progress("Starting PyTorch" if fresh else "Waiting", 0.0)
            while True:
                reply = self._next_reply()
                if reply is None:
                    yield step
                elif "progress" in reply:
                    step = Progress(reply["label"], reply["progress"])
                    yield step
                else:
                    answered = True
                    break
        finally:
            if not answered:
                self.stop()
        if "error" in reply:
            raise UserError(reply["error"])
        return reply["result"]

    def stop(self) -> None:
        """End the child at once."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            stream.close()
        self._process = None

    def _start(self) -> None:
        self.stop()
        self._log = tempfile.TemporaryFile()  # stderr: what libraries print, and the traceback of a crash
        try:
            self._process = subprocess.Popen(
                self.interpreter.command(),
                env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                encoding="utf-8",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UserError(
                f'"{self.interpreter.python}" does not start ({error.strerror}). '
                "Choose another Python in the preferences of Talking Together."
            ) from error
        self._replies = queue.Queue()  # the last child's late replies are not ours
        threading.Thread(target=read_lines, args=(self._process.stdout, self._replies), daemon=True).start()

    def _send(self, message: dict) -> None:
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise UserError(self._last_words()) from None

    def _next_reply(self) -> dict | None:
        """The next line for the request in hand, or None when none came in time."""
        try:
            line = self._replies.get(timeout=POLL)
        except queue.Empty:
            return None
        if line is None:
            raise UserError(self._last_words())
        reply = json.loads(line)
        return reply if reply["id"] == self._asked else None

    def _last_words(self) -> str:
        code = self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        print("\n".join(lines), file=sys.stderr)  # the whole traceback, for the console
        last = lines[-1].strip() if lines else f"exit code {code}"
        return f"The generator stopped unexpectedly ({last[:200]}). Try again; the system console has the details."


def read_lines(stream, replies: queue.Queue) -> None:
    """Hand every line on as it comes; None says that the child is gone."""
    try:
        for line in stream:
            replies.put(line)
    except ValueError:  # the stream was closed by stop()
        pass
    replies.put(None)
