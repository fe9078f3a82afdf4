"""Viseme gains: the strength of each class of visemes in a finished take, without the network.

A class is recognized by the shape of the mouth: lips that meet, a lip at the teeth, rounded lips, a wide jaw, teeth
nearly closed behind parted lips. Its weight in [0, 1] changes smoothly over time.
"""

from dataclasses import astuple, dataclass

import numpy as np

from ..motion import EXPRESSION_NAMES, column
from ..timeseries import smooth_step

JAW, CLOSE, ROLL = column("jawOpen"), column("mouthClose"), column("mouthRollLower")


def _columns(*names: str) -> list[int]:
    """Columns of ``names``, of both sides where there are two."""
    return [column(name + side) for name in names for side in ("", "Left", "Right") if name + side in EXPRESSION_NAMES]


MEETING = _columns("mouthPress", "mouthRollUpper", "mouthRollLower", "cheekPuff")
ROUND = _columns("mouthPucker", "mouthFunnel")
RAISED = _columns("mouthUpperUp")
TEETH = _columns("mouthLowerDown", "mouthUpperUp")  # uncover the teeth
SPREAD = _columns("mouthStretch")


@dataclass(frozen=True)
class VisemeGains:
    """Gain of each class; 1 leaves it unchanged."""

    closures: float = 1.0  # p b m: the lips meet
    labiodentals: float = 1.0  # f v: the lower lip at the upper teeth
    rounding: float = 1.0  # o u w sh
    open_vowels: float = 1.0  # a: the jaw is wide
    sibilants: float = 1.0  # s z: lips apart before nearly closed teeth


def apply_viseme_gains(expression: np.ndarray, gains: VisemeGains) -> np.ndarray:
    """``expression`` (T, 44) in [0, 1] with each class of visemes scaled by its gain."""
    if all(value == 1 for value in astuple(gains)):
        return expression
    scaled = np.array(expression, np.float32)
    _scale(scaled, ROUND, gains.rounding, np.ones(len(scaled)))
    _scale(scaled, [JAW, CLOSE, *TEETH], gains.open_vowels, open_vowel(expression))
    _scale(scaled, [*TEETH, *SPREAD], gains.sibilants, sibilant(expression))
    _scale(scaled, [ROLL, *RAISED], gains.labiodentals, labiodental(expression))
    meeting = closed(expression)
    _scale(scaled, MEETING, gains.closures, meeting)
    # more of a closure brings lips that nearly meet together; less leaves them apart
    less, more = min(gains.closures, 1.0), max(gains.closures - 1.0, 0.0)
    _scale(scaled, [CLOSE], less, meeting)
    scaled[:, CLOSE] += np.clip(more * meeting, 0, 1) * np.maximum(scaled[:, JAW] - scaled[:, CLOSE], 0)
    return scaled.clip(0, 1)


def closed(expression: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1], weight of bilabial closures (p, b, m): the lips meet although the jaw is open."""
    return smooth_step(expression[:, CLOSE] / np.maximum(expression[:, JAW], 0.02), 0.2, 0.9)


def labiodental(expression: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1], weight of labiodentals (f, v): the lower lip is rolled in and the lips do not meet."""
    return smooth_step(expression[:, ROLL], 0.3, 0.6) * (1 - closed(expression))


def open_vowel(expression: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1], weight of open vowels: the jaw is wide."""
    return smooth_step(expression[:, JAW] - expression[:, CLOSE], 0.12, 0.28)


def sibilant(expression: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1], weight of sibilants (s, z): the teeth are visible and the jaw is nearly closed."""
    shown = expression[:, TEETH].mean(axis=1)
    return (
        smooth_step(shown, 0.1, 0.3) * (1 - smooth_step(expression[:, JAW], 0.1, 0.2)) * (1 - labiodental(expression))
    )


def _scale(scaled: np.ndarray, columns: list[int], gain: float, weight: np.ndarray) -> None:
    """Multiply ``columns`` of ``scaled`` by ``gain`` where ``weight`` (T,) is 1, by 1 where it is 0."""
    scaled[:, columns] *= (1 + (gain - 1) * weight)[:, None]
