"""How both heads move: with the own voice, nods to the partner's, postures, leaning, swaying, breathing."""

from dataclasses import dataclass

import numpy as np

from ..layout import Layout
from .delivery import deliver, lungs
from .dialogue import Dialogue
from .hearing import GRID, Heard, frame_times, smooth
from .nodding import nods, shakes, total
from .person import Person

NECK_SHARE = 0.42  # of a head movement that the neck makes
SLOWEST = 3.0  # s, no idle sway is quicker: what is quicker means something


@dataclass(frozen=True)
class Shift:
    """A new posture, reached in ``seconds`` and kept until the next one."""

    start: float
    seconds: float
    roll: float  # rad
    pitch: float
    yaw: float
    lean: float  # m forward
    aside: float  # m to the own left


def carry(dialogue: Dialogue, heard: Heard, layout: Layout, people, looking, rng) -> tuple[np.ndarray, np.ndarray]:
    """Neck, head and translation of both people: two (T, 9), axis-angle residuals in radians and metres."""
    shifts = _postures(dialogue, layout, people, rng)
    return tuple(_carry(dialogue, heard, layout, people[i], looking[i], i, shifts[i], rng) for i in (0, 1))


def _carry(dialogue, heard: Heard, layout: Layout, person: Person, looking, who: int, shifts, rng) -> np.ndarray:
    times = frame_times(len(looking.head))
    speaking = _eased(heard.speaking[who], times)
    lively = person.expressive * (0.55 + 0.9 * layout.energy)
    # pitch, yaw, roll; + is up, to the own left, towards the own left shoulder
    angles = np.stack([np.full(len(times), person.chin), np.zeros(len(times)), np.full(len(times), person.tilt)])
    angles[:2] += looking.head.T[::-1]
    amount = np.radians(0.5 + (0.3 + 0.7 * speaking) * lively)
    angles += np.array([[0.65], [1.1], [0.6]]) * amount * np.stack([_drift(times, SLOWEST, rng) for _ in range(3)])
    angles += deliver(heard, dialogue.turns, who, lively, looking.side, times)
    angles[0] += total(nods(dialogue, heard, looking, who, person, layout, rng), times)
    angles[1] += total(shakes(heard, who, layout, person, rng), times)
    posture = _held(shifts, times)
    angles += posture[:3]
    breathing = lungs(heard, who, times, rng.uniform(0.2, 0.3), rng.uniform(0, 6.28))
    body = _body(posture[3:], angles, speaking, lively, layout, breathing, person, times, rng)
    return np.concatenate([_joints(angles), body], axis=1)


def _eased(speaking: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) 0..1, how much the person is in the flow of talking."""
    return smooth(speaking.astype(float), 0.25)[np.minimum(np.round(times * GRID).astype(int), len(speaking) - 1)]


def _drift(times: np.ndarray, seconds: float, rng) -> np.ndarray:
    """(T,) band-limited noise of unit size with periods from ``seconds`` to eight times that."""
    curve = np.zeros(len(times))
    for period in seconds * np.array([1.0, 1.7, 2.9, 4.7, 8.0]):
        knots = np.arange(0, times[-1] + 2 * period, period)
        strength = np.interp(times, knots, rng.normal(0, 1, len(knots)))
        wave = np.sin(2 * np.pi * times / period / rng.uniform(0.85, 1.15) + rng.uniform(0, 6.28))
        curve += strength * wave * period**0.45
    return curve / (curve.std() + 1e-9)


def _postures(dialogue: Dialogue, layout: Layout, people, rng) -> list[list[Shift]]:
    """New postures at changes of turn and in long turns; a partner often takes on the other's after a while."""
    shifts: list[list[Shift]] = [[], []]
    for i in (0, 1):
        shifts[i].append(_posture(-2.0, people[i], layout, False, rng))
        for turn in dialogue.turns:
            if turn.end - turn.start > 2.0 or rng.random() < 0.2:
                shifts[i].append(_posture(turn.start - 0.3, people[i], layout, turn.person == i, rng))
        for start in rng.uniform(0, dialogue.seconds, rng.poisson(dialogue.seconds / 40)):
            shifts[i].append(_posture(start, people[i], layout, False, rng))
    for i in (0, 1):
        mirrored = [
            Shift(s.start + rng.uniform(1.2, 3.5), s.seconds * 1.2, -s.roll, s.pitch, -s.yaw, s.lean, -s.aside)
            for s in shifts[1 - i]
            if s.start > 0 and rng.random() < 0.25 + 0.15 * layout.warmth
        ]
        shifts[i] = sorted(shifts[i] + mirrored, key=lambda s: s.start)
    return shifts


def _posture(start: float, person: Person, layout: Layout, speaking: bool, rng) -> Shift:
    """Who talks leans in with energy; who listens leans in where it is warm and back where it is not."""
    near = 0.012 * layout.energy if speaking else 0.013 * layout.warmth - 0.004
    return Shift(
        start,
        rng.uniform(0.8, 1.2),
        rng.normal(0, np.radians(1.5)),
        rng.normal(0, np.radians(1.2)),
        rng.normal(0, np.radians(1.6)),
        rng.normal(near, 0.003 * person.sway),
        rng.normal(0, 0.0035 * person.sway),
    )


def _held(shifts: list[Shift], times: np.ndarray) -> np.ndarray:
    """(5, T) pitch, yaw, roll, lean and aside over time; each shift eases from the one before."""
    path = np.zeros((5, len(times)))
    for shift in shifts:
        goal = np.array([shift.pitch, shift.yaw, shift.roll, shift.lean, shift.aside])[:, None]
        x = np.clip((times - shift.start) / shift.seconds, 0, 1)
        path += (goal - path) * (x**3 * (10 - 15 * x + 6 * x**2))
    return path


def _joints(angles: np.ndarray) -> np.ndarray:
    """Neck and head (T, 6) as rotation vectors from pitch, yaw, roll (3, T): up is about -X, left +Z, roll +Y."""
    vector = np.stack([-angles[0], angles[2], angles[1]], axis=1)
    return np.concatenate([NECK_SHARE * vector, (1 - NECK_SHARE) * vector], axis=1)


def _body(held, angles, speaking, lively: float, layout: Layout, breathing, person: Person, times, rng) -> np.ndarray:
    """(T, 3) metres: leaning and swaying, breathing, and the trunk that goes with the head and leans into the talk."""
    sway = 0.0014 * person.sway * (0.6 + 0.7 * speaking * lively)
    into = 0.006 * lively * speaking * layout.energy
    x = held[1] + sway * _drift(times, SLOWEST, rng) + 0.03 * angles[2] + 0.02 * angles[1]
    y = -held[0] - into + sway * _drift(times, SLOWEST, rng) + 0.045 * (angles[0] - angles[0].mean())
    z = 0.0022 * breathing + 0.5 * sway * _drift(times, SLOWEST, rng) - 0.15 * np.abs(held[0])
    return np.stack([x, y, z], axis=1)
