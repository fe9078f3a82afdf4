"""Head and trunk motion of both people: visual prosody, nods, postures, sway and breathing."""

from dataclasses import dataclass, replace

import numpy as np

from core.layout import Layout
from core.timeseries import minimum_jerk

from .dialogue import Dialogue
from .mimicry import LEAN, MOVING, TILT, mimicked, partner_visibility, spontaneous
from .nods import nods, shakes, total
from .person import Person
from .prosodic_cues import GRID, ProsodicCues, frame_times, smooth
from .visual_prosody import lung_volume, prosodic_head_motion

NECK_SHARE = 0.42  # share of the neck in a head rotation
NECK = (56.0, 74.0)  # degrees of yaw: start of the soft limit, and the limit
# Idle motion: periods (s) of its waves, and standard deviation (degrees) of pitch, yaw and roll
SWAY = ((3.0, 5.1, 8.7, 14.0, 24.0), (1.2, 4.2, 1.3))
IDLE = ((0.9, 1.3, 1.9, 2.6), (0.42, 0.5, 0.3))
TREMOR = ((0.11, 0.16, 0.23, 0.37), (0.08, 0.06, 0.05))
TALKING = 0.5  # mimicry of the partner's motion while speaking, over that while listening
MIRROR = np.array([1, -1, -1, 1, -1, 1])  # pitch, yaw, roll, forward, to the own left and up, as in a mirror


@dataclass(frozen=True)
class Shift:
    """A new posture, reached within ``seconds`` and held until the next one, or for ``hold``."""

    start: float
    seconds: float
    roll: float  # rad
    pitch: float
    yaw: float
    lean: float  # m forward
    aside: float  # m to the own left
    hold: float = 0.0  # s; 0: until the next one


def move_heads(
    dialogue: Dialogue, cues: ProsodicCues, layout: Layout, people, gaze, rng
) -> tuple[np.ndarray, np.ndarray]:
    """Neck, head and translation of both people: two (T, 9), axis-angle residuals in radians and metres."""
    times = frame_times(len(gaze[0].head))
    nodding = nods(dialogue, cues, gaze, people, layout, rng)
    swaying = _posture_and_sway(times, dialogue, cues, layout, people, gaze, rng)
    return tuple(
        _animate_head(dialogue, cues, layout, people[i], gaze[i], i, nodding[i], swaying[i], rng) for i in (0, 1)
    )


def _animate_head(dialogue, cues, layout: Layout, person: Person, gaze, who: int, nodding, swaying, rng):
    """(T, 9) of one person: neck and head (axis-angle, radians) and translation (metres)."""
    times = frame_times(len(gaze.head))
    speaking = _smoothed(cues.speaking[who], times)
    lively = person.expressiveness * (0.55 + 0.9 * layout.energy)
    # pitch, yaw, roll; + is up, to the own left, towards the own left shoulder
    angles = np.stack([np.full(len(times), person.chin), np.zeros(len(times)), np.full(len(times), person.tilt)])
    angles[:2] += gaze.head.T[::-1]
    angles += swaying[:3]
    angles += prosodic_head_motion(cues, dialogue.turns, who, lively, gaze.side, times)
    angles[0] += total(nodding, times)
    angles[1] += total(shakes(cues, who, layout, person, rng), times)
    angles[1] = _within_neck_range(gaze.turned + angles[1]) - gaze.turned
    breathing = lung_volume(cues, who, times, rng.uniform(0.2, 0.3), rng.uniform(0, 6.28))
    angles[0] += np.radians(0.25) * breathing
    body = _body(swaying[3:], angles, speaking, lively, layout, breathing)
    return np.concatenate([_joints(angles), body], axis=1)


def _within_neck_range(yaw: np.ndarray) -> np.ndarray:
    """(T,) yaw of neck and head together, radians: unchanged up to NECK[0], soft-limited to NECK[1]."""
    easy, most = np.radians(NECK)
    beyond = np.maximum(np.abs(yaw) - easy, 0)
    return np.sign(yaw) * (np.minimum(np.abs(yaw), easy) + (most - easy) * np.tanh(beyond / (most - easy)))


def _posture_and_sway(
    times: np.ndarray, dialogue, cues: ProsodicCues, layout: Layout, people, gaze, rng
) -> list[np.ndarray]:
    """Posture and idle motion of both, two (6, T): pitch, yaw, roll (radians), forward, to the own left and up (m).

    The partner's are mimicked with a delay, mirrored, most while listening (Hale et al. 2020).
    """
    own = []
    for i in (0, 1):
        talking = _smoothed(cues.speaking[i], times)
        posture = _posture_curve(_postures(dialogue, layout, i, people[i], rng), times)
        own.append(posture + _idle_motion(times, people[i], talking, layout, rng))
    visibility, both = partner_visibility(layout), []
    for i in (0, 1):
        seen = mimicked(MOVING, MIRROR[:, None] * own[1 - i], people[i], gaze[i], visibility[i])
        both.append(own[i] + (1 - (1 - TALKING) * _smoothed(cues.floor == i, times)) * seen)
        both[i][:3] += [degrees * np.radians(_band_limited_noise(times, TREMOR[0], rng)) for degrees in TREMOR[1]]
    return both


def _idle_motion(times, person: Person, speaking, layout: Layout, rng) -> np.ndarray:
    """(6, T) idle motion of one person: pitch, yaw, roll (radians), forward, to the own left and up (m)."""
    lively = person.expressiveness * (0.7 + 0.6 * layout.energy)
    turns = [
        np.radians(
            lively**0.5
            * (
                slow * _band_limited_noise(times, SWAY[0], rng)
                + (0.75 + 0.5 * speaking) * quick * _band_limited_noise(times, IDLE[0], rng)
            )
        )
        for slow, quick in zip(SWAY[1], IDLE[1], strict=True)
    ]
    size = 0.0016 * person.sway * (0.7 + 0.6 * speaking * lively)
    moves = [
        size * _band_limited_noise(times, SWAY[0], rng) + 0.0003 * _band_limited_noise(times, IDLE[0], rng)
        for _ in range(3)
    ]
    return np.stack([*turns, moves[0], moves[1], 0.5 * moves[2]])


def _smoothed(speaking: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) 0..1, smoothed speech activity at the frames ``times``, from ``speaking`` on the GRID."""
    return smooth(speaking.astype(float), 0.25)[np.minimum(np.round(times * GRID).astype(int), len(speaking) - 1)]


def _band_limited_noise(times: np.ndarray, periods, rng) -> np.ndarray:
    """(T,) noise of unit variance: waves of about these ``periods``, s, with slowly varying amplitude."""
    curve = np.zeros(len(times))
    for period in periods:
        knots = np.arange(0, times[-1] + 2 * period, period)
        strength = np.interp(times, knots, rng.normal(0, 1, len(knots)))
        wave = np.sin(2 * np.pi * times / period / rng.uniform(0.85, 1.15) + rng.uniform(0, 6.28))
        curve += strength * wave * period**0.45
    return curve / (curve.std() + 1e-9)


def _postures(dialogue: Dialogue, layout: Layout, who: int, person: Person, rng) -> list[Shift]:
    """Postures at turn changes, in long turns and spontaneous, and transient tilts of the head."""
    found = [_posture(-2.0, person, layout, False, rng)]
    for turn in dialogue.turns:
        if turn.end - turn.start > 2.0 or rng.random() < 0.2:
            found.append(_posture(turn.start - 0.3, person, layout, turn.person == who, rng))
    for start in spontaneous(LEAN, dialogue.seconds, person.initiative * person.sway**0.5, rng):
        found.append(_leaning(start, person, layout, rng))
    for start in spontaneous(TILT, dialogue.seconds, person.initiative, rng):
        size = np.radians(rng.uniform(3.5, 7.5)) * person.expressiveness**0.5 * rng.choice([-1, 1])
        found.append(Shift(start, rng.uniform(0.5, 0.9), size, 0, 0.3 * size, 0, 0, hold=rng.lognormal(0.9, 0.4)))
    return sorted(found, key=lambda shift: shift.start)


def _leaning(start: float, person: Person, layout: Layout, rng) -> Shift:
    """A large posture shift: forward or back, or to one side."""
    posture = _posture(start, person, layout, False, rng)
    lean = rng.choice([-1, 1]) * rng.uniform(0.009, 0.022) * person.sway**0.3
    return replace(
        posture, seconds=rng.uniform(0.9, 1.4), lean=lean, aside=posture.aside * 1.5, roll=posture.roll * 1.3
    )


def _posture(start: float, person: Person, layout: Layout, speaking: bool, rng) -> Shift:
    """A posture: speakers lean forward with energy, listeners forward with warmth and back without."""
    near = 0.012 * layout.energy if speaking else 0.013 * layout.warmth - 0.004
    return Shift(
        start,
        rng.uniform(0.8, 1.2),
        rng.normal(0, np.radians(1.5)),
        rng.normal(0, np.radians(1.2)),
        rng.normal(0, np.radians(3.2)),
        rng.normal(near, 0.003 * person.sway),
        rng.normal(0, 0.0035 * person.sway),
    )


def _posture_curve(shifts: list[Shift], times: np.ndarray) -> np.ndarray:
    """(6, T) pitch, yaw, roll, lean, aside and up over time; held shifts replace one another, transient ones add."""
    path, passing = np.zeros((6, len(times))), np.zeros((6, len(times)))
    for shift in shifts:
        goal = np.array([shift.pitch, shift.yaw, shift.roll, shift.lean, shift.aside, 0.0])[:, None]
        if shift.hold:
            passing += goal * _ease(times, shift.start, shift.seconds)
            passing -= goal * _ease(times, shift.start + shift.seconds + shift.hold, 1.3 * shift.seconds)
        else:
            path += (goal - path) * _ease(times, shift.start, shift.seconds)
    return path + passing


def _ease(times: np.ndarray, start: float, seconds: float) -> np.ndarray:
    """(T,) from 0 at ``start`` to 1 ``seconds`` later."""
    return minimum_jerk(np.clip((times - start) / seconds, 0, 1))


def _joints(angles: np.ndarray) -> np.ndarray:
    """Neck and head (T, 6) as rotation vectors from pitch, yaw, roll (3, T): up is about -X, left +Z, roll +Y."""
    vector = np.stack([-angles[0], angles[2], angles[1]], axis=1)
    return np.concatenate([NECK_SHARE * vector, (1 - NECK_SHARE) * vector], axis=1)


def _body(sway, angles, speaking, lively: float, layout: Layout, breathing) -> np.ndarray:
    """(T, 3) translation, metres: lean and sway, breathing, the trunk's share of head rotation, lean while speaking.

    sway: (3, T) forward, to the own left and up
    """
    into = 0.006 * lively * speaking * layout.energy
    x = sway[1] + 0.03 * angles[2] + 0.02 * angles[1]
    y = -sway[0] - into + 0.045 * (angles[0] - angles[0].mean())
    z = 0.0022 * breathing + sway[2] - 0.15 * np.abs(sway[0])
    return np.stack([x, y, z], axis=1)
