"""Rotations of arrays: axis-angle, matrices, quaternions, directions, rays.

A head at rest faces -Y, left is +X, up +Z.
"""

import numpy as np

FORWARD = np.array([0.0, -1.0, 0.0])  # where a head at rest looks
X, _, Z = np.eye(3)


def axis_angle_to_quaternion(axis_angle: np.ndarray) -> np.ndarray:
    """Convert rotation vectors to unit quaternions.

    axis_angle: (..., 3) rotation axis times angle, radians
    returns:    (..., 4) unit quaternion, w first

    >>> axis_angle_to_quaternion(np.array([np.pi, 0, 0])).round(3)
    array([0., 1., 0., 0.])
    """
    half = np.linalg.norm(axis_angle, axis=-1, keepdims=True) / 2
    # sinc keeps the zero rotation exact: sin(half) / angle -> 1/2 as angle -> 0
    xyz = axis_angle * np.sinc(half / np.pi) / 2
    return np.concatenate([np.cos(half), xyz], axis=-1)


def axis_angle_to_matrix(axis_angle: np.ndarray) -> np.ndarray:
    """Convert rotation vectors (..., 3), radians, to rotation matrices (..., 3, 3)."""
    w, x, y, z = np.moveaxis(axis_angle_to_quaternion(axis_angle), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def matrix_to_axis_angle(matrix: np.ndarray) -> np.ndarray:
    """Convert rotation matrices (..., 3, 3) to rotation vectors (..., 3), radians, angle in [0, pi]."""
    return quaternion_to_axis_angle(matrix_to_quaternion(matrix))


def matrix_to_quaternion(matrix: np.ndarray) -> np.ndarray:
    """Convert rotation matrices (..., 3, 3) to unit quaternions (..., 4), w first, w >= 0."""
    m = np.asarray(matrix, float)
    trace = m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2]
    # All four squared components are known from the diagonal; the largest one divides, so nothing small ever does.
    squares = np.stack([1 + trace, *(1 + 2 * m[..., i, i] - trace for i in range(3))], axis=-1)
    wx, wy, wz = (m[..., j, i] - m[..., i, j] for i, j in ((1, 2), (2, 0), (0, 1)))
    xy, xz, yz = (m[..., j, i] + m[..., i, j] for i, j in ((0, 1), (0, 2), (1, 2)))
    candidates = np.stack(
        [
            np.stack([squares[..., 0], wx, wy, wz], axis=-1),
            np.stack([wx, squares[..., 1], xy, xz], axis=-1),
            np.stack([wy, xy, squares[..., 2], yz], axis=-1),
            np.stack([wz, xz, yz, squares[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    largest = squares.argmax(axis=-1)[..., None, None]
    q = np.take_along_axis(candidates, largest, axis=-2)[..., 0, :]
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    return np.where(q[..., :1] < 0, -q, q)


def quaternion_to_axis_angle(quaternion: np.ndarray) -> np.ndarray:
    """Convert unit quaternions (..., 4), w first, to rotation vectors (..., 3), radians, angle in [0, pi]."""
    q = np.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    half_sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    half = np.arctan2(half_sine, q[..., :1])
    return q[..., 1:] * 2 / np.sinc(half / np.pi)


def direction(yaw: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """The unit vector (..., 3) reached from FORWARD by ``yaw`` to the own left and ``pitch`` upwards, radians."""
    return np.stack([np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch)], axis=-1)


def yaw_pitch(vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverse of :func:`direction` for vectors (..., 3) of any length: yaw to the own left, pitch upwards, radians."""
    x, y, z = np.moveaxis(vector, -1, 0)
    return np.arctan2(x, -y), np.arctan2(z, np.hypot(x, y))


def turn(yaw: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3): ``pitch`` upwards, then ``yaw`` to the own left, radians; no roll."""
    about_x, about_z = (axis_angle_to_matrix(angle[..., None] * axis) for angle, axis in ((-pitch, X), (yaw, Z)))
    return about_z @ about_x


def rotation_to(vector: np.ndarray) -> np.ndarray:
    """The rotation vector (..., 3) without roll (Listing) that turns FORWARD to ``vector`` (..., 3) of any length."""
    x, y, z = np.moveaxis(vector, -1, 0)
    across = np.hypot(x, z)
    angle = np.arctan2(across, -y) / np.maximum(across, 1e-12)
    return np.stack([-z * angle, np.zeros_like(x), x * angle], axis=-1)


def transform_points(transforms: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (..., 3) under rigid transforms (..., 4, 4)."""
    return (transforms[..., :3, :3] @ points[..., None])[..., 0] + transforms[..., :3, 3]


def transposed(rotation: np.ndarray) -> np.ndarray:
    """Inverse of rotation matrices (..., 3, 3)."""
    return np.swapaxes(rotation, -1, -2)


def unit(vector: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) scaled to length 1."""
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def leave_sphere(axis: np.ndarray, start: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """The points (..., 3) at which rays from ``start`` (..., 3) along unit vectors ``axis`` (..., 3) leave a sphere.

    The sphere has ``radius`` (..., 1) and lies about the origin; the rays start inside it.
    """
    along = (axis * start).sum(axis=-1, keepdims=True)
    inside = radius**2 - (start**2).sum(axis=-1, keepdims=True)
    return start + axis * (np.sqrt(np.maximum(along**2 + inside, 0)) - along)
