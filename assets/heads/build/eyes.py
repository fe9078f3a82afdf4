"""Eyeballs: a sphere fitted to the helper, rings dense where the iris is, a bulging cornea, polar UVs."""

import numpy as np

from .part import Part, rigid_weights, triangles

SEGMENTS = 24
# degrees from the front pole; the pupil ends at 8, the iris at 22, the cornea at 24
RINGS = np.array([3, 6, 8, 10, 13, 16, 19, 21, 22.5, 24, 27, 31, 37, 45, 55, 70, 90, 110, 130, 150, 165.0])
CORNEA_EDGE, CORNEA_BULGE = 24.0, 0.045
SHRINK = 0.985  # the lids lie on the helper's sphere: leaves a small clearance


def fit_sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Centre (3,) and radius of the sphere nearest to points (n, 3), by least squares."""
    solution = np.linalg.lstsq(np.c_[2 * points, np.ones(len(points))], (points**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def eyeball(helper: np.ndarray, joint: int, shape_count: int) -> tuple[Part, np.ndarray]:
    """The eyeball that stands in for the helper's vertices (m, 3), and its centre (3,), which is the eye's joint.

    Vertex 0 is the front pole (the pupil), the last one the back pole.
    """
    centre, radius = fit_sphere(helper)
    polar = np.radians(np.r_[0, np.repeat(RINGS, SEGMENTS), 180])
    turn = np.r_[0, np.tile(np.arange(SEGMENTS) * 2 * np.pi / SEGMENTS, len(RINGS)), 0]
    bulge = 1 + CORNEA_BULGE * np.clip(1 - (np.degrees(polar) / CORNEA_EDGE) ** 2, 0, None)
    across = np.sin(polar)
    unit = np.stack([across * np.cos(turn), -np.cos(polar), across * np.sin(turn)], axis=-1)
    vertices = centre + radius * SHRINK * bulge[:, None] * unit
    faces = _faces()
    uv = 0.5 + (polar / np.pi / 2)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    corners = np.where(faces < 0, faces[:, :1], faces)
    shapes = np.zeros((shape_count, len(vertices), 3))
    return Part("eyes", vertices, faces, shapes, rigid_weights(len(vertices), joint), uv[corners]), centre


def _faces() -> np.ndarray:
    """Two caps of triangles and quads between the rings, all facing outwards."""
    here = np.arange(SEGMENTS)
    right = (here + 1) % SEGMENTS
    last = 1 + (len(RINGS) - 1) * SEGMENTS
    quads = [
        np.stack([row + here, row + right, row + right + SEGMENTS, row + here + SEGMENTS], axis=-1)[:, ::-1]
        for row in range(1, last, SEGMENTS)
    ]
    front = np.stack([np.zeros_like(here), here + 1, right + 1], axis=-1)[:, ::-1]
    back = np.stack([np.full_like(here, last + SEGMENTS), last + right, last + here], axis=-1)[:, ::-1]
    return np.concatenate([triangles(front), *quads, triangles(back)])
