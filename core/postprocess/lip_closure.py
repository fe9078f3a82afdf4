"""Last words on the lips, without the network: confident closures really close; strength and timing of the mouth."""

from dataclasses import dataclass, field

import numpy as np

from ..motion import EXPRESSION_NAMES, MOTION_FPS
from ..timeseries import runs, smooth_step
from . import viseme_gains
from .viseme_gains import VisemeGains

SURE, UNSURE = 0.2, 0.07  # seal heard, from which lips are held shut, and under which they are left alone
PRESS = 0.5  # of mouthPress in a closure
NEARLY = 0.88  # of a closure: half-way to a full one the lips count as shut
EASE = 0.4  # of a closure in the frames beside it: people's lips need 80 ms from wide open to shut
PARTING = {  # what draws the lips apart, and how far at 1, as a share of the gap at jawOpen 1 on our heads
    "mouthFunnel": 0.41,
    "mouthShrugUpper": 0.12,
    "mouthLowerDownLeft": 0.06,
    "mouthLowerDownRight": 0.06,
    "mouthUpperUpLeft": 0.07,
    "mouthUpperUpRight": 0.07,
    "tongueOut": 0.0,
}
JOINING = {"mouthRollLower": 0.11, "mouthRollUpper": 0.08, "mouthShrugLower": 0.14, "mouthClose": 1.0}
SHUT = 0.03  # of the gap at jawOpen 1: METRICS' closed
JAW = "jawForward jawLeft jawRight jawOpen mouthClose".split()  # mouthClose goes with jawOpen, or the seal would break
LIPS = [
    name
    for name in EXPRESSION_NAMES
    if name.startswith("mouth") and name not in (*JAW, "mouthSmileLeft", "mouthSmileRight")
]
COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}


@dataclass(frozen=True)
class MouthGains:
    """How the mouth plays a finished take; 1 and 0 s leave it as it is."""

    articulation: float = 1.0  # jaw and lips together
    jaw: float = 1.0
    lips: float = 1.0
    offset: float = 0.0  # s, + lets the mouth come later
    visemes: VisemeGains = field(default_factory=VisemeGains)  # each class of sounds


def enforce_closures(expression: np.ndarray, seal: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Lips shut where a p, b or m is surely heard and the motion leaves them open; all else is as before.

    expression: (T, 44) in [0, 1]
    seal:       (T,) the feature "bilabial" of core/speech/features.py, 0..1; it peaks in the middle of a closure, and
                peaks are low: at 0.2 all closures of the validation readers shut, and in noise more of them are right
                than at 0.15
    mask:       (T,) how surely this person speaks, 0..1
    returns:    (T, 44)
    """
    hold = _two_frames(_open_closures(seal * (mask > 0.5), opening(expression)), seal)
    beside = np.maximum(np.append(hold[1:], 0), np.insert(hold[:-1], 0, 0))
    hold = np.maximum(hold, EASE * (beside >= 1))
    sealed = np.array(expression, np.float32)
    jaw, close = sealed[:, COLUMN["jawOpen"]], COLUMN["mouthClose"]
    sealed[:, close] += hold * (jaw - sealed[:, close])
    for side in ("Left", "Right"):
        press = sealed[:, COLUMN[f"mouthPress{side}"]]
        np.maximum(press, PRESS * hold, out=press)
    sealed[:, [COLUMN[name] for name in PARTING]] *= 1 - hold[:, None]
    return sealed


def opening(expression: np.ndarray) -> np.ndarray:
    """(T,) about how far the lips are apart, as a share of the gap at jawOpen 1, from (T, 44) without any head."""
    gap = expression[:, COLUMN["jawOpen"]].copy()
    for name, share in PARTING.items():
        gap += share * expression[:, COLUMN[name]]
    for name, share in JOINING.items():
        gap -= share * expression[:, COLUMN[name]]
    return gap.clip(min=0)


def play(expression: np.ndarray, strength: MouthGains, fps: float = MOTION_FPS) -> np.ndarray:
    """``expression`` (T, 44) with its mouth played at ``strength``; only that of closures lets lips that meet part."""
    played = np.array(viseme_gains.play(expression, strength.visemes), np.float32)
    mouth = [COLUMN[name] for name in (*JAW, *LIPS)]
    if strength.offset:
        played[:, mouth] = _later(played[:, mouth], strength.offset * fps)
    played[:, [COLUMN[name] for name in JAW]] *= strength.articulation * strength.jaw
    played[:, [COLUMN[name] for name in LIPS]] *= strength.articulation * strength.lips
    return played.clip(0, 1)


def _later(values: np.ndarray, frames: float) -> np.ndarray:
    """(T, C) moved by a number of frames, whole or not; held at the ends."""
    times = np.arange(len(values))
    return np.stack([np.interp(times - frames, times, column) for column in values.T], axis=1)


def _two_frames(hold: np.ndarray, seal: np.ndarray) -> np.ndarray:
    """(T,) with a closure of one frame nearly held in the likelier frame beside it: alone it opens at other rates."""
    longer = hold.copy()
    full = np.pad(hold >= 1, 1)
    for frame in np.flatnonzero(full[1:-1] & ~full[:-2] & ~full[2:]):
        beside = [i for i in (frame - 1, frame + 1) if 0 <= i < len(hold)]
        second = max(beside, key=lambda i: seal[i])
        longer[second] = max(longer[second], NEARLY)
    return longer


def _open_closures(seal: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1]: how firmly to shut the lips, in closures that are surely heard and not shut within a frame."""
    hold = smooth_step(seal, UNSURE, SURE)
    for first, last in runs(hold > 0):
        if hold[first:last].max() < 1 or gap[max(0, first - 1) : last + 1].min() <= SHUT:
            hold[first:last] = 0
    return hold
