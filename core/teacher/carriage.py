"""How both heads move: beats of the own voice, nods to the partner's, shakes, tilts, leaning, swaying, breathing."""

from dataclasses import dataclass

import numpy as np

from ..layout import Layout
from ..motion import MOTION_FPS
from .dialogue import Dialogue
from .hearing import GRID, Heard, frame_times, smooth
from .looking import Looking
from .person import Person

NECK_SHARE = 0.42  # of a head movement that the neck makes


@dataclass(frozen=True)
class Nod:
    """A run of nods (or shakes), s and radians; the first goes down (or to one side)."""

    start: float
    rate: float  # Hz
    cycles: float
    size: float

    def curve(self, times: np.ndarray) -> np.ndarray:
        """(T,) displacement, dying away, zero at both ends."""
        x = np.clip((times - self.start) * self.rate, 0, self.cycles)
        envelope = np.sin(np.pi * np.clip(x / self.cycles, 0, 1) ** 0.6) ** 0.8
        return -self.size * envelope * np.sin(2 * np.pi * x)


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


def _carry(
    dialogue, heard: Heard, layout: Layout, person: Person, looking: Looking, who: int, shifts, rng
) -> np.ndarray:
    times = frame_times(len(looking.head))
    speaking = _eased(heard.speaking[who], times)
    lively = person.expressive * (0.55 + 0.9 * layout.energy)
    # pitch, yaw, roll; + is up, to the own left, towards the own left shoulder
    angles = np.stack([np.full(len(times), person.chin), np.zeros(len(times)), np.full(len(times), person.tilt)])
    angles[:2] += looking.head.T[::-1]
    amount = np.radians(0.6 + (0.5 + 1.1 * speaking) * lively)
    angles += np.array([[1.2], [1.7], [1.0]]) * amount * np.stack([_drift(times, 1.5, rng) for _ in range(3)])
    angles += _beats(heard, who, lively, times, rng)
    for nod in _nods(dialogue, heard, looking, who, person, layout, rng):
        near = slice(*np.searchsorted(times, [nod.start, nod.start + nod.cycles / nod.rate]))
        angles[0, near] += nod.curve(times[near])
    for shake in _shakes(heard, who, layout, person, rng):
        near = slice(*np.searchsorted(times, [shake.start, shake.start + shake.cycles / shake.rate]))
        angles[1, near] += shake.curve(times[near])
    posture = _held(shifts, times)
    angles += posture[:3]
    return np.concatenate([_joints(angles), _body(posture[3:], angles, speaking, lively, person, times, rng)], axis=1)


def _eased(speaking: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) 0..1, how much the person is in the flow of talking."""
    return smooth(speaking.astype(float), 0.25)[np.minimum(np.round(times * GRID).astype(int), len(speaking) - 1)]


def _drift(times: np.ndarray, seconds: float, rng) -> np.ndarray:
    """(T,) band-limited noise of unit size with periods from ``seconds`` to eight times that."""
    curve = np.zeros(len(times))
    for period in seconds * np.array([1.0, 1.7, 2.9, 4.7, 8.0]):
        strength = np.interp(
            times, np.arange(0, times[-1] + 4, 4), rng.normal(0, 1, len(np.arange(0, times[-1] + 4, 4)))
        )
        curve += (
            strength
            * np.sin(2 * np.pi * times / period / rng.uniform(0.85, 1.15) + rng.uniform(0, 6.28))
            * period**0.45
        )
    return curve / (curve.std() + 1e-9)


def _beats(heard: Heard, who: int, lively: float, times: np.ndarray, rng) -> np.ndarray:
    """(3, T) the head goes with the accents of the own voice: down on the beat, up before it, a little aside."""
    beats = np.zeros((3, len(times)))
    for accent in heard.accents:
        if accent.person != who or rng.random() > 0.58:
            continue
        size = np.radians(rng.uniform(0.8, 2.6)) * lively * (0.5 + 0.6 * accent.strength)
        width = rng.uniform(0.09, 0.15)
        x = (times - accent.time - rng.uniform(-0.02, 0.08)) / width
        near = np.abs(x) < 5
        dip = np.exp(-0.5 * x[near] ** 2) - 0.45 * np.exp(-0.5 * ((x[near] + 2.2) / 1.2) ** 2)
        beats[0, near] += (-size if rng.random() < 0.85 else 0.8 * size) * dip
        beats[1, near] += rng.normal(0, 0.45) * size * dip
        beats[2, near] += rng.normal(0, 0.35) * size * dip
    return beats


def _nods(
    dialogue: Dialogue, heard: Heard, looking: Looking, who: int, person: Person, layout: Layout, rng
) -> list[Nod]:
    """Nods of a listener where the partner's phrases end, with own backchannels, and now and then on an accent."""
    eager = person.nodder * (0.75 + 0.3 * layout.warmth + 0.3 * layout.energy)
    chances = [(span.start - rng.uniform(0.05, 0.25), 0.85) for span in dialogue.backchannels if span.person == who]
    for end, speaker in heard.phrase_ends:
        if speaker != who:
            sees = looking.at_partner[min(int(end * MOTION_FPS), len(looking.at_partner) - 1)]
            chances.append((end + person.lag + rng.normal(0, 0.18), 0.5 * eager * (1.2 if sees else 0.6)))
    for accent in heard.accents:
        if accent.person != who and heard.floor[min(int(accent.time * GRID), len(heard.floor) - 1)] != who:
            chances.append((accent.time + person.lag + rng.uniform(0, 0.2), 0.05 * eager * accent.strength))
        elif accent.person == who:
            chances.append((accent.time, 0.008 * eager))
    nods, free = [], 0.0
    for start, chance in sorted(chances):
        if start < free or start < 0 or rng.random() > chance:
            continue
        cycles = float(rng.choice([1.5, 2.0, 3.0, 4.0], p=[0.35, 0.33, 0.22, 0.1]))
        rate = rng.uniform(1.7, 3.0) if cycles > 1.5 else rng.uniform(1.4, 2.4)
        size = (
            np.radians(np.clip(rng.lognormal(np.log(4.4), 0.4), 2.2, 10)) * person.expressive**0.4 * (2 / rate) ** 0.6
        )
        nods.append(Nod(start, rate, cycles, float(size)))
        free = start + cycles / rate + 0.4
    return nods


def _shakes(heard: Heard, who: int, layout: Layout, person: Person, rng) -> list[Nod]:
    """Shakes of the head: rare, more of them where the mood is bad."""
    chance = 0.03 + 0.07 * max(0.0, -layout.warmth)
    starts = [end + person.lag for end, speaker in heard.phrase_ends if speaker != who and rng.random() < chance]
    starts += [a.time for a in heard.accents if a.person == who and rng.random() < 0.4 * chance]
    return [
        Nod(
            s,
            rng.uniform(1.4, 2.4),
            float(rng.choice([1.5, 2, 2.5])),
            float(np.radians(rng.uniform(3, 8)) * rng.choice([-1, 1])),
        )
        for s in starts
    ]


def _postures(dialogue: Dialogue, layout: Layout, people, rng) -> list[list[Shift]]:
    """New postures at changes of turn and in long turns; a partner often takes on the other's after a while."""
    shifts: list[list[Shift]] = [[], []]
    for i in (0, 1):
        shifts[i].append(_posture(-2.0, people[i], layout, False, rng))
        for turn in dialogue.turns:
            if rng.random() < (0.5 if turn.person == i else 0.35):
                shifts[i].append(
                    _posture(turn.start + rng.uniform(-0.5, 0.5), people[i], layout, turn.person == i, rng)
                )
        for start in rng.uniform(0, dialogue.seconds, rng.poisson(dialogue.seconds / 18)):
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
    near = 0.008 * layout.warmth + 0.006 * layout.energy * speaking
    return Shift(
        start,
        rng.uniform(0.7, 1.5),
        rng.normal(0, np.radians(3.6)),
        rng.normal(0, np.radians(2.2)),
        rng.normal(0, np.radians(2.6)),
        rng.normal(near, 0.009 * person.sway),
        rng.normal(0, 0.008 * person.sway),
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


def _body(held: np.ndarray, angles, speaking, lively: float, person: Person, times: np.ndarray, rng) -> np.ndarray:
    """(T, 3) metres: leaning and swaying, breathing, and the trunk that goes a little with the head."""
    sway = 0.0022 * person.sway * (0.6 + 0.7 * speaking * lively)
    breath = 0.0016 * np.sin(2 * np.pi * times * rng.uniform(0.2, 0.3) + rng.uniform(0, 6.28))
    x = held[1] + sway * _drift(times, 1.6, rng) + 0.02 * angles[2]
    y = -held[0] + sway * _drift(times, 1.6, rng) + 0.03 * (angles[0] - angles[0].mean())
    z = breath + 0.5 * sway * _drift(times, 1.6, rng) - 0.15 * np.abs(held[0])
    return np.stack([x, y, z], axis=1)
