"""The clothes of a head as arrays: sweater, trousers, shoes, and the hands that belong to them."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from .. import ASSETS

FILE = ASSETS / "clothes" / "clothes.npz"
UNIT = 1e-4  # metres, of the file's whole numbers
PIECES = ("shirt", "trousers", "hands", "shoes")


@dataclass(frozen=True, eq=False)
class Clothes:
    """One person's clothes in the head's axes; they stay where they are when the head moves."""

    vertices: np.ndarray  # (S, 3) float32 metres
    faces: np.ndarray  # (G, 4) int, -1 in the last column of a triangle
    piece: np.ndarray  # (G,) uint8, index into PIECES


@cache
def of(name: str) -> Clothes:
    """The clothes of one of our own heads."""
    with np.load(FILE, allow_pickle=False) as file:
        vertices, faces, piece = (file[f"{name}_{part}"] for part in ("vertices", "faces", "piece"))
    return Clothes((vertices * UNIT).astype(np.float32), faces.astype(np.int32), piece)
