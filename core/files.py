"""Files that appear whole or not at all."""

import os
import tempfile
from pathlib import Path

from .errors import UserError


class replacing:
    """Open ``path`` for writing bytes under a temporary name beside it; renamed at the end, removed on an error."""

    def __init__(self, path: str | Path):
        self.path = Path(path)

    def __enter__(self):
        if self.path.is_dir():
            raise UserError(f'"{self.path}" is a folder. Name a file in it.')
        try:
            handle, self._temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        except OSError as error:
            raise UserError(
                f'"{self.path}" cannot be written ({error.strerror}). '
                "Choose a folder that exists and that you may write to."
            ) from error
        self._file = os.fdopen(handle, "wb")
        return self._file

    def __exit__(self, kind, value, traceback):
        self._file.close()
        if kind is not None:
            os.unlink(self._temporary)
            return
        os.chmod(self._temporary, 0o644)  # mkstemp makes it private; a take is an ordinary file
        os.replace(self._temporary, self.path)
