"""What both faces do beside talking: blinks, brows, smiles, and answers to the partner's."""

from dataclasses import dataclass

import numpy as np

from ..layout import Layout
from ..motion import EXPRESSION_NAMES, MOTION_FPS
from .dialogue import Dialogue
from .hearing import GRID, Heard, frame_times
from .looking import Looking
from .person import Person

COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}
BLINK_GAP = 0.35  # s, no blink sooner after another


@dataclass(frozen=True)
class Gesture:
    """Something a face does for a while."""

    start: float  # s
    onset: float  # s to full size
    hold: float  # s
    offset: float  # s back
    size: float  # 0..1

    def curve(self, times: np.ndarray) -> np.ndarray:
        """(T,) its size at ``times``."""
        rise = np.clip((times - self.start) / self.onset, 0, 1)
        fall = np.clip((self.start + self.onset + self.hold + self.offset - times) / self.offset, 0, 1)
        eased = np.minimum(rise, fall)
        return self.size * eased**2 * (3 - 2 * eased)


def total(gestures: list[Gesture], times: np.ndarray) -> np.ndarray:
    """(T,) the largest of ``gestures`` at every time."""
    curve = np.zeros(len(times))
    for gesture in gestures:
        first, last = np.searchsorted(
            times, [gesture.start, gesture.start + gesture.onset + gesture.hold + gesture.offset]
        )
        curve[first:last] = np.maximum(curve[first:last], gesture.curve(times[first:last]))
    return curve


def express(dialogue: Dialogue, heard: Heard, layout: Layout, people, looking, rng) -> tuple[np.ndarray, np.ndarray]:
    """Upper face and moods of both people: two (T, 44) in [0, 1] to add to the mouths that talk."""
    times = frame_times(len(looking[0].at_partner))
    smiles = _smiles(dialogue, heard, layout, people, looking, rng)
    raises = [_raises(dialogue, heard, layout, i, people[i], rng) for i in (0, 1)]
    for i in (0, 1):  # a raised brow is answered now and then
        raises[i] += [
            Gesture(g.start + people[i].lag + rng.uniform(0.2, 0.8), g.onset * 1.2, g.hold, g.offset, 0.7 * g.size)
            for g in raises[1 - i][:]
            if g.hold > 0.25 and rng.random() < 0.2 * people[i].expressive
        ]
    return tuple(
        _face(
            times,
            total(smiles[i], times),
            total(raises[i], times),
            _blinks(dialogue, heard, looking[i], i, people[i], layout.energy, times, rng),
            layout,
            people[i],
            rng,
        )
        for i in (0, 1)
    )


def _smiles(dialogue: Dialogue, heard: Heard, layout: Layout, people, looking, rng) -> list[list[Gesture]]:
    """Own smiles by mood, at backchannels and phrase ends; and smiles that answer the partner's."""
    warm = max(0.0, 0.35 + 0.65 * layout.warmth)
    own: list[list[Gesture]] = []
    for i in (0, 1):
        count = rng.poisson(dialogue.seconds / 60 * 4.5 * warm * people[i].smiler)
        starts = list(rng.uniform(0, dialogue.seconds, count))
        starts += [s.start - 0.1 for s in dialogue.backchannels if s.person == i and rng.random() < 0.4 * warm]
        starts += [end for end, who in heard.phrase_ends if who != i and rng.random() < 0.12 * warm]
        own.append([_smile(start, warm, people[i], rng) for start in starts])
    answers = [
        [
            _smile(g.start + people[i].lag + rng.uniform(0.15, 0.7), warm, people[i], rng, g.size)
            for g in own[1 - i]
            if _sees(looking[i], g.start + 0.4) and rng.random() < 0.75 * min(1.0, warm + 0.2)
        ]
        for i in (0, 1)
    ]
    return [own[i] + answers[i] for i in (0, 1)]


def _sees(looking: Looking, moment: float) -> bool:
    frame = min(int(moment * MOTION_FPS), len(looking.at_partner) - 1)
    return bool(looking.at_partner[frame])


def _smile(start: float, warm: float, person: Person, rng, answered: float | None = None) -> Gesture:
    size = rng.uniform(0.2, 0.55) * (0.6 + 0.5 * warm) * person.expressive**0.5
    if answered is not None:
        size = 0.5 * size + 0.5 * answered
    return Gesture(
        start, rng.uniform(0.35, 0.8), rng.lognormal(np.log(1.7), 0.55), rng.uniform(0.6, 1.5), float(min(size, 0.65))
    )


def _raises(dialogue: Dialogue, heard: Heard, layout: Layout, who: int, person: Person, rng) -> list[Gesture]:
    """Brows: on the accents of the own voice, before own turns, and with the partner's phrase ends."""
    gestures = []
    lift = person.expressive * (0.6 + 0.8 * layout.energy)
    for accent in heard.accents:
        if (
            accent.person == who
            and rng.random() < 0.16 + 0.2 * max(accent.rise, 0) + 0.1 * accent.strength * layout.energy
        ):
            size = min(0.75, lift * rng.uniform(0.12, 0.35) * (0.7 + 0.4 * accent.strength))
            gestures.append(Gesture(accent.time - 0.18, 0.16, rng.uniform(0.05, 0.3), rng.uniform(0.2, 0.4), size))
    for end, speaker in heard.phrase_ends:
        if speaker != who and rng.random() < 0.1 * person.nodder:
            size = min(0.6, lift * rng.uniform(0.15, 0.4))
            gestures.append(Gesture(end + person.lag + rng.uniform(-0.2, 0.3), 0.22, rng.uniform(0.3, 0.9), 0.4, size))
    for span in dialogue.backchannels:
        if span.person == who and rng.random() < 0.35:
            gestures.append(
                Gesture(span.start - 0.1, 0.2, rng.uniform(0.2, 0.6), 0.4, min(0.6, lift * rng.uniform(0.2, 0.45)))
            )
    return gestures


def _blinks(
    dialogue, heard: Heard, looking: Looking, who: int, person: Person, energy: float, times, rng
) -> np.ndarray:
    """(T,) closure of the lids: spontaneous by role, with large gaze shifts, at ends of turns and phrases."""
    moments = []
    speaking = heard.floor == who
    rate = person.blinks / 60 * (0.75 + 0.3 * energy)
    pace = np.where(speaking, 1.15 * rate, 0.55 * rate) / GRID
    moments += list(np.flatnonzero(rng.random(len(pace)) < pace) / GRID)
    moments += [
        t for t, size in looking.shifts if rng.random() < np.interp(np.degrees(size), [6, 15, 35], [0, 0.22, 0.6])
    ]
    moments += [
        end + rng.uniform(-0.15, 0.25) for end, speaker in heard.phrase_ends if speaker == who and rng.random() < 0.25
    ]
    moments += [turn.end + rng.uniform(0.0, 0.4) for turn in dialogue.turns if rng.random() < 0.25]
    lids, last = np.zeros(len(times)), -1.0
    for moment in sorted(moments):
        if moment < last + BLINK_GAP:
            continue
        down, shut, up = rng.uniform(0.07, 0.1), rng.uniform(0.045, 0.08), rng.uniform(0.13, 0.22)
        size = 1.0 if rng.random() < 0.88 else rng.uniform(0.5, 0.8)
        near = slice(*np.searchsorted(times, [moment, moment + down + shut + up]))
        lids[near] = np.maximum(lids[near], Gesture(moment, down, shut, up, size).curve(times[near]))
        last = moment
    return lids


def _wander(times: np.ndarray, seconds: float, rng) -> np.ndarray:
    """(T,) a slow random curve, about -1..1, that changes within ``seconds``."""
    knots = rng.normal(0, 0.6, int(times[-1] / seconds) + 4)
    place = times / seconds + rng.random()
    k = place.astype(int)
    x = place - k
    x = x * x * (3 - 2 * x)
    return knots[k] * (1 - x) + knots[k + 1] * x


def _face(times, smile, brow, lids, layout: Layout, person: Person, rng) -> np.ndarray:
    """The channels (T, 44) of one face."""
    face = np.zeros((len(times), len(EXPRESSION_NAMES)))
    cold, kind = max(0.0, -layout.warmth), max(0.0, layout.warmth)
    mood = np.clip(1 + 0.5 * _wander(times, 5.0, rng), 0.2, 2)
    smile = np.clip(smile + 0.1 * kind * person.smiler * mood, 0, 0.8)
    frown = np.clip(0.3 * cold * mood * person.expressive + 0.07 * np.maximum(_wander(times, 3.0, rng), 0), 0, 0.6)
    brow = np.clip(brow + 0.05 * np.maximum(_wander(times, 4.0, rng), 0) - 0.3 * frown, 0, 1)
    pursed = total(_idle_lips(times[-1], rng), times)
    values = {"browInnerUp": 0.85 * brow, "mouthShrugLower": 0.4 * pursed, "mouthRollLower": 0.25 * pursed}
    for side, gain in (("Left", 1 + 0.2 * person.lopsided), ("Right", 1 - 0.2 * person.lopsided)):
        values |= {
            f"eyeBlink{side}": lids,
            f"eyeSquint{side}": np.minimum(0.22 * smile + 0.15 * frown, 1 - lids),
            f"eyeWide{side}": 0.25 * brow * layout.energy * (1 - lids),
            f"mouthSmile{side}": smile * gain,
            f"cheekSquint{side}": 0.6 * smile * gain,
            f"mouthDimple{side}": 0.3 * smile * gain,
            f"mouthFrown{side}": 0.5 * frown * gain,
            f"mouthPress{side}": 0.3 * pursed + 0.2 * frown,
            f"browDown{side}": frown,
            f"browOuterUp{side}": 0.7 * brow * gain,
            f"noseSneer{side}": 0.25 * frown * gain,
        }
    for name, value in values.items():
        face[:, COLUMN[name]] = np.clip(value, 0, 1)
    return face


def _idle_lips(seconds: float, rng) -> list[Gesture]:
    """Now and then lips are pressed together, as when swallowing."""
    starts = rng.uniform(0, seconds, rng.poisson(seconds / 60 * 2.5))
    return [
        Gesture(s, rng.uniform(0.2, 0.4), rng.uniform(0.1, 0.8), rng.uniform(0.25, 0.5), rng.uniform(0.3, 0.9))
        for s in starts
    ]
