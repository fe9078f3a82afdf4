"""Facial expression of both people without speech articulation: blinks, brow raises, smiles, and mimicry of them."""

from dataclasses import dataclass

import numpy as np

from core.layout import Layout
from core.motion import EXPRESSION_NAMES, MOTION_FPS, column
from core.timeseries import smooth_step

from .dialogue import Dialogue
from .gaze_behaviour import GazeTrack
from .mimicry import BLINK, BROWS, RAISING, SMILE, SMILING, mimicked, mimicked_acts, partner_visibility, spontaneous
from .person import Person
from .prosodic_cues import GRID, ProsodicCues, frame_times

BLINK_GAP = 0.45  # s, refractory time of blinks
# Lid closure by frame: closing within two frames, closed for about three, opening slower; about 0.25 s in all
BLINKS = ((0.5, 1, 1, 1, 0.7, 0.3, 0.08), (0.4, 0.95, 1, 1, 0.75, 0.4, 0.15, 0.04), (0.6, 1, 1, 0.8, 0.45, 0.2, 0.05))


@dataclass(frozen=True)
class Gesture:
    """An expression with onset, hold and offset."""

    start: float  # s
    onset: float  # s to full size
    hold: float  # s
    offset: float  # s back
    size: float  # 0..1, at its peak

    def curve(self, times: np.ndarray) -> np.ndarray:
        """(T,) its intensity at ``times``, s."""
        rise = np.clip((times - self.start) / self.onset, 0, 1)
        fall = np.clip((self.start + self.onset + self.hold + self.offset - times) / self.offset, 0, 1)
        return self.size * smooth_step(np.minimum(rise, fall))


def total(gestures: list[Gesture], times: np.ndarray) -> np.ndarray:
    """(T,) the largest of ``gestures`` at every time."""
    curve = np.zeros(len(times))
    for gesture in gestures:
        first, last = np.searchsorted(
            times, [gesture.start, gesture.start + gesture.onset + gesture.hold + gesture.offset]
        )
        curve[first:last] = np.maximum(curve[first:last], gesture.curve(times[first:last]))
    return curve


def animate_faces(
    dialogue: Dialogue, cues: ProsodicCues, layout: Layout, people, gaze, rng
) -> tuple[np.ndarray, np.ndarray]:
    """Expressions of both people: two (T, 44) in [0, 1], to be added to speech articulation."""
    times = frame_times(len(gaze[0].at_partner))
    smiles = [total(_smiles(dialogue, cues, layout, i, people[i], rng), times) for i in (0, 1)]
    raises = [_brow_raises(dialogue, cues, layout, i, people[i], rng) for i in (0, 1)]
    lasting = [total([gesture for gesture in own if gesture.hold > 0.25], times) for own in raises]
    lids, visibility = _eyelids(dialogue, cues, layout, people, gaze, times, rng), partner_visibility(layout)
    faces = []
    for i in (0, 1):
        smile = np.maximum(smiles[i], mimicked(SMILING, smiles[1 - i], people[i], gaze[i], visibility[i]))
        brow = np.maximum(total(raises[i], times), mimicked(RAISING, lasting[1 - i], people[i], gaze[i], visibility[i]))
        faces.append(_face(times, smile, brow, lids[i], layout, people[i], rng))
    return tuple(faces)


def _smiles(dialogue: Dialogue, cues: ProsodicCues, layout: Layout, who: int, person: Person, rng) -> list[Gesture]:
    """Smiles of ``who``: spontaneous, at backchannels, phrase and turn ends, and with laughter."""
    warm = max(0.0, 0.4 + 0.6 * layout.warmth)
    rate_factor = warm * person.smile_rate**0.5
    starts = spontaneous(SMILE, dialogue.seconds, 1.5 * rate_factor * person.initiative, rng) if warm > 0.05 else []
    starts += [s.start - 0.1 for s in dialogue.backchannels if s.person == who and rate_factor > rng.normal(0.35, 0.08)]
    starts += [p.end for p in cues.phrases if p.person != who and p.weight * rate_factor > rng.normal(0.95, 0.1)]
    starts += [t.end - 0.5 for t in dialogue.turns if t.person == who and rate_factor > rng.normal(0.6, 0.1)]
    return [_smile(start, warm, person, rng) for start in starts] + _laugh_smiles(dialogue.phones[who])


def _laugh_smiles(phones) -> list[Gesture]:
    """The smile of a laugh, from before its start until after its end."""
    laughs: list[list[float]] = []
    for start, end, name in phones:
        if name == "LAUGH" and laughs and start - laughs[-1][1] < 0.6:
            laughs[-1][1] = end
        elif name == "LAUGH":
            laughs.append([start, end])
    return [Gesture(start - 0.35, 0.35, end - start + 0.4, 1.1, 0.72) for start, end in laughs]


def _smile(start: float, warm: float, person: Person, rng) -> Gesture:
    size = rng.uniform(0.32, 0.52) * (0.6 + 0.5 * warm) * person.expressiveness**0.5
    return Gesture(
        start, rng.uniform(0.4, 0.65), rng.lognormal(np.log(1.7), 0.3), rng.uniform(0.8, 1.2), float(min(size, 0.65))
    )


def _brow_raises(
    dialogue: Dialogue, cues: ProsodicCues, layout: Layout, who: int, person: Person, rng
) -> list[Gesture]:
    """Brow raises: spontaneous, on own accents and backchannels, and at the partner's phrase ends."""
    lift = person.expressiveness * (0.6 + 0.8 * layout.energy)
    gestures = [
        Gesture(start, 0.14, rng.uniform(0.3, 0.7), 0.35, min(0.75, lift**0.5 * rng.uniform(0.38, 0.6)))
        for start in spontaneous(BROWS, dialogue.seconds, person.initiative, rng)
    ]
    for accent in cues.accents:
        stress = accent.strength + 0.7 * max(accent.rise, 0) + 0.2 * layout.energy
        if accent.person == who and stress > rng.normal(1.45, 0.08):
            size = min(0.75, lift * 0.22 * (0.4 + 0.5 * stress))
            gestures.append(Gesture(accent.time - 0.18, 0.16, rng.uniform(0.08, 0.2), rng.uniform(0.25, 0.35), size))
    for phrase in cues.phrases:
        if phrase.person != who and phrase.weight * person.nod_rate**0.5 > rng.normal(1.4, 0.08):
            size = min(0.6, lift * 0.28 * phrase.weight / 1.4)
            gestures.append(Gesture(phrase.end + person.lag, 0.22, rng.uniform(0.4, 0.7), 0.4, size))
    for span in dialogue.backchannels:
        if span.person == who and rng.random() < 0.8:
            size = min(0.6, lift * rng.uniform(0.22, 0.34))
            gestures.append(Gesture(span.start - 0.12, 0.2, rng.uniform(0.3, 0.5), 0.4, size))
    return gestures


def _eyelids(dialogue, cues: ProsodicCues, layout: Layout, people, gaze, times, rng) -> list[np.ndarray]:
    """Lid closure of both people, two (T,) in [0, 1]: own blinks, and blinks entrained by the partner's."""
    own = [_blinks(dialogue, cues, gaze[i], i, people[i], layout.energy, rng) for i in (0, 1)]
    visibility, both = partner_visibility(layout), []
    for i in (0, 1):
        drawn = [t for _, t in mimicked_acts(BLINK, own[1 - i], own[i], people[i], gaze[i], visibility[i], rng)]
        both.append(_blink_curve(own[i] + drawn, times, rng))
    return both


def _blinks(dialogue, cues: ProsodicCues, gaze: GazeTrack, who: int, person: Person, energy: float, rng) -> list[float]:
    """Onsets (s) of own blinks: spontaneous, with large gaze shifts, at ends of turns and phrases."""
    moments = []
    rate = person.blink_rate / 60 * (0.75 + 0.3 * energy)
    pace = np.where(cues.floor == who, 0.65 * rate, 0.05 * rate) / GRID
    moments += list(np.flatnonzero(rng.random(len(pace)) < pace) / GRID)
    keen = (person.blink_rate / 15) ** 0.5
    moments += [
        t - 0.04
        for t, size in gaze.shifts
        if np.degrees(size) * keen
        > rng.normal(np.where(cues.floor[min(int(t * GRID), len(cues.floor) - 1)] == who, 19, 26), 2)
    ]
    moments += [
        p.end + rng.normal(0.08, 0.03)
        for p in cues.phrases
        if p.person == who and p.pause > 0.25 and p.weight * keen > rng.normal(0.85, 0.1)
    ]
    moments += [  # listeners blink in the pauses of the speaker (Nakano & Kitazawa 2010)
        p.end + rng.normal(0.35, 0.04)
        for p in cues.phrases
        if p.person != who and p.pause > 0.25 and p.weight * keen > rng.normal(1.25, 0.1)
    ]
    moments += [t.end + 0.2 for t in dialogue.turns if t.person != who and t.end - t.start > rng.normal(2.5, 0.3)]
    kept: list[float] = []
    for moment in sorted(moments):
        if not kept or moment >= kept[-1] + BLINK_GAP:
            kept.append(float(moment))
    return kept


def _blink_curve(moments: list[float], times: np.ndarray, rng) -> np.ndarray:
    """(T,) lid closure with blinks at ``moments``, s."""
    lids, last = np.zeros(len(times)), -1.0
    for moment in sorted(moments):
        if moment < last + BLINK_GAP:
            continue
        first = max(0, round(moment * MOTION_FPS))  # on whole frames, so that full closure is sampled
        size = 1.0 if rng.random() < 0.96 else rng.uniform(0.6, 0.8)
        shape = size * np.array(BLINKS[int(rng.integers(len(BLINKS)))])[: max(0, len(times) - first)]
        lids[first : first + len(shape)] = np.maximum(lids[first : first + len(shape)], shape)
        last = moment
    return lids


def _slow_noise(times: np.ndarray, seconds: float, rng) -> np.ndarray:
    """(T,) smooth random curve, about -1..1, with values drawn every ``seconds``."""
    knots = rng.normal(0, 0.6, int(times[-1] / seconds) + 4)
    place = times / seconds + rng.random()
    k = place.astype(int)
    x = smooth_step(place - k)
    return knots[k] * (1 - x) + knots[k + 1] * x


def _face(times, smile, brow, lids, layout: Layout, person: Person, rng) -> np.ndarray:
    """The channels (T, 44) of one face."""
    face = np.zeros((len(times), len(EXPRESSION_NAMES)))
    cold, kind = max(0.0, -layout.warmth), max(0.0, layout.warmth)
    mood = np.clip(1 + 0.5 * _slow_noise(times, 5.0, rng), 0.2, 2)
    smile = np.clip(smile + 0.1 * kind * person.smile_rate * mood, 0, 0.8)
    frown = np.clip(
        0.3 * cold * mood * person.expressiveness + 0.07 * np.maximum(_slow_noise(times, 3.0, rng), 0), 0, 0.6
    )
    brow = np.clip(brow + 0.05 * np.maximum(_slow_noise(times, 4.0, rng), 0) - 0.3 * frown, 0, 1)
    pursed = total(_lip_presses(times[-1], rng), times)
    values = {"browInnerUp": 0.85 * brow, "mouthShrugLower": 0.4 * pursed, "mouthRollLower": 0.25 * pursed}
    for side, gain in (("Left", 1 + 0.2 * person.asymmetry), ("Right", 1 - 0.2 * person.asymmetry)):
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
        face[:, column(name)] = np.clip(value, 0, 1)
    return face


def _lip_presses(seconds: float, rng) -> list[Gesture]:
    """Occasional pressing of the lips, as in swallowing."""
    starts = rng.uniform(0, seconds, rng.poisson(seconds / 60 * 2.5))
    return [
        Gesture(s, rng.uniform(0.2, 0.4), rng.uniform(0.1, 0.8), rng.uniform(0.25, 0.5), rng.uniform(0.3, 0.9))
        for s in starts
    ]
