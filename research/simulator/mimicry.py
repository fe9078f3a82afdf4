"""Spontaneous acts, which are independent of the speech, and mimicry of them by the partner who sees them.

Discrete acts (nods, blinks) are mimicked with a probability; continuous ones (smiles, postures) as delayed and scaled
curves. Mimicry is never mimicked again, so that the loop is stable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.layout import Layout
from core.motion import MOTION_FPS

from .gaze_behaviour import GazeTrack
from .person import Person
from .prosodic_cues import GRID, smooth

SEEN = (85.0, 125.0)  # degrees off the own front: full visibility of the partner up to the first, none from the second
CORNER_OF_THE_EYE = 0.6  # mimicry in peripheral vision, over that at the gaze target


@dataclass(frozen=True)
class SpontaneousAct:
    """A kind of discrete act."""

    rate: float  # spontaneous acts a minute, of a person with initiative 1
    rest: float  # s, refractory time
    delay: tuple[float, float] = (
        0.0,
        0.0,
    )  # s from its start to the start of the mimicking act, beside the person's lag
    chance: float = 0.0  # probability of being mimicked, by a person with mimicry 1 who looks at the partner


@dataclass(frozen=True)
class Contagion:
    """Mimicry of a continuous behaviour."""

    share: float  # of its amplitude, by a person with mimicry 1 who looks at the partner
    behind: float  # s, beside the person's lag


# Delays. Facial mimicry follows after 0.3 to 1.5 s, first muscle activity within 0.4 s (Dimberg & Thunberg 1998); slow
# head motion is followed about 0.6 s later (Hale et al. 2020); postures are mirrored (LaFrance & Broadbent 1976; the
# delay is our choice); blinks are entrained within 0.5 s (Nakano & Kitazawa 2010). The amplitudes are our choice, large
# enough to be visible and learnable within a minute.
NOD = SpontaneousAct(4.0, 1.1, (0.15, 0.4), 1.0)
SMILE = SpontaneousAct(3.0, 3.0)
BROWS = SpontaneousAct(3.6, 2.0)
TILT = SpontaneousAct(3.0, 4.0)
LEAN = SpontaneousAct(1.8, 6.0)
BLINK = SpontaneousAct(0.0, 0.5, (0.0, 0.15), 0.7)
SMILING = Contagion(0.95, 0.3)
RAISING = Contagion(0.85, 0.1)
MOVING = Contagion(0.85, 0.45)


def spontaneous(act: SpontaneousAct, seconds: float, rate_factor: float, rng) -> list[float]:
    """Onsets (s) of spontaneous acts: a renewal process with the act's rate times ``rate_factor``."""
    pause = 60 / max(act.rate * rate_factor, 1e-3)
    starts, moment = [], rng.exponential(pause)
    while moment < seconds:
        starts.append(float(moment))
        moment += act.rest + rng.exponential(max(pause - act.rest, 0.5))
    return starts


def partner_visibility(layout: Layout) -> tuple[float, float]:
    """Visibility of the partner to A and to B, 0..1, from the facing of the layout."""
    near, far = SEEN
    turned = np.abs([layout.facing_a, layout.facing_b])
    return tuple(np.clip((far - turned) / (far - near), 0, 1))


def mimicked_acts(
    act: SpontaneousAct,
    seen: Sequence[float],
    own: Sequence[float],
    person: Person,
    gaze: GazeTrack,
    visibility: float,
    rng,
) -> list[tuple[int, float]]:
    """Which of the partner's acts are mimicked, and when.

    seen:       s, onsets of the partner's acts; own: s, onsets of the person's own
    visibility: 0..1, from :func:`partner_visibility`
    returns:    (index of the partner's act, onset of the mimicking act in s) each
    """
    found, busy = [], list(own)
    for number, start in enumerate(seen):
        moment = start + person.lag + rng.uniform(*act.delay)
        frame = min(max(int((start + 0.3) * MOTION_FPS), 0), len(gaze.at_partner) - 1)
        chance = act.chance * person.mimicry * visibility * (1 if gaze.at_partner[frame] else CORNER_OF_THE_EYE)
        if rng.random() < chance and all(abs(moment - other) > act.rest for other in busy):
            found.append((number, moment))
            busy.append(moment)
    return found


def mimicked(kind: Contagion, curves: np.ndarray, person: Person, gaze: GazeTrack, visibility: float) -> np.ndarray:
    """(..., T) mimicry of the partner's ``curves`` (..., T): delayed, scaled, less in peripheral vision."""
    late = round((person.lag + kind.behind) * MOTION_FPS)
    seen = np.concatenate([np.repeat(curves[..., :1], late, axis=-1), curves], axis=-1)[..., : curves.shape[-1]]
    watching = smooth(gaze.at_partner.astype(float), 0.4 * MOTION_FPS / GRID)
    return kind.share * person.mimicry * visibility * (CORNER_OF_THE_EYE + (1 - CORNER_OF_THE_EYE) * watching) * seen
