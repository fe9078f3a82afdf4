"""Lip closure after sampling: confident bilabial closures really close; gains and timing of the mouth.

Bilabials (p, b, m) are the phones whose closure viewers miss first; a network blurs some of them.
"""

from dataclasses import dataclass, field

import numpy as np

from ..heads.lip_parting import LIP_PARTING
from ..motion import EXPRESSION_NAMES, MOTION_FPS, column
from ..timeseries import runs, smooth_step
from . import viseme_gains
from .viseme_gains import VisemeGains

CONFIDENT, POSSIBLE = 0.2, 0.07  # closure feature from which lips are closed, and under which they are unchanged
PRESS = 0.5  # mouthPress in a closure
NEARLY = 0.88  # of a closure: half-way between this and a full one the lips count as closed
EASE = 0.4  # of a closure in the frames beside it: lips need 80 ms from wide open to closed
CLOSED = 0.03  # gap, as a share of the one at jawOpen 1, under which lips count as closed (METRICS)
OPENS = ("tongueOut", *(name for name, share in LIP_PARTING.items() if share > 0 and name != "jawOpen"))
JAW = "jawForward jawLeft jawRight jawOpen mouthClose".split()  # mouthClose scales with jawOpen, or closures would open
LIPS = [
    name
    for name in EXPRESSION_NAMES
    if name.startswith("mouth") and name not in (*JAW, "mouthSmileLeft", "mouthSmileRight")
]
MOUTH_COLUMNS = [column(name) for name in (*JAW, *LIPS)]


@dataclass(frozen=True)
class MouthGains:
    """Gains of the mouth in a finished take; at 1 and 0 s it is unchanged."""

    articulation: float = 1.0  # jaw and lips together
    jaw: float = 1.0
    lips: float = 1.0
    offset: float = 0.0  # s, + moves the mouth later
    visemes: VisemeGains = field(default_factory=VisemeGains)  # of each class


def enforce_closures(expression: np.ndarray, closure: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Close the lips where a bilabial is confidently detected and the motion leaves them open.

    expression: (T, 44) in [0, 1]
    closure:    (T,) in [0, 1], the feature "bilabial" of core/speech/features.py: it peaks in the middle of a closure,
                at low values. From CONFIDENT on all closures of the validation readers are closed, and in noise more of
                them are right than from 0.15 on
    mask:       (T,) in [0, 1], whether this person speaks
    returns:    (T, 44); frames away from a closure are unchanged
    """
    hold = _two_frames(_open_closures(closure * (mask > 0.5), opening(expression)), closure)
    beside = np.maximum(np.append(hold[1:], 0), np.insert(hold[:-1], 0, 0))
    hold = np.maximum(hold, EASE * (beside >= 1))
    closed = np.array(expression, np.float32)
    jaw, close = closed[:, column("jawOpen")], column("mouthClose")
    closed[:, close] += hold * (jaw - closed[:, close])
    for side in ("Left", "Right"):
        press = closed[:, column(f"mouthPress{side}")]
        np.maximum(press, PRESS * hold, out=press)
    closed[:, [column(name) for name in OPENS]] *= 1 - hold[:, None]
    return closed


def opening(expression: np.ndarray) -> np.ndarray:
    """Estimated lip gap (T,) of (T, 44), as a share of the gap at jawOpen 1: linear in the shapes."""
    gap = np.zeros_like(expression[:, 0])
    for name, share in LIP_PARTING.items():
        gap += share * expression[:, column(name)]
    return gap.clip(min=0)


def apply_mouth_gains(expression: np.ndarray, gains: MouthGains, fps: float = MOTION_FPS) -> np.ndarray:
    """``expression`` (T, 44) with its mouth scaled and delayed; only the gain of closures opens a closure."""
    scaled = np.array(viseme_gains.apply_viseme_gains(expression, gains.visemes), np.float32)
    if gains.offset:
        scaled[:, MOUTH_COLUMNS] = _delayed(scaled[:, MOUTH_COLUMNS], gains.offset * fps)
    scaled[:, [column(name) for name in JAW]] *= gains.articulation * gains.jaw
    scaled[:, [column(name) for name in LIPS]] *= gains.articulation * gains.lips
    return scaled.clip(0, 1)


def _delayed(values: np.ndarray, frames: float) -> np.ndarray:
    """(T, C) moved later by a number of frames, whole or not; the ends are held."""
    times = np.arange(len(values))
    return np.stack([np.interp(times - frames, times, one) for one in values.T], axis=1)


def _two_frames(hold: np.ndarray, closure: np.ndarray) -> np.ndarray:
    """(T,) with each one-frame closure extended to the likelier neighbour, so that it stays closed when resampled."""
    longer = hold.copy()
    full = np.pad(hold >= 1, 1)
    for frame in np.flatnonzero(full[1:-1] & ~full[:-2] & ~full[2:]):
        beside = [i for i in (frame - 1, frame + 1) if 0 <= i < len(hold)]
        second = max(beside, key=lambda i: closure[i])
        longer[second] = max(longer[second], NEARLY)
    return longer


def _open_closures(closure: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1], how far to close the lips: where a closure is confident and the motion leaves it open."""
    hold = smooth_step(closure, POSSIBLE, CONFIDENT)
    for first, last in runs(hold > 0):
        if hold[first:last].max() < 1 or gap[max(0, first - 1) : last + 1].min() <= CLOSED:
            hold[first:last] = 0
    return hold
