"""A program of its own whose output is read line by line while the caller goes on."""

import os
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

POLL = 0.02  # s, the longest time that one step of ChildProcess.lines takes


class ChildProcess:
    """A running child process; leaving its ``with`` block kills it.

    log: file that receives stderr; without one stderr comes with the lines of stdout
    Raises OSError when the program cannot be started.
    """

    def __init__(self, command: list[str], log: BinaryIO | None = None):
        self._process = subprocess.Popen(
            command,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log or subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "ChildProcess":
        return self

    def __exit__(self, *error) -> None:
        self.kill()

    @property
    def process_id(self) -> int | None:
        """The process id while the program runs."""
        return self._process.pid if self._process.poll() is None else None

    def send(self, line: str) -> None:
        """Write one line to the program's stdin. Raises BrokenPipeError when the program has ended."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def lines(self) -> Iterator[str | None]:
        """Each line of output as it comes, without its end; None whenever POLL passes without one.

        Ends when the program closes its output. A later call continues where the last one stopped.
        """
        while True:
            try:
                line = self._lines.get(timeout=POLL)
            except queue.Empty:
                yield None
                continue
            if line is None:
                return
            yield line

    def wait(self) -> int:
        """The exit code, when the program has ended."""
        return self._process.wait()

    def kill(self) -> None:
        """End the program at once; does nothing when it has ended already."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):  # what could not be sent is flushed again here
            self._process.stdin.close()
        self._process.stdout.close()

    def _read(self) -> None:
        with suppress(ValueError):  # kill() closed the output
            for line in self._process.stdout:
                self._lines.put(line.rstrip("\r\n"))
        self._lines.put(None)
