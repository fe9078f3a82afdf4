"""What of a table is made already: beside the first file of a row lies a hash of all that the row depends on."""

import hashlib
from pathlib import Path

from ..core import VERSION
from ..core.files import replacing

WEIGHTS = Path(__file__).resolve().parent.parent / "assets"


def content_key(row: str, files: list[str]) -> str:
    """A hash of ``row``, of the bytes of the ``files`` that are there, and of our version and weights."""
    digest = hashlib.sha256(repr((VERSION, row)).encode())
    for path in [*files, *sorted(WEIGHTS.rglob("*.safetensors"))]:
        if path and Path(path).is_file():
            with open(path, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def is_made(outputs: list[Path], key: str) -> bool:
    """Whether all ``outputs`` are there and were made from what ``key`` stands for."""
    marker = _marker(outputs)
    return all(path.exists() for path in outputs) and marker.exists() and marker.read_text() == key


def remember(outputs: list[Path], key: str) -> None:
    """Note that ``outputs`` were made from what ``key`` stands for."""
    with replacing(_marker(outputs)) as file:
        file.write(key.encode())


def _marker(outputs: list[Path]) -> Path:
    return outputs[0].with_name(f".{outputs[0].name}.made")
