"""Saccades, nods and blinks detected in motion, as METRICS E and F define them."""

import numpy as np

from core.motion import CHANNELS, MOTION_FPS
from core.rotation import FORWARD, axis_angle_to_matrix, yaw_pitch
from core.timeseries import runs

SACCADE_SPEED = 40.0  # degrees a second, above which gaze moves in a saccade
NOD_BAND = (1.0, 4.0)  # Hz
NOD_SIZE = 1.5  # degrees between an upper and a lower turning point
NOD_HALF_CYCLES = 3
BLINK_PEAK, BLINK_EDGE = 0.6, 0.3  # lid closure that a blink reaches, and above which it lasts
LONGEST_BLINK = MOTION_FPS  # frames


def saccades(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sizes and peak speeds of the saccades of a gaze.

    directions: (T, 3) unit vectors
    returns:    (S,) degrees, (S,) degrees a second
    """
    speed = angle_between(directions[1:], directions[:-1]) * MOTION_FPS
    moving = runs(speed > SACCADE_SPEED)
    sizes = [float(angle_between(directions[end], directions[start])) for start, end in moving]
    return np.array(sizes), np.array([speed[start:end].max() for start, end in moving])


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between unit vectors (..., 3)."""
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def nods(pitch: np.ndarray) -> list[tuple[float, float]]:
    """Start and end, s, of the nods in a head's ``pitch`` (T,), degrees."""
    curve = band_pass(pitch, *NOD_BAND)
    turning = np.flatnonzero((curve[1:-1] - curve[:-2]) * (curve[2:] - curve[1:-1]) <= 0) + 1
    series, run = [], []
    for first, second in zip(turning[:-1], turning[1:], strict=True):
        apart = (second - first) / MOTION_FPS
        if abs(curve[second] - curve[first]) >= NOD_SIZE and apart <= 0.5 / NOD_BAND[0] + 0.04:
            run = run + [second] if run else [first, second]
            continue
        series.append(run)
        run = []
    long = [run for run in [*series, run] if len(run) > NOD_HALF_CYCLES]
    return [(run[0] / MOTION_FPS, run[-1] / MOTION_FPS) for run in long]


def band_pass(curve: np.ndarray, low: float, high: float) -> np.ndarray:
    """Band-pass of ``curve`` (T,), Hz, with soft edges; the curve is mirrored at its ends against ringing."""
    mirrored = np.concatenate([curve[::-1], curve, curve[::-1]]) - curve.mean()
    frequency = np.fft.rfftfreq(len(mirrored), 1 / MOTION_FPS)
    gain = 1 / (1 + np.exp(-(frequency - low * 0.8) / 0.08)) / (1 + np.exp((frequency - high * 1.15) / 0.2))
    return np.fft.irfft(np.fft.rfft(mirrored) * gain, len(mirrored))[len(curve) : 2 * len(curve)]


def blinks(lids: np.ndarray) -> list[tuple[int, int, float]]:
    """First frame, one past the last frame and greatest closure of every blink in ``lids`` (T,), 0..1."""
    peaks = [(a, b, float(lids[a:b].max())) for a, b in runs(lids > BLINK_EDGE)]
    return [(a, b, peak) for a, b, peak in peaks if peak >= BLINK_PEAK and b - a <= LONGEST_BLINK]


def head_angles(motions: np.ndarray) -> np.ndarray:
    """Yaw to the own left, pitch up, roll to the own left shoulder, of neck and head together, in rest axes.

    motions: (2, T, 59); returns (3, 2, T) degrees
    """
    neck, head = (axis_angle_to_matrix(motions[..., CHANNELS[joint]].astype(float)) for joint in ("neck", "head"))
    turns = neck @ head
    yaw, pitch = yaw_pitch(turns @ FORWARD)
    left = turns[..., 0]  # where the own left points
    return np.degrees(np.stack([yaw, pitch, -np.arcsin(np.clip(left[..., 2] / np.maximum(np.cos(pitch), 0.2), -1, 1))]))
