"""Head motion in two bands, as the network sees it: postures, which are slow, and gestures, which come in bursts.

In one column a nod is small beside a posture, and noise as slow as a posture looks like nodding: a network then passes
the noise on. As columns of their own, in units of their own spread and made from white noise, gestures are learnt as
what they are: rare, and large when they come. Columns: those of core/gaze.py, with postures in place of the turns of
neck and head, then the gestures of both.
"""

import numpy as np

from ..gaze import INTENT_CHANNELS, INTENT_WIDTH

TURNS = slice(INTENT_CHANNELS["neck"].start, INTENT_CHANNELS["head"].stop)
GESTURES = slice(INTENT_WIDTH, INTENT_WIDTH + TURNS.stop - TURNS.start)
WIDTH = GESTURES.stop
SPREAD = 5  # frames, of the bell that makes postures of turns: what is faster than 0.7 Hz is a gesture
CLEANING = 2  # frames, of the bell that takes from a made posture what no posture has


def split(intents: np.ndarray) -> np.ndarray:
    """(..., T, 56) intents as (..., T, 62) float32."""
    turns = intents[..., TURNS]
    postures = smooth(turns, SPREAD)
    columns = np.concatenate([intents, turns - postures], axis=-1).astype(np.float32)
    columns[..., TURNS] = postures
    return columns


def join(columns: np.ndarray) -> np.ndarray:
    """(..., T, 62), as the network makes them, as (..., T, 56) intents."""
    intents = np.array(columns[..., :INTENT_WIDTH])
    intents[..., TURNS] = smooth(intents[..., TURNS], CLEANING) + columns[..., GESTURES]
    return intents


def smooth(values: np.ndarray, spread: float) -> np.ndarray:
    """(..., T, D) averaged over time under a bell of ``spread`` frames; held at the ends."""
    reach = round(3 * spread)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    frames = values.shape[-2]
    held = np.take(values, np.clip(np.arange(-reach, frames + reach), 0, frames - 1), axis=-2)
    return sum(share * held[..., i : i + frames, :] for i, share in enumerate(bell / bell.sum()))
