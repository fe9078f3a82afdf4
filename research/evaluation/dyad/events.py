"""Moments in a motion, found as METRICS E and F define them: saccades, nods, blinks, bouts."""

import numpy as np

from core.motion import CHANNELS, MOTION_FPS
from core.rotation import FORWARD, axis_angle_to_matrix, yaw_pitch
from core.timeseries import runs

SACCADE_SPEED = 40.0  # degrees a second, faster gaze is a saccade
NOD_BAND = (1.0, 4.0)  # Hz
NOD_SIZE = 1.5  # degrees between an upper and a lower turning point
NOD_SWINGS = 3  # half cycles
BLINK_SHUT, BLINK_OPEN = 0.6, 0.3  # lid closure at which a blink begins to count, and below which it is over


def saccades(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sizes and peak speeds of the saccades of a gaze.

    directions: (T, 3) unit vectors
    returns:    (S,) degrees, (S,) degrees a second
    """
    speed = angle_between(directions[1:], directions[:-1]) * MOTION_FPS
    found = runs(speed > SACCADE_SPEED)
    sizes = [float(angle_between(directions[end], directions[start])) for start, end in found]
    return np.array(sizes), np.array([speed[start:end].max() for start, end in found])


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between unit vectors (..., 3)."""
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def nods(pitch: np.ndarray) -> list[tuple[float, float]]:
    """Start and end, s, of the nods in a head's ``pitch`` (T,), degrees."""
    curve = band(pitch, *NOD_BAND)
    turning = np.flatnonzero((curve[1:-1] - curve[:-2]) * (curve[2:] - curve[1:-1]) <= 0) + 1
    found, run = [], []
    for first, second in zip(turning[:-1], turning[1:], strict=True):
        apart = (second - first) / MOTION_FPS
        if abs(curve[second] - curve[first]) >= NOD_SIZE and apart <= 0.5 / NOD_BAND[0] + 0.04:
            run = run + [second] if run else [first, second]
            continue
        if len(run) > NOD_SWINGS:
            found.append((run[0] / MOTION_FPS, run[-1] / MOTION_FPS))
        run = []
    if len(run) > NOD_SWINGS:
        found.append((run[0] / MOTION_FPS, run[-1] / MOTION_FPS))
    return found


def band(curve: np.ndarray, low: float, high: float) -> np.ndarray:
    """``curve`` (T,) between two frequencies, Hz, with soft edges; mirrored at its ends so that they do not ring."""
    mirrored = np.concatenate([curve[::-1], curve, curve[::-1]]) - curve.mean()
    frequency = np.fft.rfftfreq(len(mirrored), 1 / MOTION_FPS)
    gain = 1 / (1 + np.exp(-(frequency - low * 0.8) / 0.08)) / (1 + np.exp((frequency - high * 1.15) / 0.2))
    return np.fft.irfft(np.fft.rfft(mirrored) * gain, len(mirrored))[len(curve) : 2 * len(curve)]


def blinks(lids: np.ndarray) -> list[tuple[int, int, float]]:
    """First frame, one past the last frame and greatest closure of every blink in ``lids`` (T,), 0..1."""
    found = [(a, b) for a, b in runs(lids > BLINK_OPEN) if lids[a:b].max() >= BLINK_SHUT and b - a <= MOTION_FPS]
    return [(a, b, float(lids[a:b].max())) for a, b in found]


def head_angles(motions: np.ndarray) -> np.ndarray:
    """Yaw to the own left, pitch upwards, roll to the own left shoulder, degrees, of heads in their rest axes.

    motions: (2, T, 59); returns (3, 2, T)
    """
    turns = axis_angle_to_matrix(motions[..., CHANNELS["neck"]].astype(float)) @ axis_angle_to_matrix(
        motions[..., CHANNELS["head"]].astype(float)
    )
    yaw, pitch = yaw_pitch(turns @ FORWARD)
    left = turns[..., 0]  # where the own left points
    return np.degrees(np.stack([yaw, pitch, -np.arcsin(np.clip(left[..., 2] / np.maximum(np.cos(pitch), 0.2), -1, 1))]))
