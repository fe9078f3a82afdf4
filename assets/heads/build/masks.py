"""Masks of skin regions, (n,) in [0, 1] over the skin's vertices, the same for every identity."""

import tempfile
from pathlib import Path

import numpy as np

from core.timeseries import smooth_step

from .source import Source

TEXTURES = ("lips", "ears", "eyelids", "inside-mouth")  # drawn by MPFB's authors
MM = 0.001
AXIS_Y = -0.05  # metres on hm08: the vertical axis of the hairline's angles
# degrees from the face (0) to the nape (180), height of the hairline in metres on hm08
HAIRLINE = np.array(
    [[0, 0.803], [22, 0.804], [36, 0.797], [48, 0.776], [58, 0.757], [68, 0.742], [76, 0.720], [84, 0.700], [94, 0.698],
     [99, 0.730], [122, 0.728], [132, 0.690], [146, 0.664], [180, 0.650]]
)  # fmt: skip
BLUSH = ((0.043, -0.128, 0.697), 20 * MM)  # middle on the left cheek, reach
NOSE = ((0.0, -0.166, 0.692), 15 * MM)


def texture_mask(source: Source, name: str) -> np.ndarray:
    """(N,) a region texture of MPFB read at every body vertex, in [0, 1]; the mean where a vertex has several UVs."""
    pixels = _pixels(source.read(f"mpfb2/textures/mpfb_{name}.jpg"))
    vertices, uv = source.faces["body"].ravel(), source.uvs[source.face_uvs["body"].ravel()]
    size = np.array(pixels.shape[::-1])
    column, row = np.clip((uv * size).astype(int), 0, size - 1).T
    total, count = np.zeros((2, len(source.vertices)))
    np.add.at(total, vertices, pixels[row, column])
    np.add.at(count, vertices, 1)
    return total / np.maximum(count, 1)


def _pixels(jpeg: bytes) -> np.ndarray:
    """A grey image (height, width) in [0, 1], bottom row first as in UV space."""
    import bpy  # reads JPEG; only the build needs it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mask.jpg"
        path.write_bytes(jpeg)
        image = bpy.data.images.load(str(path))
        pixels = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], -1)[..., 0]
        bpy.data.images.remove(image)
    return pixels


def skin_masks(source: Source, kept: np.ndarray) -> dict[str, np.ndarray]:
    """Every mask by name, over the skin's vertices ``kept`` (n,)."""
    at = source.vertices[kept]
    masks = {name.replace("-", "_"): texture_mask(source, name)[kept] for name in TEXTURES}
    outside = 1 - masks["inside_mouth"]
    masks["cheeks"] = bump(at * [1, 1, 1], BLUSH) + bump(at * [-1, 1, 1], BLUSH)
    masks["nose"] = bump(at, NOSE)
    masks["scalp"] = scalp(at) * (1 - masks["ears"]) * outside
    masks["beard"] = beard(at) * (1 - masks["lips"]) * (1 - masks["scalp"]) * outside
    return masks


def bump(at: np.ndarray, place: tuple[tuple[float, float, float], float]) -> np.ndarray:
    """A Gaussian around a point: 1 there, 0.37 at its reach."""
    middle, reach = place
    return np.exp(-((at - middle) ** 2).sum(axis=1) / reach**2)


def scalp(at: np.ndarray) -> np.ndarray:
    """The region above the hairline."""
    angle = np.degrees(np.abs(np.arctan2(at[:, 0], AXIS_Y - at[:, 1])))
    return smooth_step(at[:, 2] - np.interp(angle, *HAIRLINE.T), -3 * MM, 3 * MM)


def beard(at: np.ndarray) -> np.ndarray:
    """The region of a beard: upper lip, chin, jaw and below it."""
    x, y, z = np.abs(at[:, 0]), at[:, 1], at[:, 2]
    top = np.interp(x, [0, 0.012, 0.03, 0.05, 0.065, 0.08], [0.679, 0.676, 0.668, 0.672, 0.690, 0.705])
    return smooth_step(z, top + 4 * MM, top - 4 * MM) * smooth_step(z, 0.585, 0.612) * smooth_step(y, -0.05, -0.07)
