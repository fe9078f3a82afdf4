"""Nods and shakes: listener nods cued by speech, spontaneous nods, and mimicry of nods."""

from dataclasses import dataclass, replace

import numpy as np

from core.layout import Layout
from core.motion import MOTION_FPS

from .dialogue import Dialogue
from .gaze_behaviour import GazeTrack
from .mimicry import NOD, mimicked_acts, partner_visibility, spontaneous
from .person import Person
from .prosodic_cues import GRID, ProsodicCues

PHRASE_THRESHOLD = 0.4  # weight of a phrase whose end elicits a nod
ACCENT_THRESHOLD = 0.9  # strength of an accent that elicits a nod within a long phrase
REACTION = 0.3  # s from the end of the phrase to the nod
LONGEST_WAIT = 1.1  # s without a nod after which an accent elicits one


@dataclass(frozen=True)
class Nod:
    """A run of nods (or shakes), s and radians; the first half cycle is down (or to one side)."""

    start: float
    rate: float  # Hz
    cycles: float
    size: float

    @property
    def end(self) -> float:
        """s."""
        return self.start + self.cycles / self.rate

    def curve(self, times: np.ndarray) -> np.ndarray:
        """(T,) rotation, radians: a decaying sine, zero at both ends."""
        x = np.clip((times - self.start) * self.rate, 0, self.cycles)
        envelope = np.sin(np.pi * np.clip(x / self.cycles, 0, 1) ** 0.6) ** 0.8
        return -self.size * envelope * np.sin(2 * np.pi * x)


def total(nods: list[Nod], times: np.ndarray) -> np.ndarray:
    """(T,) sum of ``nods``, radians."""
    curve = np.zeros(len(times))
    for nod in nods:
        near = slice(*np.searchsorted(times, [nod.start, nod.end]))
        curve[near] += nod.curve(times[near])
    return curve


def nods(dialogue: Dialogue, cues: ProsodicCues, gaze, people, layout: Layout, rng) -> tuple[list[Nod], list[Nod]]:
    """Nods of both people: cued by the partner's speech, spontaneous, and mimicked."""
    own = []
    for i in (0, 1):
        rate_factor = people[i].initiative * (0.7 + 0.6 * layout.energy)
        moments = [(start, rng.uniform(0.6, 1.3)) for start in spontaneous(NOD, dialogue.seconds, rate_factor, rng)]
        moments += _cued_nods(dialogue, cues, gaze[i], i, people[i], layout, rng)
        own.append(_without_overlaps(moments, people[i], rng))

    def reply(nod: Nod, start: float, who: int) -> Nod:
        size = (0.5 * nod.size + np.radians(1.2)) * people[who].expressiveness ** 0.3
        return replace(nod, start=start, rate=rng.normal(2.0, 0.12), cycles=min(nod.cycles, 2.0), size=size)

    sees, starts = partner_visibility(layout), [[nod.start for nod in of_one] for of_one in own]
    return tuple(
        own[i]
        + [
            reply(own[1 - i][k], moment, i)
            for k, moment in mimicked_acts(NOD, starts[1 - i], starts[i], people[i], gaze[i], sees[i], rng)
        ]
        for i in (0, 1)
    )


def _cued_nods(
    dialogue: Dialogue, cues: ProsodicCues, gaze: GazeTrack, who: int, person: Person, layout: Layout, rng
) -> list:
    """(start s, weight) of nods at the partner's phrase ends, with own backchannels, and at strong accents.

    The phrase weight decides; person and noise matter near the threshold only.
    """
    rate_factor = person.nod_rate * (0.85 + 0.2 * layout.warmth + 0.2 * layout.energy)
    moments = [(span.start - 0.12, 1.0) for span in dialogue.backchannels if span.person == who and rng.random() < 0.95]
    for phrase in cues.phrases:
        if phrase.person != who:
            sees = gaze.at_partner[min(int(phrase.end * MOTION_FPS), len(gaze.at_partner) - 1)]
            weight = phrase.weight * rate_factor**0.5 * (1.05 if sees else 0.9)
            if weight + rng.normal(0, 0.1) > PHRASE_THRESHOLD:
                moments.append((phrase.end + REACTION + 0.5 * (person.lag - 0.32) + rng.normal(0, 0.03), weight))
    for accent in cues.accents:
        holds = cues.floor[min(int(accent.time * GRID), len(cues.floor) - 1)] == accent.person
        if accent.person != who and holds and accent.strength * rate_factor**0.3 > ACCENT_THRESHOLD:
            moments.append((accent.time + REACTION, -1.0))  # negative: only after LONGEST_WAIT without a nod
    return moments


def _without_overlaps(moments: list[tuple[float, float]], person: Person, rng) -> list[Nod]:
    """Nods without overlap; cycles grow with weight. Weight below 0: one nod, only after LONGEST_WAIT."""
    phrase_nods = sorted(start for start, weight in moments if weight >= 0)
    found, free = [], 0.0
    for start, weight in sorted(moments):
        least = free + 0.3 if weight >= 0 else free + LONGEST_WAIT
        if start < least or (weight < 0 and any(start < other < start + 1.0 for other in phrase_nods)):
            continue
        cycles = 1.5 if weight < 0.95 else 2.0 if weight < 1.2 else 3.0
        rate = rng.normal(1.95, 0.12)
        size = np.radians(1.7 + 1.1 * min(abs(weight), 1.5)) * person.expressiveness**0.4 * rng.lognormal(0, 0.12)
        found.append(Nod(start, rate, cycles, float(max(size, np.radians(1.8)))))
        free = found[-1].end
    return found


def shakes(cues: ProsodicCues, who: int, layout: Layout, person: Person, rng) -> list[Nod]:
    """Head shakes: rare, more frequent with negative warmth."""
    chance = 0.02 + 0.08 * max(0.0, -layout.warmth)
    starts = [end + person.lag for end, speaker in cues.phrase_ends if speaker != who and rng.random() < chance]
    starts += [a.time for a in cues.accents if a.person == who and rng.random() < 0.3 * chance]
    found = []
    for start in starts:
        cycles = float(rng.choice([1.5, 2, 2.5]))
        found.append(
            Nod(start, rng.uniform(1.4, 2.4), cycles, float(np.radians(rng.uniform(3, 8)) * rng.choice([-1, 1])))
        )
    return found
