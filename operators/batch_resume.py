"""Which rows of a table are done: a hidden file beside the first output holds a hash of all that a row depends on."""

import hashlib
from pathlib import Path

from ..core import VERSION
from ..core.files import replacing

WEIGHTS = Path(__file__).resolve().parent.parent / "assets"


def content_key(row: str, files: list[str]) -> str:
    """SHA-256 of ``row``, of the contents of the existing ``files``, of the version and of the weights."""
    digest = hashlib.sha256(repr((VERSION, row)).encode())
    for path in [*files, *sorted(WEIGHTS.rglob("*.safetensors"))]:
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
