"""What people do of their own accord, which nobody can hear coming, and how the other, who sees it, answers.

Single acts, as a nod, are answered by acts; what lasts, a smile or a posture, is taken on as it grows and passes, a
moment later. An answer is never answered again, so that nothing runs away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.layout import Layout
from core.motion import MOTION_FPS

from .gaze_behaviour import GazeTrack
from .person import Person
from .prosodic_cues import GRID, smooth

SEEN = (85.0, 125.0)  # degrees off the own front up to which the partner is seen well, and from which not at all
CORNER_OF_THE_EYE = 0.6  # how much of what happens there is answered, of what happens where one looks


@dataclass(frozen=True)
class SpontaneousAct:
    """One kind of act."""

    rate: float  # a minute of own accord, of a usual person
    rest: float  # s until the same person does it again
    delay: tuple[float, float] = (0.0, 0.0)  # s from its start to the start of the answer, beside the person's lag
    chance: float = 0.0  # that who looks on answers by the same act, of somebody who mirrors everything


@dataclass(frozen=True)
class Contagion:
    """How something that lasts is taken on."""

    share: float  # of its size, by somebody who mirrors everything and watches
    behind: float  # s, beside the person's lag


# Delays. Faces answer faces after 0.3 to 1.5 s, their first muscles within 0.4 s (Dimberg & Thunberg 1998); a head goes
# along with the other's slow moves about 0.6 s behind (Hale et al. 2020); postures are shared mirrored (LaFrance &
# Broadbent 1976; how soon is set here); blinks follow blinks within half a second (Nakano & Kitazawa 2010). How much is
# taken on is set so that a minute of it can be seen and learnt.
NOD = SpontaneousAct(4.0, 1.1, (0.15, 0.4), 1.0)
SMILE = SpontaneousAct(3.0, 3.0)
BROWS = SpontaneousAct(3.6, 2.0)
TILT = SpontaneousAct(3.0, 4.0)
LEAN = SpontaneousAct(1.8, 6.0)
BLINK = SpontaneousAct(0.0, 0.5, (0.0, 0.15), 0.7)
SMILING = Contagion(0.95, 0.3)
RAISING = Contagion(0.85, 0.1)
MOVING = Contagion(0.85, 0.45)


def spontaneous(habit: SpontaneousAct, seconds: float, eager: float, rng) -> list[float]:
    """When somebody, ``eager`` times a usual person, does it for no reason that could be heard: s."""
    pause = 60 / max(habit.rate * eager, 1e-3)
    starts, moment = [], rng.exponential(pause)
    while moment < seconds:
        starts.append(float(moment))
        moment += habit.rest + rng.exponential(max(pause - habit.rest, 0.5))
    return starts


def sight(layout: Layout) -> tuple[float, float]:
    """0..1 for each person, how much of the partner can be seen without turning round."""
    near, far = SEEN
    turned = np.abs([layout.facing_a, layout.facing_b])
    return tuple(np.clip((far - turned) / (far - near), 0, 1))


def answers(
    habit: SpontaneousAct,
    seen: Sequence[float],
    own: Sequence[float],
    person: Person,
    looking: GazeTrack,
    sees: float,
    rng,
) -> list[tuple[int, float]]:
    """Which of the partner's acts are answered, and when.

    seen:    s, when the partner began; own: s, when the person does the same unprompted
    sees:    0..1, from :func:`sight`
    returns: (number of the act, start of the answer in s) each
    """
    found, taken = [], list(own)
    for number, start in enumerate(seen):
        moment = start + person.lag + rng.uniform(*habit.delay)
        frame = min(max(int((start + 0.3) * MOTION_FPS), 0), len(looking.at_partner) - 1)
        chance = habit.chance * person.mirrors * sees * (1 if looking.at_partner[frame] else CORNER_OF_THE_EYE)
        if rng.random() < chance and all(abs(moment - other) > habit.rest for other in taken):
            found.append((number, moment))
            taken.append(moment)
    return found


def mimicked(kind: Contagion, curves: np.ndarray, person: Person, looking: GazeTrack, sees: float) -> np.ndarray:
    """(..., T) what a person takes on of the partner's ``curves`` (..., T): later, smaller, less where not looking."""
    late = round((person.lag + kind.behind) * MOTION_FPS)
    seen = np.concatenate([np.repeat(curves[..., :1], late, axis=-1), curves], axis=-1)[..., : curves.shape[-1]]
    watching = smooth(looking.at_partner.astype(float), 0.4 * MOTION_FPS / GRID)
    return kind.share * person.mirrors * sees * (CORNER_OF_THE_EYE + (1 - CORNER_OF_THE_EYE) * watching) * seen
