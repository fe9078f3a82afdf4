"""How a finished take is played, without the network: mouth, expression, head and gaze by strength."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .. import gaze
from ..motion import CHANNELS, EXPRESSION_NAMES, HeadMotion
from . import lip_closure

# What a person feels, beside speaking and blinking
FEELING = [
    EXPRESSION_NAMES.index(name)
    for name in EXPRESSION_NAMES
    if name not in (*lip_closure.JAW, *lip_closure.LIPS) and not name.startswith(("eyeBlink", "tongue"))
]


@dataclass(frozen=True)
class Adjustment:
    """How strongly one person plays each part of a take; at 1 (and 0 s) it is played as it was made, to the bit."""

    mouth: lip_closure.MouthGains = field(default_factory=lip_closure.MouthGains)
    expression: float = 1.0  # brows, lids beside blinks, cheeks, nose, smiles
    head: float = 1.0  # how far head and neck move from where they face, and the shifts of the body
    gaze: float = 1.0  # how far the eyes go from the partner's; 0 never lets go of them

    @property
    def moves(self) -> bool:
        """Whether it asks for other head or eye movements, so that both gazes must be aimed anew."""
        return self.head != 1 or self.gaze != 1


def faces(motions: Sequence[HeadMotion], adjustments: Sequence[Adjustment]) -> tuple[HeadMotion, ...]:
    """The motions of both people with mouth and expression as adjusted; all else is as before."""
    return tuple(map(_face, motions, adjustments))


def movements(meant: np.ndarray, adjustments: Sequence[Adjustment]) -> np.ndarray:
    """What both mean to do, (2, T, 56) as in gaze.INTENT_CHANNELS, with head and gaze as adjusted.

    The gaze still meets the partner's eyes where it is aimed to, however far the head now moves.
    """
    adjusted = meant.copy()
    for one, adjustment in zip(adjusted, adjustments, strict=True):
        for channel in ("neck", "head", "translation"):
            one[:, gaze.INTENT_CHANNELS[channel]] *= adjustment.head
        eyes = one[:, gaze.INTENT_CHANNELS["gaze"]]
        eyes[:, :2] *= adjustment.gaze
    return adjusted


def _face(motion: HeadMotion, adjustment: Adjustment) -> HeadMotion:
    if adjustment.mouth == lip_closure.MouthGains() and adjustment.expression == 1:
        return motion
    packed = motion.packed.copy()
    expression = packed[:, CHANNELS["expression"]]
    expression[:] = lip_closure.play(expression, adjustment.mouth, motion.fps)
    expression[:, FEELING] = np.clip(expression[:, FEELING] * adjustment.expression, 0, 1)
    return HeadMotion(packed, motion.fps)
