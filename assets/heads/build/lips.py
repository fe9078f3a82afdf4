"""Closes the corners of the mouth: in the targets' neutral a chink stays open there and teeth shine through it."""

import numpy as np

from .hairs import seen_from_front
from .source import Source

MM = 0.001
FROM, TO = 13 * MM, 28 * MM  # from the middle; nothing happens outside
MIDDLE = 474  # hm08's vertex under the middle of the upper lip
FADE = 3 * MM  # how far from the lip line the pinch is felt


def corners_closed(source: Source, neutral: np.ndarray, faces: np.ndarray, pinch: float) -> np.ndarray:
    """The whole mesh (N, 3) with both lips moved ``pinch`` metres to the line between them, near the mouth's corners.

    faces: (f, 4) the skin seen from outside, in numbers of the whole mesh
    """
    closed = neutral.copy()
    skin = np.unique(faces)
    for side in (1, -1):
        x = np.arange(FROM, TO, MM)
        away = side * neutral[skin, 0]
        height, depth = _lip_line(neutral, faces, side * x)
        over = neutral[skin, 2] - np.interp(away, x, height)
        behind = neutral[skin, 1] - np.interp(away, x, depth)
        share = np.sin(np.pi * np.clip((away - FROM) / (TO - FROM), 0, 1)) * (away < TO)
        share *= np.exp(-((over / FADE) ** 2)) * np.exp(-((behind / (2 * FADE)) ** 2))
        closed[skin, 2] -= pinch * share * np.tanh(over / (0.3 * MM))
    return closed


def _lip_line(vertices: np.ndarray, faces: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Height (n,) of the groove between the lips at x (n,), where the face is deepest, and the lips' own depth."""
    z = vertices[MIDDLE, 2] + np.arange(-5 * MM, 4 * MM, 0.15 * MM)
    grid_x, grid_z = np.meshgrid(x, z, indexing="ij")
    near = faces[(np.abs(vertices[faces][..., 2] - vertices[MIDDLE, 2]) < 20 * MM).all(axis=1)]
    seen = seen_from_front(vertices, near, grid_x.ravel(), grid_z.ravel()).of(vertices).reshape(*grid_x.shape, 3)
    deepest = seen[..., 1].argmax(axis=1)
    rows = np.arange(len(x))
    # through a chink one sees to the back of the head; the lips' own depth is the middle one
    return seen[rows, deepest, 2], np.median(seen[..., 1], axis=1)
