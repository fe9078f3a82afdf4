"""Whether two people answer each other, beyond what the recording makes both of them do (METRICS A and F, completed).

The interaction score of METRICS compares pairs by what both do within one second. In dialogues nearly all of that is
who has the floor, which the masks tell any system: A of one performance beside B of another one of the same talk comes
out near its floor. People answer with a delay of up to seconds, so here the correlation of A and B is read at lags, and
what remains of it when performances of one talk are crossed is taken off. So every system is its own control.
"""

from collections.abc import Sequence

import numpy as np

from core.gaze import GazeDirections
from core.motion import CHANNELS, MOTION_FPS, column

from .events import NOD_BAND, band, head_angles
from .gazes import face_gaze

BIN = 5  # frames, 0.2 s
SURE = 6.0  # standard errors that the truth's excess must reach somewhere
REACH = 25  # bins, 5 s: a posture is taken over late
FACES = {"smile": "mouthSmileLeft", "brows up": "browInnerUp", "brows down": "browDownLeft", "blink": "eyeBlinkLeft"}
BEHAVIOURS = (
    *FACES,
    "head yaw",
    "head pitch",
    "head roll",
    "nodding",
    "shift aside",
    "shift back",
    "shift up",
    "look at partner",
)


def behaviours(motions: np.ndarray, seen: GazeDirections) -> np.ndarray:
    """What both people do that can be answered: (2, bins, len(BEHAVIOURS)) of motions (2, T, 59)."""
    face = motions[..., [column(name) for name in FACES.values()]]
    turns = np.moveaxis(head_angles(motions), 0, -1)
    # how much one nods, not which way: who answers a nod does not keep its time
    nodding = np.abs([band(own, *NOD_BAND) for own in turns[..., 1]])[..., None]
    parts = [face, turns, nodding, motions[..., CHANNELS["translation"]], face_gaze(seen)[..., None]]
    curves = np.concatenate(parts, axis=-1).astype(float)
    bins = curves.shape[1] // BIN
    return curves[:, : bins * BIN].reshape(2, bins, BIN, -1).mean(axis=2)


def coupling(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Correlation of ``a`` with ``b`` so many bins later, -REACH to REACH: (2 REACH + 1, C) of (bins, C) each.

    What never moves reads 0.
    """
    a, b = ((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-6) for x in (a, b))
    count = len(a)
    rows = []
    for lag in range(-REACH, REACH + 1):
        first, last = max(0, -lag), count - max(0, lag)
        rows.append((a[first:last] * b[first + lag : last + lag]).sum(axis=0) / count)
    return np.stack(rows)


def excess(takes: Sequence[np.ndarray]) -> np.ndarray:
    """How much more two people of one take go together than people of different takes of the same talk.

    takes:   two or more (2, bins, C) of one recording
    returns: (2 REACH + 1, C)
    """
    together = [coupling(*take) for take in takes]
    apart = [coupling(x[0], y[1]) for i, x in enumerate(takes) for j, y in enumerate(takes) if i != j]
    return np.mean(together, axis=0) - np.mean(apart, axis=0)


def reaction_score(own: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """1 where people answer each other as in the truth, 0 where each is right but alone; half the coupling reads 0.5.

    The excess is projected on the truth's. Products are taken between different dialogues only, so that what is chance
    in one dialogue adds nothing.

    own, truth: (n, lags, C) excess of each dialogue
    weights:    (D, n) how often each dialogue counts, in D draws
    returns:    (D,)
    """
    own, truth = (x.reshape(len(x), -1) for x in (own, truth))
    return _between(own, truth, weights) / _between(truth, truth, weights)


def by_behaviour(own: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """The score of each behaviour that the truth surely answers, (D,); others have nothing to be measured by."""
    found = {}
    for i, name in enumerate(BEHAVIOURS):
        mean = truth[..., i].mean(axis=0)
        noise = truth[..., i].std(axis=0) / len(truth) ** 0.5
        if np.abs(mean / np.maximum(noise, 1e-9)).max() > SURE:
            found[name] = reaction_score(own[..., i], truth[..., i], weights)
    return found


def _between(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean product of ``x`` of one dialogue and ``y`` of another, (D,) of (n, F) and weights (D, n)."""
    all_pairs = ((weights @ x) * (weights @ y)).sum(axis=1)
    same = weights**2 @ (x * y).sum(axis=1)
    count = weights.sum(axis=1) ** 2 - (weights**2).sum(axis=1)
    return (all_pairs - same) / count


def synchrony(pair: np.ndarray, seconds: float = 2.0) -> float:
    """FRSyn: mean over channels of the abs lag, s, at which A's channel correlates most with B's, within +-seconds.

    pair: (2, T, C); channels that do not move in both do not count
    """
    moves = (pair.std(axis=1) > 1e-4).all(axis=0)
    if not moves.any():
        return float("nan")
    bins = pair.shape[1] // BIN
    a, b = pair[:, : bins * BIN, moves].reshape(2, bins, BIN, -1).mean(axis=2)
    reach = round(seconds * MOTION_FPS / BIN)
    curve = coupling(a, b)[REACH - reach : REACH + reach + 1]
    return float(np.abs(curve.argmax(axis=0) - reach).mean() * BIN / MOTION_FPS)
