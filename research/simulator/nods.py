"""Nods and shakes: when a listener answers with the head, how often and how far; and nods that answer nods."""

from dataclasses import dataclass, replace

import numpy as np

from core.layout import Layout
from core.motion import MOTION_FPS

from .dialogue import Dialogue
from .gaze_behaviour import GazeTrack
from .mimicry import NOD, answers, sight, spontaneous
from .person import Person
from .prosodic_cues import GRID, Heard

ASKING = 0.4  # weight of a phrase from which on its end is nodded at
STRESS = 0.9  # strength of an accent that is nodded at in the middle of a long phrase
REACTION = 0.3  # s from the end of the phrase to the nod
PATIENCE = 1.1  # s without a nod after which an accent is enough


@dataclass(frozen=True)
class Nod:
    """A run of nods (or shakes), s and radians; the first goes down (or to one side)."""

    start: float
    rate: float  # Hz
    cycles: float
    size: float

    @property
    def end(self) -> float:
        """s."""
        return self.start + self.cycles / self.rate

    def curve(self, times: np.ndarray) -> np.ndarray:
        """(T,) displacement, dying away, zero at both ends."""
        x = np.clip((times - self.start) * self.rate, 0, self.cycles)
        envelope = np.sin(np.pi * np.clip(x / self.cycles, 0, 1) ** 0.6) ** 0.8
        return -self.size * envelope * np.sin(2 * np.pi * x)


def total(nods: list[Nod], times: np.ndarray) -> np.ndarray:
    """(T,) all ``nods`` together."""
    curve = np.zeros(len(times))
    for nod in nods:
        near = slice(*np.searchsorted(times, [nod.start, nod.end]))
        curve[near] += nod.curve(times[near])
    return curve


def nods(dialogue: Dialogue, heard: Heard, looking, people, layout: Layout, rng) -> tuple[list[Nod], list[Nod]]:
    """Of both people: what is nodded at because it was heard, unasked nods, and nods that answer the other's."""
    own = []
    for i in (0, 1):
        eager = people[i].initiates * (0.7 + 0.6 * layout.energy)
        moments = [(start, rng.uniform(0.6, 1.3)) for start in spontaneous(NOD, dialogue.seconds, eager, rng)]
        moments += _heard(dialogue, heard, looking[i], i, people[i], layout, rng)
        own.append(_spaced(moments, people[i], rng))

    def reply(nod: Nod, start: float, who: int) -> Nod:
        size = (0.5 * nod.size + np.radians(1.2)) * people[who].expressive ** 0.3
        return replace(nod, start=start, rate=rng.normal(2.0, 0.12), cycles=min(nod.cycles, 2.0), size=size)

    sees, starts = sight(layout), [[nod.start for nod in of_one] for of_one in own]
    return tuple(
        own[i]
        + [
            reply(own[1 - i][k], moment, i)
            for k, moment in answers(NOD, starts[1 - i], starts[i], people[i], looking[i], sees[i], rng)
        ]
        for i in (0, 1)
    )


def _heard(dialogue: Dialogue, heard: Heard, looking: GazeTrack, who: int, person: Person, layout: Layout, rng) -> list:
    """(start, weight): at the ends of the partner's phrases, with own backchannels, and at strong accents.

    How much was said decides how often and how far; the person and chance only tip what is near the edge.
    """
    eager = person.nodder * (0.85 + 0.2 * layout.warmth + 0.2 * layout.energy)
    moments = [(span.start - 0.12, 1.0) for span in dialogue.backchannels if span.person == who and rng.random() < 0.95]
    for phrase in heard.phrases:
        if phrase.person != who:
            sees = looking.at_partner[min(int(phrase.end * MOTION_FPS), len(looking.at_partner) - 1)]
            weight = phrase.weight * eager**0.5 * (1.05 if sees else 0.9)
            if weight + rng.normal(0, 0.1) > ASKING:
                moments.append((phrase.end + REACTION + 0.5 * (person.lag - 0.32) + rng.normal(0, 0.03), weight))
    for accent in heard.accents:
        holds = heard.floor[min(int(accent.time * GRID), len(heard.floor) - 1)] == accent.person
        if accent.person != who and holds and accent.strength * eager**0.3 > STRESS:
            moments.append((accent.time + REACTION, -1.0))  # only after a while without
    return moments


def _spaced(moments: list[tuple[float, float]], person: Person, rng) -> list[Nod]:
    """One nod after the other; the more weight, the more cycles. Weight below 0: a single one after a long wait."""
    asked = sorted(start for start, weight in moments if weight >= 0)
    found, free = [], 0.0
    for start, weight in sorted(moments):
        least = free + 0.3 if weight >= 0 else free + PATIENCE
        if start < least or (weight < 0 and any(start < other < start + 1.0 for other in asked)):
            continue
        cycles = 1.5 if weight < 0.95 else 2.0 if weight < 1.2 else 3.0
        rate = rng.normal(1.95, 0.12)
        size = np.radians(1.7 + 1.1 * min(abs(weight), 1.5)) * person.expressive**0.4 * rng.lognormal(0, 0.12)
        found.append(Nod(start, rate, cycles, float(max(size, np.radians(1.8)))))
        free = found[-1].end
    return found


def shakes(heard: Heard, who: int, layout: Layout, person: Person, rng) -> list[Nod]:
    """Shakes of the head: rare, more of them where the mood is bad."""
    chance = 0.02 + 0.08 * max(0.0, -layout.warmth)
    starts = [end + person.lag for end, speaker in heard.phrase_ends if speaker != who and rng.random() < chance]
    starts += [a.time for a in heard.accents if a.person == who and rng.random() < 0.3 * chance]
    found = []
    for start in starts:
        cycles = float(rng.choice([1.5, 2, 2.5]))
        found.append(
            Nod(start, rng.uniform(1.4, 2.4), cycles, float(np.radians(rng.uniform(3, 8)) * rng.choice([-1, 1])))
        )
    return found
