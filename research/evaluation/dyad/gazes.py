"""Numbers of METRICS E that can be read off where two pairs of eyes point."""

import numpy as np

from core.gaze import FACE, GazeDirections
from core.motion import MOTION_FPS
from core.rotation import yaw_pitch

from .events import angle_between, saccades

CONTACT = 2.6  # degrees off the point between the partner's eyes
FACE_DROP = 0.03  # m, the middle of the face under the eyes
COMFORT = 25.2  # degrees an eye may turn in the head, with a little for rounding
SKULL = 0.085  # m, radius of a head, and how far its middle lies behind the eyes


def face_gaze(seen: GazeDirections) -> np.ndarray:
    """(2, T) bool: whether each gaze meets the ellipse of the partner's face, square to the line between the heads."""
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
    """Median of the gaze's speed against its target over the head's speed, while the gaze rests and the head moves."""
    target = seen.origin[::-1] - seen.origin
    target /= np.linalg.norm(target, axis=-1, keepdims=True)
    ratios = []
    for gaze, face, aim_at in zip(seen.gaze, seen.face, target, strict=True):
        head = angle_between(face[1:], face[:-1]) * MOTION_FPS
        offset = np.stack(yaw_pitch(gaze)) - np.stack(yaw_pitch(aim_at))
        drift = np.degrees(np.linalg.norm(np.diff(offset, axis=1), axis=0)) * MOTION_FPS
        fixed = (head > 8) & (drift < 15)
        ratios.extend(drift[fixed] / head[fixed])
    return float(np.median(ratios)) if ratios else float("nan")


def eye_movements(seen: GazeDirections) -> dict[str, float]:
    """Saccades and how far the eyes turn in the head."""
    turned = angle_between(seen.axes, seen.face[:, :, None])
    pairs = [saccades(gaze) for gaze in seen.gaze]
    sizes, speeds = np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
    sized = (sizes >= 1) & (sizes <= 30)
    slope = np.polyfit(np.log(sizes[sized]), np.log(speeds[sized]), 1)[0] if sized.sum() > 10 else np.nan
    minutes = seen.gaze.shape[1] * 2 / MOTION_FPS / 60
    return {
        "saccades per minute": len(sizes) / minutes,
        "main sequence slope": slope,
        "eccentric frames": (turned > COMFORT).mean(),
    }


def vergence_error(seen: GazeDirections) -> float:
    """Mean difference of 1 / distance between where both axes come nearest and the partner's eyes, while in contact.

    returns: dioptres; NaN without contact
    """
    left, right = seen.axes[:, :, 0], seen.axes[:, :, 1]
    between = seen.eyes[:, :, 1] - seen.eyes[:, :, 0]
    cosine = (left * right).sum(-1)
    along_left, along_right = (left * between).sum(-1), (right * between).sum(-1)
    # parallel axes meet at infinity, which is 0 dioptres: keep the slope, never divide by it
    slope = (1 - cosine**2) / np.maximum(np.abs(along_left - cosine * along_right), 1e-9)
    wanted = 1 / np.linalg.norm(seen.origin[::-1] - seen.origin, axis=-1)
    held = seen.contact_error <= CONTACT
    return float(np.abs(slope - wanted)[held].mean()) if held.any() else float("nan")


def heads_meet(seen: GazeDirections) -> float:
    """Share of frames in which two heads, taken as balls, touch."""
    middle = seen.origin - SKULL * seen.face
    return float((np.linalg.norm(middle[0] - middle[1], axis=-1) < 2 * SKULL).mean())
