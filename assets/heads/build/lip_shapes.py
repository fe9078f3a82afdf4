"""Corrects two gaps between the lips that the targets leave: at the corners at rest, and in mouthClose."""

import numpy as np

from .hairs import seen_from_front
from .masks import texture_mask
from .source import Source

MM = 0.001
FROM, TO = 13 * MM, 28 * MM  # distance from the middle in which the corners are closed
MIDDLE = 474  # hm08's vertex under the middle of the upper lip
FADE = 3 * MM  # from the lip line, over which the displacement fades


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
    # through a gap the back of the head is visible: the median is the depth of the lips
    return seen[rows, deepest, 2], np.median(seen[..., 1], axis=1)


def closing_lips(source: Source, shapes: np.ndarray, jaw_open: int, mouth_close: int) -> np.ndarray:
    """The shapes (S, N, 3) with a mouthClose that closes the lips exactly at the same value of jawOpen.

    In the targets up to 0.4 mm remain between opposite vertices.
    """
    lips = np.flatnonzero(texture_mask(source, "lips") > 0.4)
    lips = lips[np.abs(source.vertices[lips, 0]) < 17 * MM]
    drop = shapes[jaw_open, lips, 2]
    upper, lower = lips[drop > -6 * MM], lips[drop < -15 * MM]
    distance = np.linalg.norm(source.vertices[upper][:, None] - source.vertices[lower], axis=-1)
    facing = distance.min(axis=1) < 3 * MM
    upper, partner = upper[facing], lower[distance.argmin(axis=1)[facing]]
    both = shapes[jaw_open] + shapes[mouth_close]
    miss = both[partner] - both[upper]
    corrected = shapes.copy()
    away = np.linalg.norm(source.vertices[:, None] - source.vertices[upper], axis=-1)
    near = np.flatnonzero((away.min(axis=1) < 8 * MM) & (shapes[jaw_open, :, 2] > -6 * MM))
    share = np.exp(-((away[near] / (0.7 * MM)) ** 2)) + 1e-12
    fade = np.exp(-((away[near].min(axis=1) / (2 * MM)) ** 2))
    corrected[mouth_close, near] += fade[:, None] * (share @ miss) / share.sum(axis=1, keepdims=True)
    return corrected
