"""Coupling of two people beyond what the recording explains: lagged correlation of their behaviour (METRICS A and F).

METRICS' interaction score compares pairs within windows of one second. In dialogues that is nearly all turn-taking,
which the masks give to any system: A of one take with B of another take of the same recording scores near the floor.
People respond with delays of up to seconds. So the correlation of A and B is taken at lags, less the correlation of A
and B of different takes of one recording; each system is its own control.
"""

from collections.abc import Sequence

import numpy as np

from core.gaze import GazeDirections
from core.motion import CHANNELS, EXPRESSION_NAMES, MOTION_FPS

from .bootstrap import ratio
from .gaze_metrics import face_gaze
from .motion_events import NOD_BAND, band_pass, head_angles

BIN = 5  # frames, 0.2 s
SIGNIFICANT = 6.0  # standard errors that the truth's excess must reach at some lag
REACH = 25  # bins, 5 s: postures are mimicked late
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
    """Curves of BEHAVIOURS, mean of every BIN frames: (2, bins, len(BEHAVIOURS)) of motions (2, T, 59)."""
    face = motions[..., [EXPRESSION_NAMES.index(name) for name in FACES.values()]]
    turns = np.moveaxis(head_angles(motions), 0, -1)
    # amplitude without sign: a nod in response is not in phase
    nodding = np.abs([band_pass(own, *NOD_BAND) for own in turns[..., 1]])[..., None]
    parts = [face, turns, nodding, motions[..., CHANNELS["translation"]], face_gaze(seen)[..., None]]
    curves = np.concatenate(parts, axis=-1).astype(float)
    bins = curves.shape[1] // BIN
    return curves[:, : bins * BIN].reshape(2, bins, BIN, -1).mean(axis=2)


def lagged_correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Correlation of ``a`` with ``b`` delayed by -REACH to REACH bins: (2 REACH + 1, C) of (bins, C) each.

    Channels that never move read 0.
    """
    a, b = ((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-6) for x in (a, b))
    count = len(a)
    rows = []
    for lag in range(-REACH, REACH + 1):
        first, last = max(0, -lag), count - max(0, lag)
        rows.append((a[first:last] * b[first + lag : last + lag]).sum(axis=0) / count)
    return np.stack(rows)


def excess_correlation(takes: Sequence[np.ndarray]) -> np.ndarray:
    """Lagged correlation of A and B within takes, less that of A and B of different takes.

    takes:   two or more (2, bins, C) of one recording
    returns: (2 REACH + 1, C)
    """
    within = [lagged_correlation(*take) for take in takes]
    between = [lagged_correlation(x[0], y[1]) for i, x in enumerate(takes) for j, y in enumerate(takes) if i != j]
    return np.mean(within, axis=0) - np.mean(between, axis=0)


def coupling_score(own: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Projection of the excess correlation on the truth's: 1 as in the truth, 0 for independent people.

    Half the coupling reads 0.5. Products are taken between different dialogues only, so that chance correlations within
    one dialogue do not add.

    own, truth: (n, lags, C) excess of each dialogue
    weights:    (D, n) weight of each dialogue, in D resamples
    returns:    (D,)
    """
    own, truth = (x.reshape(len(x), -1) for x in (own, truth))
    return ratio(_between(own, truth, weights), _between(truth, truth, weights))


def by_behaviour(own: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """The score (D,) of each behaviour whose coupling in the truth is SIGNIFICANT; the others are left out."""
    scores = {}
    for i, name in enumerate(BEHAVIOURS):
        mean = truth[..., i].mean(axis=0)
        noise = truth[..., i].std(axis=0) / len(truth) ** 0.5
        if np.abs(mean / np.maximum(noise, 1e-9)).max() > SIGNIFICANT:
            scores[name] = coupling_score(own[..., i], truth[..., i], weights)
    return scores


def _between(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean product of ``x`` of one dialogue and ``y`` of another, (D,) of (n, F) and weights (D, n).

    nan in a resample that holds a single dialogue
    """
    all_pairs = ((weights @ x) * (weights @ y)).sum(axis=1)
    same = weights**2 @ (x * y).sum(axis=1)
    count = weights.sum(axis=1) ** 2 - (weights**2).sum(axis=1)
    return ratio(all_pairs - same, count)


def synchrony(pair: np.ndarray, seconds: float = 2.0) -> float:
    """FRSyn: mean over channels of the abs lag, s, at which A's channel correlates most with B's, within +-seconds.

    pair: (2, T, C); channels that move in only one of the two, or in none, are left out
    """
    moves = (pair.std(axis=1) > 1e-4).all(axis=0)
    if not moves.any():
        return float("nan")
    bins = pair.shape[1] // BIN
    a, b = pair[:, : bins * BIN, moves].reshape(2, bins, BIN, -1).mean(axis=2)
    reach = round(seconds * MOTION_FPS / BIN)
    curve = lagged_correlation(a, b)[REACH - reach : REACH + reach + 1]
    return float(np.abs(curve.argmax(axis=0) - reach).mean() * BIN / MOTION_FPS)
