"""Which rows of a table are done: a hidden file beside the first output holds a hash of all that a row depends on."""

import hashlib
from dataclasses import asdict
from pathlib import Path

from ..core import VERSION
from ..core.files import replacing
from .batch_table import Row

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def row_key(row: Row, base: str) -> str:
    """SHA-256 of the cells of ``row``, of the contents of its existing input files, of the version and of the weights.

    base: path of the .blend file that the row starts from, or ""
    """
    digest = hashlib.sha256(repr((VERSION, sorted(asdict(row).items()))).encode())
    for path in [row.audio, row.play, base, *sorted(ASSETS.rglob("*.safetensors"))]:
        if path and Path(path).is_file():
            with open(path, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def is_done(outputs: list[Path], key: str) -> bool:
    """Whether all ``outputs`` exist and were written for ``key``."""
    marker = _marker(outputs)
    return all(path.exists() for path in outputs) and marker.exists() and marker.read_text() == key


def mark_done(outputs: list[Path], key: str) -> None:
    """Store that ``outputs`` were written for ``key``."""
    with replacing(_marker(outputs)) as file:
        file.write(key.encode())


def _marker(outputs: list[Path]) -> Path:
    return outputs[0].with_name(f".{outputs[0].name}.made")
