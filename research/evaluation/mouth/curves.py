"""A mouth in motion as curves, read off the posed head: METRICS C's symbols in millimetres, 25 frames a second."""

from dataclasses import dataclass

import numpy as np

from core.heads import Head, lip_gap
from core.motion import WIDTH, HeadMotion

SEALED = 0.5  # mm; or this share of the gap at jawOpen 1
SEALED_SHARE = 0.03
NAMES = "lip_inner_top lip_inner_bottom mouth_left mouth_right upper_teeth lower_teeth".split()


@dataclass(frozen=True, eq=False)
class Mouth:
    """(T,) each, millimetres."""

    gap: np.ndarray  # between the lips over rest, never below 0
    width: np.ndarray  # from corner to corner
    bite: np.ndarray  # height of the upper teeth's edge over the lower lip: 0 and below is contact
    full: float  # gap at jawOpen 1

    @property
    def closed(self) -> np.ndarray:
        """(T,) bool: sealed by METRICS' definition."""
        return self.gap <= max(SEALED, SEALED_SHARE * self.full)


def read_mouth(head: Head, expression: np.ndarray) -> Mouth:
    """The mouth of ``head`` under ``expression`` (T, 44) with neck, head and eyes at rest."""
    packed = np.zeros((len(expression), WIDTH), np.float32)
    packed[:, : expression.shape[1]] = expression
    motion = HeadMotion(packed)
    points = dict(
        zip(NAMES, np.moveaxis(head.vertices(motion, only=[head.landmarks[n] for n in NAMES]), 1, 0), strict=True)
    )
    return Mouth(
        gap=lip_gap(head, motion) * 1000,
        width=np.linalg.norm(points["mouth_left"] - points["mouth_right"], axis=-1) * 1000,
        bite=(points["upper_teeth"] - points["lip_inner_bottom"])[:, 2] * 1000,
        full=head.full_opening * 1000,
    )
