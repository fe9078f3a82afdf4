"""How strongly each class of sounds is spoken in a finished take: told from the mouth's own shape, no network needed.

A class is where the mouth looks like it: lips that meet, a lip at the teeth, rounded lips, a wide jaw, teeth nearly
closed behind parted lips. Each has a weight from 0 to 1 that comes and goes smoothly, so nothing jumps.
"""

from dataclasses import astuple, dataclass

import numpy as np

from ..motion import EXPRESSION_NAMES
from ..timeseries import smooth_step

COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}
JAW, CLOSE, ROLL = COLUMN["jawOpen"], COLUMN["mouthClose"], COLUMN["mouthRollLower"]


def _columns(*names: str) -> list[int]:
    """Columns of ``names``, of both sides where there are two."""
    return [
        column for name in names for side in ("", "Left", "Right") if (column := COLUMN.get(name + side)) is not None
    ]


MEETING = _columns("mouthPress", "mouthRollUpper", "mouthRollLower", "cheekPuff")
ROUND = _columns("mouthPucker", "mouthFunnel")
RAISED = _columns("mouthUpperUp")
SHOWING = _columns("mouthLowerDown", "mouthUpperUp")  # the teeth
SPREAD = _columns("mouthStretch")


@dataclass(frozen=True)
class VisemeGains:
    """Strength of each class; at 1 it is as it was made."""

    closures: float = 1.0  # p b m: the lips meet
    labiodentals: float = 1.0  # f v: the lower lip at the upper teeth
    rounding: float = 1.0  # o u w sh
    open_vowels: float = 1.0  # a: the jaw is wide
    sibilants: float = 1.0  # s z: lips apart before nearly closed teeth


def play(expression: np.ndarray, strength: VisemeGains) -> np.ndarray:
    """``expression`` (T, 44) in [0, 1] with each class of sounds spoken at its ``strength``."""
    if all(value == 1 for value in astuple(strength)):
        return expression
    played = np.array(expression, np.float32)
    _scale(played, ROUND, strength.rounding, np.ones(len(played)))
    _scale(played, [JAW, CLOSE, *SHOWING], strength.open_vowels, open_vowel(expression))
    _scale(played, [*SHOWING, *SPREAD], strength.sibilants, sibilant(expression))
    _scale(played, [ROLL, *RAISED], strength.labiodentals, labiodental(expression))
    meeting = closed(expression)
    _scale(played, MEETING, strength.closures, meeting)
    # more of a closure brings lips that nearly meet together; less leaves them apart
    less, more = min(strength.closures, 1.0), max(strength.closures - 1.0, 0.0)
    _scale(played, [CLOSE], less, meeting)
    played[:, CLOSE] += np.clip(more * meeting, 0, 1) * np.maximum(played[:, JAW] - played[:, CLOSE], 0)
    return played.clip(0, 1)


def closed(expression: np.ndarray) -> np.ndarray:
    """(T,) how nearly the lips are joined against the jaw, as in p, b and m."""
    return smooth_step(expression[:, CLOSE] / np.maximum(expression[:, JAW], 0.02), 0.2, 0.9)


def labiodental(expression: np.ndarray) -> np.ndarray:
    """(T,) how much the lower lip is rolled in beyond what a closure does, as in f and v."""
    return smooth_step(expression[:, ROLL], 0.3, 0.6) * (1 - closed(expression))


def open_vowel(expression: np.ndarray) -> np.ndarray:
    """(T,) how wide the jaw is, as in open vowels."""
    return smooth_step(expression[:, JAW] - expression[:, CLOSE], 0.12, 0.28)


def sibilant(expression: np.ndarray) -> np.ndarray:
    """(T,) how much teeth show before a narrow jaw, as in s and z."""
    shown = expression[:, SHOWING].mean(axis=1)
    return (
        smooth_step(shown, 0.1, 0.3) * (1 - smooth_step(expression[:, JAW], 0.1, 0.2)) * (1 - labiodental(expression))
    )


def _scale(played: np.ndarray, columns: list[int], strength: float, weight: np.ndarray) -> None:
    """Multiply ``columns`` of ``played`` by ``strength`` where ``weight`` (T,) is 1, and less where it is less."""
    played[:, columns] *= (1 + (strength - 1) * weight)[:, None]
