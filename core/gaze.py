"""Gaze of a pair as exact geometry: intents to joint rotations, and back.

The network and the simulator use *intents*: how neck and head rotate beside what the layout asks for, and how far the
gaze is off the partner's eyes. :func:`aim` turns intents into joint rotations from both heads' actual poses;
:func:`intents` is its inverse. A finished take is aimed again by ``aim(intents(motion, old...), new...)``.
"""

from dataclasses import dataclass

import numpy as np

from .motion import CHANNELS, EYES
from .rotation import (
    FORWARD,
    axis_angle_to_matrix,
    direction,
    leave_sphere,
    matrix_to_axis_angle,
    rotation_to,
    transform_points,
    transposed,
    turn,
    unit,
    yaw_pitch,
)
from .timeseries import by_chunks, smooth_bound, smooth_step

INTENT_CHANNELS = {
    "expression": slice(0, 44),  # as in the motion
    "neck": slice(44, 47),  # axis-angle, radians, on top of the facing baseline
    "head": slice(47, 50),
    "gaze": slice(50, 53),  # yaw and pitch off the partner's eyes (radians, own rest axes), contact 0..1
    "translation": slice(53, 56),  # metres, as in the motion
}
INTENT_WIDTH = 56
CONTACT_COLUMN = INTENT_CHANNELS["gaze"].stop - 1

CONTACT = 0.5  # contact from which the gaze is on the partner's eyes
AVERTED = 0.25  # contact up to which the offsets are taken as they are; between the two they blend
FACE = (0.075, 0.11)  # m, half-axes of a face
SCAN = np.radians(2.5)  # largest offset while in contact: from eye to eye
EYE_COMFORT = np.radians(25)  # no eye rotates further in the head: head and neck rotate instead
EYE_LIMIT = np.radians(30)  # no gaze goes further in the head, whatever the head does
YAW_REACH, PITCH_REACH = np.radians(105), np.radians(70)  # where a gaze can go from a body at rest
LARGEST_FACING = 112.0  # degrees that a body can be turned away from the partner and its head still turns there
NECK_SHARE = 0.45  # of a rotation of neck and head together
# The head starts twice this many frames before the eyes would leave their comfort, and stops as many after. Two gazes
# to opposite sides within that time leave less of it: each round may be shorter, the last ones take the rest at once.
LEAD_FRAMES = (5, 5, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0)
NEAREST_FIXATION = 0.05  # m


@dataclass(frozen=True, eq=False)
class Geometry:
    """Rest positions of one head's joints, (3,) metres each; the origin is the point between the eyes."""

    neck: np.ndarray
    head: np.ndarray
    left_eye: np.ndarray
    right_eye: np.ndarray

    @classmethod
    def of(cls, head) -> "Geometry":
        """From a loaded ``core.heads.Head``, whose joints are root, neck, head, jaw, left eye, right eye."""
        _, neck, upper, _, left, right = np.asarray(head.joints, float)
        return cls(neck, upper, left, right)


# Of an adult, where no head is loaded
ADULT = Geometry(*np.array([[0, 0.09, -0.13], [0, 0.08, -0.02], [0.031, 0, 0], [-0.031, 0, 0]]))


def off_the_face(offsets: np.ndarray, distance: float) -> np.ndarray:
    """Offsets (..., 2) from the partner's eyes, radians, moved out of a face ``distance`` metres away, with a margin.

    A gaze that stays on the face is not averted, and a near face is large.
    """
    ellipse = np.arctan(np.array(FACE) / distance) + SCAN
    size = np.linalg.norm(offsets / ellipse, axis=-1, keepdims=True)
    return offsets / np.clip(size, 1e-6, 1)


@dataclass(frozen=True, eq=False)
class GazeDirections:
    """Where two posed heads look, in room axes."""

    eyes: np.ndarray  # (2, T, 2, 3) metres, centres of the left and right eye
    axes: np.ndarray  # (2, T, 2, 3) unit vectors, where each eye points
    face: np.ndarray  # (2, T, 3) unit vectors, where the face points

    @property
    def origin(self) -> np.ndarray:
        """(2, T, 3) metres, the point between the eyes."""
        return self.eyes.mean(axis=2)

    @property
    def gaze(self) -> np.ndarray:
        """(2, T, 3) unit vectors, the mean of both eyes' axes."""
        return unit(self.axes.sum(axis=2))

    @property
    def contact_error(self) -> np.ndarray:
        """(2, T) degrees from the gaze to the point between the partner's eyes."""
        there = unit(self.origin[::-1] - self.origin)
        return 2 * np.degrees(np.arcsin(np.linalg.norm(self.gaze - there, axis=-1) / 2))  # exact near 0, unlike arccos


def gaze_directions(motions: np.ndarray, poses: np.ndarray, geometries) -> GazeDirections:
    """Where both heads look under their motions.

    motions: (2, T, 59) packed HeadMotion; poses: (2, 4, 4) or (2, T, 4, 4) rest axes to room; geometries: two Geometry
    """
    motions, poses = np.asarray(motions, float), _per_frame(poses)
    head_rotation, eyes = _skeleton(*_turns(motions), motions[..., CHANNELS["translation"]], _joints(geometries))
    to_room = poses[..., :3, :3] @ head_rotation
    axes = (to_room[:, :, None] @ _eye_rotations(motions)) @ FORWARD
    return GazeDirections(transform_points(poses[:, :, None], eyes), unit(axes), unit(to_room @ FORWARD))


def toward(poses: np.ndarray) -> np.ndarray:
    """Yaw to the own left and pitch upwards from each rest pose to the partner's rest place, as far as a gaze reaches.

    ``-toward(poses)`` is the offset of a gaze straight ahead.
    poses:   (2, 4, 4) or (2, T, 4, 4) rest axes to room axes
    returns: (2, 2) or (2, T, 2) radians
    """
    return _reachable(np.stack(yaw_pitch(_to_partner(poses)[..., :3, 3]), axis=-1))


def facing(poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations of neck and head that turn the face to the partner's rest place, as far as people do.

    They turn 85 % of the way up to 60 degrees, no further than 68, and hardly when the partner is right behind.
    poses:   (2, 4, 4) or (2, T, 4, 4) rest axes to room axes
    returns: neck, head, (2, 3, 3) or (2, T, 3, 3), each local to its parent
    """
    yaw, pitch = yaw_pitch(_to_partner(poses)[..., :3, 3])
    size = np.degrees(np.abs(yaw))
    beyond = np.clip(size - 60, 0, 40)
    turned = 0.85 * (np.minimum(size, 60) + beyond - beyond**2 / 80)  # the slope falls to 0 at 100 degrees
    behind = (1 - np.cos(np.pi * np.clip((size - 100) / 80, 0, 1))) / 2
    yaw = np.sign(yaw) * np.radians(turned * (1 - behind))
    pitch = np.radians(40) * np.tanh(0.7 * pitch / np.radians(40))
    neck, both = (turn(share * yaw, share * pitch) for share in (NECK_SHARE, 1))
    return neck, transposed(neck) @ both


def aim(intents: np.ndarray, poses: np.ndarray, geometries, turn_heads: bool = True) -> np.ndarray:
    """Joint rotations that realize intents in the pair's actual geometry.

    In contact the gaze meets the point between the partner's eyes where the posed heads have it; both eyes converge on
    the point looked at; what the eyes cannot reach in comfort, head and neck add, ahead of time.
    intents:    (2, T, 56), columns as in INTENT_CHANNELS
    poses:      (2, 4, 4) or (2, T, 4, 4) rest axes to room axes, metres
    geometries: the two heads' Geometry
    turn_heads: False leaves neck and head as the intents have them: the gaze stops at the limit of the eyes
    returns:    (2, T, 59) float32 packed HeadMotion
    """
    return by_chunks(
        lambda part: _aim(intents[:, part], _per_frame(poses, part), geometries, turn_heads),
        intents.shape[1],
        reach=2 * sum(LEAD_FRAMES),
    )


def _aim(intents: np.ndarray, poses: np.ndarray, geometries, turn_heads: bool) -> np.ndarray:
    given, joints = np.asarray(intents, float), _joints(geometries)
    partner, translation = _to_partner(poses), given[..., INTENT_CHANNELS["translation"]]
    neck, head = (base @ residual for base, residual in zip(facing(poses), _turns(given), strict=True))
    # Turning a head moves its eyes and so the target of both: a few rounds settle how far the heads turn.
    for lead in LEAD_FRAMES:
        head_rotation, eyes = _skeleton(neck, head, translation, joints)
        fixation, in_head, comfort = _fixation(given[..., INTENT_CHANNELS["gaze"]], head_rotation, eyes, partner)
        size = np.linalg.norm(in_head, axis=-1, keepdims=True)
        excess = in_head * np.maximum(1 - comfort / np.maximum(size, 1e-9), 0)
        if not turn_heads or np.abs(excess).max(initial=0) < 1e-6:
            break
        neck, head = _turned(neck, head, smooth_bound(excess, lead))
    to_eyes = fixation[:, :, None] - eyes
    eye_rotation = rotation_to((transposed(head_rotation)[:, :, None] @ to_eyes[..., None])[..., 0])
    turns = [matrix_to_axis_angle(neck), matrix_to_axis_angle(head), eye_rotation.reshape(*eye_rotation.shape[:2], 6)]
    expression = given[..., INTENT_CHANNELS["expression"]]
    return np.concatenate([expression, *turns, translation], axis=-1).astype(np.float32)


def intents(motions: np.ndarray, poses: np.ndarray, geometries) -> np.ndarray:
    """The inverse of :func:`aim`, exact where no eye is beyond its comfort.

    motions: (2, T, 59) packed HeadMotion; poses, geometries: as for :func:`aim`
    returns: (2, T, 56) float32, columns as in INTENT_CHANNELS; contact is 1 where the gaze is on the partner's eyes
    """
    return by_chunks(lambda part: _intents(motions[:, part], _per_frame(poses, part), geometries), motions.shape[1])


def _intents(motions: np.ndarray, poses: np.ndarray, geometries) -> np.ndarray:
    given, joints = np.asarray(motions, float), _joints(geometries)
    partner = _to_partner(poses)
    neck, head = _turns(given)
    head_rotation, eyes = _skeleton(neck, head, given[..., CHANNELS["translation"]], joints)
    middle = eyes.mean(axis=2)
    target, distance = _target(middle, partner)
    axes = (head_rotation[:, :, None] @ _eye_rotations(given)) @ FORWARD
    rays = (axes, eyes - middle[:, :, None], distance[..., None, :])
    offset = np.stack(yaw_pitch(leave_sphere(*rays).mean(axis=2)), axis=-1) - target
    on_eyes = _size(offset, target) <= SCAN + 1e-6

    turns = [
        matrix_to_axis_angle(transposed(base) @ turn) for base, turn in zip(facing(poses), (neck, head), strict=True)
    ]
    parts = [given[..., CHANNELS["expression"]], *turns, offset, on_eyes, given[..., CHANNELS["translation"]]]
    return np.concatenate(parts, axis=-1).astype(np.float32)


def _fixation(gaze, head_rotation, eyes, partner):
    """The point looked at (2, T, 3), the gaze in the head as a rotation (2, T, 3), how large it may be (2, T, 1)."""
    middle = eyes.mean(axis=2)
    target, distance = _target(middle, partner)
    angles = _reachable(target + _offset(gaze, target))
    in_head = rotation_to((transposed(head_rotation) @ direction(angles[..., 0], angles[..., 1])[..., None])[..., 0])
    half_span = np.linalg.norm(eyes[:, :, 0] - eyes[:, :, 1], axis=-1, keepdims=True) / 2
    comfort = EYE_COMFORT - np.arctan(half_span / distance)  # converging turns one eye further than the gaze
    size = np.linalg.norm(in_head, axis=-1, keepdims=True)
    limited = in_head * np.minimum(1, EYE_LIMIT / np.maximum(size, 1e-9))
    ray = (head_rotation @ (axis_angle_to_matrix(limited) @ FORWARD)[..., None])[..., 0]
    return middle + ray * distance, in_head, comfort


def _offset(gaze: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Effective offsets (2, T, 2): as given when averted, no larger than SCAN in contact, blended in between."""
    offset, contact = gaze[..., :2], gaze[..., 2:]
    scanning = offset * np.minimum(1, SCAN / np.maximum(_size(offset, target), 1e-9))
    share = smooth_step(contact, AVERTED, CONTACT)
    return offset * (1 - share) + scanning * share


def _size(offset: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The angle (2, T, 1) that small yaw and pitch offsets make at the target's height."""
    return np.hypot(offset[..., :1] * np.cos(target[..., 1:]), offset[..., 1:])


def _target(middle: np.ndarray, partner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Yaw and pitch (2, T, 2) from the point between the eyes to the partner's, and the distance (2, T, 1)."""
    away = transform_points(partner, middle[::-1]) - middle
    distance = np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), NEAREST_FIXATION)
    yaw, pitch = yaw_pitch(away)
    # A partner right behind is looked at over the shoulder nearer in the rest poses, never over both in turn.
    rest = yaw_pitch(partner[..., :3, 3])[0]
    yaw = rest + (yaw - rest + np.pi) % (2 * np.pi) - np.pi
    return _reachable(np.stack([yaw, pitch], axis=-1)), distance


def _reachable(angles: np.ndarray) -> np.ndarray:
    return np.clip(angles, [-YAW_REACH, -PITCH_REACH], [YAW_REACH, PITCH_REACH])


def _turned(neck: np.ndarray, head: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neck and head (2, T, 3, 3), turned together by ``turn`` (2, T, 3), a rotation vector in the head's own axes."""
    both = neck @ head @ axis_angle_to_matrix(turn)
    neck = neck @ axis_angle_to_matrix(NECK_SHARE * (head @ turn[..., None])[..., 0])
    return neck, transposed(neck) @ both


def _skeleton(neck, head, translation, joints) -> tuple[np.ndarray, np.ndarray]:
    """The head's rotation (2, T, 3, 3) and both eyes' centres (2, T, 2, 3) in the own rest axes."""
    at_neck, at_head, at_eyes = joints[:, None, 0], joints[:, None, 1], joints[:, None, 2:]
    head_rotation = neck @ head
    head_place = at_neck + translation + (neck @ (at_head - at_neck)[..., None])[..., 0]
    arms = (head_rotation[:, :, None] @ (at_eyes - at_head[:, :, None])[..., None])[..., 0]
    return head_rotation, head_place[:, :, None] + arms


def _turns(columns: np.ndarray) -> list[np.ndarray]:
    """Matrices (2, T, 3, 3) of neck and head, which motions and intents keep in the same columns."""
    return [axis_angle_to_matrix(columns[..., CHANNELS[joint]]) for joint in ("neck", "head")]


def _eye_rotations(motions: np.ndarray) -> np.ndarray:
    """Matrices (2, T, 2, 3, 3) of the left and right eye in the head, of motions (2, T, 59)."""
    return axis_angle_to_matrix(motions[..., EYES].reshape(*motions.shape[:2], 2, 3))


def _to_partner(poses: np.ndarray) -> np.ndarray:
    """Transforms from the partner's rest axes to the own, of poses (2, ..., 4, 4)."""
    poses = np.asarray(poses, float)
    return np.linalg.inv(poses) @ poses[::-1]


def _per_frame(poses: np.ndarray, part: slice = slice(None)) -> np.ndarray:
    """(2, 4, 4) as (2, 1, 4, 4), or ``part`` of (2, T, 4, 4)."""
    poses = np.asarray(poses, float)
    return poses[:, None] if poses.ndim == 3 else poses[:, part]


def _joints(geometries) -> np.ndarray:
    return np.stack([np.stack([g.neck, g.head, g.left_eye, g.right_eye]) for g in geometries]).astype(float)
