"""Adjustments of a finished take, without the network: gains of mouth, expression, head and gaze."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .. import gaze
from ..motion import CHANNELS, EXPRESSION_NAMES, HeadMotion, column
from . import lip_closure

# Shapes of facial expression: neither articulation nor blinks
FACIAL = [
    column(name)
    for name in EXPRESSION_NAMES
    if name not in (*lip_closure.JAW, *lip_closure.LIPS) and not name.startswith(("eyeBlink", "tongue"))
]


@dataclass(frozen=True)
class Adjustment:
    """Gains of one person in a take; at 1 (and 0 s) the motion is unchanged."""

    mouth: lip_closure.MouthGains = field(default_factory=lip_closure.MouthGains)
    expression: float = 1.0  # brows, lids without blinks, cheeks, nose, smiles
    head: float = 1.0  # of head and neck about where they face, and of the translation
    gaze: float = 1.0  # of the gaze away from the partner's eyes; 0 stays on them

    @property
    def moves(self) -> bool:
        """Whether heads or eyes move differently, so that both gazes must be aimed again."""
        return self.head != 1 or self.gaze != 1


def faces(motions: Sequence[HeadMotion], adjustments: Sequence[Adjustment]) -> tuple[HeadMotion, ...]:
    """The motions of both people with the gains of mouth and expression applied; the rest is unchanged."""
    return tuple(map(_face, motions, adjustments))


def movements(intents: np.ndarray, adjustments: Sequence[Adjustment]) -> np.ndarray:
    """Intents of both, (2, T, 56) as in gaze.INTENT_CHANNELS, with the gains of head and gaze applied.

    Aimed, the gaze still meets the partner's eyes in contact, however far the head moves.
    """
    adjusted = intents.copy()
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
    expression[:] = lip_closure.apply_mouth_gains(expression, adjustment.mouth, motion.fps)
    expression[:, FACIAL] = np.clip(expression[:, FACIAL] * adjustment.expression, 0, 1)
    return HeadMotion(packed, motion.fps)
