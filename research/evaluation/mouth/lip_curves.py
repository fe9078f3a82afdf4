"""Lip gap, mouth width and labiodental gap of a posed head over time: the symbols of METRICS C, millimetres, 25 fps."""

from dataclasses import dataclass

import numpy as np

from core.heads import Head, lip_gap
from core.motion import WIDTH, HeadMotion

CLOSED = 0.5  # mm of lip gap at most; or this share of the gap at jawOpen 1
CLOSED_SHARE = 0.03
LANDMARKS = "mouth_left mouth_right upper_teeth lip_inner_bottom".split()


@dataclass(frozen=True, eq=False)
class MouthCurves:
    """(T,) each, millimetres."""

    gap: np.ndarray  # between the lips over rest, never below 0
    width: np.ndarray  # from corner to corner
    labiodental_gap: np.ndarray  # height of the upper teeth's edge over the lower lip: 0 and below is contact
    closed: np.ndarray  # bool, by METRICS' definition


def read_mouth(head: Head, expression: np.ndarray) -> MouthCurves:
    """The mouth of ``head`` under ``expression`` (T, 44) with neck, head and eyes at rest."""
    motion = _at_rest(expression)
    vertices = head.vertices(motion, only=[head.landmarks[name] for name in LANDMARKS])
    left, right, teeth, lip = np.moveaxis(vertices, 1, 0)
    gap = gap_mm(head, motion)
    return MouthCurves(
        gap=gap,
        width=np.linalg.norm(left - right, axis=-1) * 1000,
        labiodental_gap=(teeth - lip)[:, 2] * 1000,
        closed=is_closed(head, gap),
    )


def expression_gap(head: Head, expression: np.ndarray) -> np.ndarray:
    """(T,) mm between the lips of ``head`` under ``expression`` (T, 44), all else at rest."""
    return gap_mm(head, _at_rest(expression))


def gap_mm(head: Head, motion: HeadMotion) -> np.ndarray:
    """(T,) mm between the lips of ``head`` over rest, never below 0."""
    return lip_gap(head, motion) * 1000


def is_closed(head: Head, gap: np.ndarray) -> np.ndarray:
    """(T,) bool: lips closed by METRICS' definition, of a gap in mm."""
    return gap <= max(CLOSED, CLOSED_SHARE * head.full_opening * 1000)


def _at_rest(expression: np.ndarray) -> HeadMotion:
    packed = np.zeros((len(expression), WIDTH), np.float32)
    packed[:, : expression.shape[1]] = expression
    return HeadMotion(packed)
