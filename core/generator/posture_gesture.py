"""Head motion split into postures, which are slow, and gestures, which are short: the columns that the network sees.

In one column a nod is small beside a posture, and slow noise looks like nodding, which a network then passes on. As
columns of their own, in units of their own spread and sampled from white noise, gestures are learnt as what they are:
rare, and large when they occur. Columns: those of core/gaze.py, with the postures in place of the rotations of neck
and head, then the gestures of both.
"""

import numpy as np

from ..gaze import INTENT_CHANNELS, INTENT_WIDTH
from ..timeseries import gaussian_smooth

TURNS = slice(INTENT_CHANNELS["neck"].start, INTENT_CHANNELS["head"].stop)
GESTURES = slice(INTENT_WIDTH, INTENT_WIDTH + TURNS.stop - TURNS.start)
WIDTH = GESTURES.stop
SPREAD = 5  # frames, of the low-pass filter that separates postures: what is faster than 0.7 Hz is a gesture
CLEANING = 2  # frames, of the low-pass filter that removes from predicted postures what no posture has


def split(intents: np.ndarray) -> np.ndarray:
    """(..., T, 56) intents as (..., T, 62) float32."""
    turns = intents[..., TURNS]
    postures = gaussian_smooth(turns, SPREAD, axis=-2)
    columns = np.concatenate([intents, turns - postures], axis=-1).astype(np.float32)
    columns[..., TURNS] = postures
    return columns


def join(columns: np.ndarray) -> np.ndarray:
    """(..., T, 62), as the network predicts them, as (..., T, 56) intents."""
    intents = np.array(columns[..., :INTENT_WIDTH])
    intents[..., TURNS] = gaussian_smooth(intents[..., TURNS], CLEANING, axis=-2) + columns[..., GESTURES]
    return intents
