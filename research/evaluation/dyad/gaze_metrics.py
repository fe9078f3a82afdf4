"""METRICS E from the gaze of two people: face gaze, VOR residual, saccades, vergence, penetration."""

import numpy as np

from core.gaze import FACE, GazeDirections
from core.motion import MOTION_FPS
from core.rotation import yaw_pitch

from .motion_events import angle_between, saccades

CONTACT = 2.6  # degrees off the point between the partner's eyes
FACE_DROP = 0.03  # m, the middle of the face under the eyes
ECCENTRIC = 25.2  # degrees of eye in head: METRICS' 25 with a margin for rounding
HEAD_RADIUS = 0.085  # m, of the sphere that stands for a head; its centre lies as far behind the eyes
HEAD_SPEED, GAZE_SPEED = 8.0, 15.0  # degrees a second: least head speed, and largest gaze speed against the target


def face_gaze(seen: GazeDirections) -> np.ndarray:
    """(2, T) bool: the gaze meets the ellipse of the partner's face, which is normal to the line between the heads."""
    line = seen.origin[::-1] - seen.origin
    distance = np.linalg.norm(line, axis=-1, keepdims=True)
    across = np.cross(line / distance, [0.0, 0.0, 1.0])
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    upward = np.cross(across, line / distance)
    forward = (seen.gaze * line / distance).sum(-1)
    hit = seen.gaze * (distance / np.maximum(forward, 1e-6)[..., None])
    aside, up = (hit * across).sum(-1), (hit * upward).sum(-1) + FACE_DROP
    return (forward > 0.1) & ((aside / FACE[0]) ** 2 + (up / FACE[1]) ** 2 <= 1)


def vor_residual(seen: GazeDirections) -> float:
    """Median of gaze speed against the target over head speed, in fixations while the head moves; nan without any."""
    target = seen.origin[::-1] - seen.origin
    target /= np.linalg.norm(target, axis=-1, keepdims=True)
    ratios = []
    for gaze, face, aim_at in zip(seen.gaze, seen.face, target, strict=True):
        head = angle_between(face[1:], face[:-1]) * MOTION_FPS
        offset = np.stack(yaw_pitch(gaze)) - np.stack(yaw_pitch(aim_at))
        drift = np.degrees(np.linalg.norm(np.diff(offset, axis=1), axis=0)) * MOTION_FPS
        fixed = (head > HEAD_SPEED) & (drift < GAZE_SPEED)
        ratios.extend(drift[fixed] / head[fixed])
    return float(np.median(ratios)) if ratios else float("nan")


def eye_movements(seen: GazeDirections) -> dict[str, float]:
    """Saccade rate, main-sequence slope (1 to 30 degrees) and share of frames with an eccentric eye."""
    turned = angle_between(seen.axes, seen.face[:, :, None])
    pairs = [saccades(gaze) for gaze in seen.gaze]
    sizes, speeds = np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
    sized = (sizes >= 1) & (sizes <= 30)
    slope = np.polyfit(np.log(sizes[sized]), np.log(speeds[sized]), 1)[0] if sized.sum() > 10 else np.nan
    minutes = seen.gaze.shape[1] * 2 / MOTION_FPS / 60
    return {
        "saccades per minute": len(sizes) / minutes,
        "main sequence slope": slope,
        "eccentricity": (turned > ECCENTRIC).mean(),
    }


def vergence_error(seen: GazeDirections) -> float:
    """Mean abs difference of 1 / distance of the point nearest to both axes and of the partner's eyes, in contact.

    returns: dioptres; nan without contact
    """
    left, right = seen.axes[:, :, 0], seen.axes[:, :, 1]
    between = seen.eyes[:, :, 1] - seen.eyes[:, :, 0]
    cosine = (left * right).sum(-1)
    along_left, along_right = (left * between).sum(-1), (right * between).sum(-1)
    # parallel axes meet at infinity, which is 0 dioptres: compare inverse distances
    fixated = (1 - cosine**2) / np.maximum(np.abs(along_left - cosine * along_right), 1e-9)
    target = 1 / np.linalg.norm(seen.origin[::-1] - seen.origin, axis=-1)
    contact = seen.contact_error <= CONTACT
    return float(np.abs(fixated - target)[contact].mean()) if contact.any() else float("nan")


def penetration(seen: GazeDirections) -> float:
    """Share of frames in which the two heads, as spheres, intersect."""
    centre = seen.origin - HEAD_RADIUS * seen.face
    return float((np.linalg.norm(centre[0] - centre[1], axis=-1) < 2 * HEAD_RADIUS).mean())
