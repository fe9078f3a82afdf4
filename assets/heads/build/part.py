"""One part of a head (skin, an eyeball, a row of teeth …), and rigid transfer of shapes to it."""

from dataclasses import dataclass

import numpy as np

JOINTS = ("root", "neck", "head", "jaw", "left_eye", "right_eye")
ROOT, NECK, HEAD, JAW, LEFT_EYE, RIGHT_EYE = range(6)


@dataclass
class Part:
    """n vertices with everything that moves them. S = 52 shapes: the 44 of the motion, then the 8 of the lids."""

    material: str | np.ndarray  # of all faces, or (f,) names
    vertices: np.ndarray  # (n, 3) metres
    faces: np.ndarray  # (f, 4) indices into vertices; -1 in the last column of a triangle
    shapes: np.ndarray  # (S, n, 3) metres
    weights: np.ndarray  # (n, 6), rows sum to 1, columns as JOINTS
    uvs: np.ndarray | None = None  # (f, 4, 2) in [0, 1]; None where a part has no use for any


def rigid_weights(count: int, joint: int) -> np.ndarray:
    """(count, 6) weights of vertices that follow one joint."""
    weights = np.zeros((count, len(JOINTS)))
    weights[:, joint] = 1
    return weights


def rigid_shapes(points: np.ndarray, shapes: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Transfer the offsets at some points to others by the best rigid motion of each shape, as teeth are rigid.

    points: (m, 3), shapes: (S, m, 3) offsets there, at: (n, 3); returns (S, n, 3)
    """
    middle = points.mean(axis=0)
    offsets = np.zeros((len(shapes), *at.shape))
    for index in np.flatnonzero(np.abs(shapes).max(axis=(1, 2))):
        moved = points + shapes[index]
        left, _, right = np.linalg.svd((points - middle).T @ (moved - moved.mean(axis=0)))
        offsets[index] = (at - middle) @ left @ right + moved.mean(axis=0) - at
    return offsets


def grid_faces(rows: int, columns: int, around: bool = False) -> np.ndarray:
    """Quads (f, 4) over a grid of ``rows`` x ``columns`` vertices, row by row; ``around`` closes each row to a ring."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if around else columns - 1), indexing="ij")
    right = (c + 1) % columns
    corners = [r * columns + c, r * columns + right, (r + 1) * columns + right, (r + 1) * columns + c]
    return np.stack(corners, axis=-1).reshape(-1, 4)


def triangles(corners: np.ndarray) -> np.ndarray:
    """(f, 3) triangles as (f, 4) faces."""
    return np.c_[corners, np.full(len(corners), -1)]
