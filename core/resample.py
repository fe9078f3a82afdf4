"""Motion from its own rate to the scene's frames, by cubics that never leave the range of their samples."""

import math

import numpy as np

from .motion import HeadMotion
from .rotation import axis_angle_to_quaternion, quaternion_to_axis_angle


def scene_motion(motion: HeadMotion, fps: float) -> HeadMotion:
    """``motion`` at ``fps``, one row for each scene frame from the recording's start to its end.

    returns: ceil(seconds * fps) rows; row k is the pose at k / fps seconds, where a scene shows its frame k. Before the
             first sample and after the last the pose is held.
    """
    seconds = len(motion) / motion.fps
    count = max(1, math.ceil(seconds * fps - 1e-6))
    at = np.arange(count) / fps * motion.fps - 0.5  # in samples: row i of the motion is at (i + 1/2) / its fps
    rotation = interpolate(continuous_quaternions(motion.rotation).reshape(len(motion), 16), at).reshape(count, 4, 4)
    rotation /= np.linalg.norm(rotation, axis=-1, keepdims=True)
    packed = np.concatenate(
        [
            np.clip(interpolate(motion.expression, at), 0, 1),
            quaternion_to_axis_angle(rotation).reshape(count, 12),
            interpolate(motion.translation, at),
        ],
        axis=1,
    )
    return HeadMotion(packed.astype(np.float32), fps)


def interpolate(samples: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Catmull-Rom interpolation of ``samples``, clipped to the range of the four samples that a value depends on.

    Without the clip the cubic would overshoot the end of a saccade and open closed lips before a syllable.

    samples: (T, D) values at 0, 1, .. T-1
    at:      (S,) places, in samples; outside 0 .. T-1 the end is held
    returns: (S, D)
    """
    at = np.clip(at, 0, len(samples) - 1)
    left = np.minimum(at.astype(int), max(len(samples) - 2, 0))
    part = (at - left)[:, None]
    four = [samples[np.clip(left + k, 0, len(samples) - 1)].astype(float) for k in (-1, 0, 1, 2)]
    before, start, end, after = four
    cubic = start + part / 2 * (
        end - before + part * (2 * before - 5 * start + 4 * end - after + part * (3 * (start - end) + after - before))
    )
    return np.clip(cubic, np.minimum.reduce(four), np.maximum.reduce(four))


def continuous_quaternions(axis_angle: np.ndarray) -> np.ndarray:
    """Rotation vectors (T, J, 3), radians, as unit quaternions (T, J, 4), w first, without a jump of sign over time."""
    return without_flips(axis_angle_to_quaternion(axis_angle.astype(float)))


def without_flips(quaternions: np.ndarray) -> np.ndarray:
    """The same rotations (T, J, 4), each with the sign that is nearer to the frame before it."""
    turns = np.sum(quaternions[1:] * quaternions[:-1], axis=-1) < 0
    flips = np.zeros(quaternions.shape[:-1], bool)
    flips[1:] = np.logical_xor.accumulate(turns, axis=0)
    return np.where(flips[..., None], -quaternions, quaternions)
