"""Our own heads by name, head files and FLAME files by path."""

import contextlib
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from .. import ASSETS, VERSION
from ..errors import UserError
from . import clothes
from .flame import read_flame
from .head import Head, read, write
from .shape_transfer import transfer_shapes

FOLDER = ASSETS / "heads"
OWN = ("woman", "man")
TRANSFER = "with clothes"  # version of the shape transfer; cached files of another one are written again


def load(name: str | Path) -> Head:
    """One of our own two heads by name, or by path a head file or a FLAME file. Raises UserError when it is none."""
    if str(name) in OWN:
        return _own(str(name))
    path = Path(name)
    if not path.is_file():
        raise UserError(f'There is no head "{name}". Use "woman", "man", or the path of a head or FLAME file.')
    return read(path) if _is_head_file(path) else _from_flame(path)


@cache
def _own(name: str) -> Head:
    return replace(read(FOLDER / f"{name}.npz"), clothes=clothes.of(name))


def _is_head_file(path: Path) -> bool:
    """An ``.npz`` without FLAME's template; anything else is read as a head file, which reports what is missing."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return not (isinstance(file, np.lib.npyio.NpzFile) and "v_template" in file.files)
    except (ValueError, OSError, EOFError, AttributeError):
        return path.suffix.lower() == ".npz"


def _from_flame(path: Path) -> Head:
    """The head of a FLAME file; its transferred shapes are cached beside it."""
    cached = path.with_name(f"{path.name}.head.npz")
    source = hashlib.sha256(path.read_bytes()).hexdigest() + VERSION + TRANSFER
    if cached.is_file():
        with np.load(cached, allow_pickle=False) as file:
            if str(file.get("source", "")) == source:
                return read(cached, path.stem)
    head = transfer_shapes(read_flame(path), _own("woman"), path.stem)
    with contextlib.suppress(UserError):  # in a folder without write access the transfer runs each time
        write(head, cached, source=np.array(source))
    return head
