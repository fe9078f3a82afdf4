"""Limits of a face: intents that a network predicts, as a face can show them."""

import numpy as np

from ..gaze import CONTACT, INTENT_CHANNELS, off_the_face
from ..motion import column
from .eyes import blink_fully, fixate

EXPRESSION, GAZE = INTENT_CHANNELS["expression"], INTENT_CHANNELS["gaze"]
LIDS = [column("eyeBlinkLeft"), column("eyeBlinkRight")]
CLOSE, JAW = column("mouthClose"), column("jawOpen")
OPPOSITES = tuple([column(name + "Left"), column(name + "Right")] for name in ("jaw", "mouth"))


def within_limits(intents: np.ndarray, distance: float) -> np.ndarray:
    """Intents as in :func:`possible_face`, with a gaze of fixations and saccades, and with blinks that close.

    intents:  (2, T, 56), columns as in gaze.INTENT_CHANNELS
    distance: m, to the partner, whose face an averted gaze leaves
    returns:  (2, T, 56) float32
    """
    result = np.array(intents, np.float32)
    result[..., EXPRESSION] = possible_face(result[..., EXPRESSION])
    result[..., LIDS] = blink_fully(result[..., LIDS])
    gazes = result[..., GAZE]
    averted = gazes[..., 2:] < CONTACT
    gazes[..., :2] = np.where(averted, off_the_face(gazes[..., :2], distance), gazes[..., :2])
    result[..., GAZE] = np.stack([fixate(gaze) for gaze in gazes])
    return result


def possible_face(expression: np.ndarray) -> np.ndarray:
    """Expression (..., 44) clipped to [0, 1]: mouthClose at most jawOpen, and of two opposite shapes only the
    difference."""
    result = np.clip(expression, 0, 1)
    result[..., CLOSE] = np.minimum(result[..., CLOSE], result[..., JAW])
    for pair in OPPOSITES:
        result[..., pair] -= result[..., pair].min(axis=-1, keepdims=True)
    return result
