"""Single hairs as thin three-sided spikes, and the surface they stand on."""

from dataclasses import dataclass

import numpy as np

from .part import HEAD, Part, rigid_weights, triangles


def spikes(material: str, spines: np.ndarray, moves: np.ndarray, radius: np.ndarray) -> Part:
    """Hairs that follow the head joint.

    spines: (k, r, 3) metres, root to tip; moves: (S, k, r, 3) the shapes' offsets there; radius: (r - 1,) metres
    """
    count, rings = spines.shape[:2]
    along = np.gradient(spines, axis=1)
    along /= np.linalg.norm(along, axis=-1, keepdims=True)
    first = np.cross(along, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first, axis=-1, keepdims=True)
    second = np.cross(along, first)
    turn = np.arange(3) * 2 * np.pi / 3
    ring = np.cos(turn)[:, None] * first[:, :-1, None] + np.sin(turn)[:, None] * second[:, :-1, None]
    tube = spines[:, :-1, None] + ring * radius[:, None, None]  # (k, r - 1, 3, 3)
    vertices = np.concatenate([tube.reshape(count, -1, 3), spines[:, -1:]], axis=1)
    size = vertices.shape[1]
    follow = np.repeat(moves[:, :, :-1], 3, axis=2)
    shapes = np.concatenate([follow, moves[:, :, -1:]], axis=2).reshape(len(moves), -1, 3)
    faces = _spike_faces(rings)
    every = np.where(faces < 0, -1, faces + np.arange(count)[:, None, None] * size).reshape(-1, 4)
    return Part(material, vertices.reshape(-1, 3), every, shapes, rigid_weights(count * size, HEAD))


def _spike_faces(rings: int) -> np.ndarray:
    here = np.arange(3)
    right = (here + 1) % 3
    last = 3 * (rings - 2)
    sides = [np.stack([r + here, r + right, r + right + 3, r + here + 3], axis=-1) for r in range(0, last, 3)]
    return np.concatenate([*sides, triangles(np.stack([last + here, last + right, np.full(3, last + 3)], axis=-1))])


@dataclass
class Surface:
    """Points on the skin as vertices and barycentric weights, so that they follow the skin."""

    corners: np.ndarray  # (m, 3) vertices
    shares: np.ndarray  # (m, 3) barycentric, rows sum to 1

    def of(self, values: np.ndarray) -> np.ndarray:
        """Values (..., n, 3) known at the vertices, here: (..., m, 3)."""
        return (values[..., self.corners, :] * self.shares[:, :, None]).sum(axis=-2)


def seen_from_front(vertices: np.ndarray, faces: np.ndarray, x: np.ndarray, z: np.ndarray) -> Surface:
    """The skin's frontmost points at (x, z), (m,) each, metres. faces: (f, 4) quads."""
    corners = np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
    a, b, c = np.moveaxis(vertices[corners][..., [0, 2]], 1, 0)
    area = _cross(b - a, c - a)
    corners, a, b, c, area = (each[np.abs(area) > 1e-10] for each in (corners, a, b, c, area))
    p = np.stack([x, z], axis=-1)[:, None]  # (m, 1, 2)
    shares = np.stack([_cross(b - p, c - p), _cross(c - p, a - p), _cross(a - p, b - p)], axis=-1) / area[:, None]
    depth = (vertices[corners][..., 1] * shares).sum(axis=-1)
    depth[(shares < -1e-9).any(axis=-1)] = np.inf
    best = depth.argmin(axis=1)
    if not np.isfinite(depth[np.arange(len(x)), best]).all():
        raise ValueError("the root of a hair lies outside the face")
    return Surface(corners[best], shares[np.arange(len(x)), best])


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(n, 3) unit normals of a quad mesh."""
    corner = vertices[faces]
    face = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
    normals = np.zeros_like(vertices)
    np.add.at(normals, faces, face[:, None])
    return normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
