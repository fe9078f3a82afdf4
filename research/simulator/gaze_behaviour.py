"""Where both people look: at each other or away, by role, turn and the partner's gaze; fixations and saccades."""

from dataclasses import dataclass

import numpy as np

from core.gaze import LARGEST_FACING, SCAN, facing, off_the_face, toward
from core.layout import Layout, room_poses
from core.motion import MOTION_FPS
from core.postprocess.eyes import saccade_seconds
from core.rotation import FORWARD, yaw_pitch
from core.timeseries import minimum_jerk, runs

from .dialogue import Dialogue
from .person import Person
from .prosodic_cues import GRID, Heard, frame_times, smooth

# What draws the gaze to the partner (+) or away (-), in units of the wish that comes and goes by itself
ROLE = 2.2  # listening, over talking
BEGINNING, ENDING = -4.0, 3.5  # of long turns, of turns
PHRASE_END, THINKING = 1.3, -1.3  # checking on the listener where a phrase ends; looking for words in a long pause
BACKCHANNEL, MEETING = 2.5, 4.0  # own backchannels; being looked at
TIRING = (3.2, 1.5, 1.6)  # eyes that have met for so long (s) part within (s), by so much
GLANCE = (6.0, 10.0, 1.3, 0.8)  # s of the longest look away: at least, at most, times the share; s of a glance between
STARING = (6.0, 3.0, 1.5)  # who has looked at the partner for so long (s) looks away within (s), by so much
UPWARD = 0.5  # how much less the head follows up and down
WHIM = 3.4  # s over which the wish wanders
LEAST = (0.36, 0.48)  # s, shortest look away, shortest look at the partner
LONG_TURN = 2.0  # s
# median s and spread of fixations when listening and when speaking, of 39,933 in conversation (psyberlab, Apache-2.0)
FIXATION = ((0.211, 0.52), (0.178, 0.42))
SHORTEST_FIXATION = 0.11  # s; a large saccade lasts as long


@dataclass(frozen=True, eq=False)
class GazeTrack:
    """The gaze of one person."""

    at_partner: np.ndarray  # (T,) bool
    offset: np.ndarray  # (T, 2) yaw, pitch off the partner's eyes, radians
    contact: np.ndarray  # (T,) 0 or 1
    head: np.ndarray  # (T, 2) yaw and pitch that neck and head turn beside the facing baseline, radians
    shifts: tuple[tuple[float, float], ...]  # (time s, size rad) of every saccade
    turned: float  # yaw to which the layout alone turns the face, radians; + is the own left
    side: float  # -1..1, where there is room to look when not at the partner; + is the own left


def look(
    dialogue: Dialogue, heard: Heard, layout: Layout, people: tuple[Person, Person], rng
) -> tuple[GazeTrack, GazeTrack]:
    """Let both people of ``dialogue`` look."""
    poses = room_poses(layout)
    contacts = [
        asked if abs(turned) <= LARGEST_FACING else 0.0
        for asked, turned in ((layout.contact_a, layout.facing_a), (layout.contact_b, layout.facing_b))
    ]
    on = _who_looks(dialogue, heard, contacts, people, rng)
    away_from_front = toward(poses)
    neck, head = facing(poses)
    turned = np.stack(yaw_pitch(neck @ head @ FORWARD), axis=-1)
    return tuple(
        _gaze(
            on[i],
            heard,
            i,
            layout.distance,
            away_from_front[i],
            away_from_front[i] - turned[i],
            contacts[i],
            people[i],
            rng,
        )
        for i in (0, 1)
    )


def _who_looks(dialogue: Dialogue, heard: Heard, contacts, people, rng) -> np.ndarray:
    """(2, T) bool, who looks at the partner: where the wish is highest, for the share of time that is asked."""
    frames = len(dialogue.masks[0])
    wishes = np.stack([_wish(dialogue, heard, i, frames) for i in (0, 1)])
    wishes += np.stack([_whim(frames, people[i].saccades, rng) for i in (0, 1)])
    on = np.stack([_highest(wish, share) for wish, share in zip(wishes, contacts, strict=True)])
    lag = [round(person.lag * MOTION_FPS) for person in people]
    for i in (0, 1, 0, 1):  # each answers what the other did a moment before
        seen = np.concatenate([np.zeros(lag[i], bool), on[1 - i][: frames - lag[i]]])
        wish = wishes[i] + MEETING * people[i].mirrors * _eased(seen) - _lasting(on[0] & on[1], *TIRING)
        on[i] = _glancing(wish - _lasting(on[i], *STARING), contacts[i])
    return on


def _wish(dialogue: Dialogue, heard: Heard, who: int, frames: int) -> np.ndarray:
    """(T,) what the talk makes a person wish: to look at the partner, or away."""
    step = GRID // MOTION_FPS
    floor = np.pad(heard.floor, (0, frames * step), mode="edge")[: frames * step : step]
    wish = ROLE * _eased(floor != who, 0.2)

    def add(start: float, end: float, value: float) -> None:
        wish[max(0, round(start * MOTION_FPS)) : max(0, round(end * MOTION_FPS))] += value

    for phrase in heard.phrases:
        if phrase.person == who and 0.25 < phrase.pause < 3:
            add(phrase.end - 0.45, phrase.end + 0.2, PHRASE_END)
            if phrase.pause > 0.6:
                add(phrase.end + 0.2, phrase.end + phrase.pause + 0.35, THINKING)
    for turn in dialogue.turns:
        length = turn.end - turn.start
        if turn.person == who and length > LONG_TURN:
            add(turn.start - 0.2, turn.start + np.clip(0.5 + 0.13 * length, 0.7, 2.2), BEGINNING)
        if turn.person == who:
            add(turn.end - min(0.5 * length, 0.85), turn.end + 0.6, ENDING)
    for span in dialogue.backchannels:
        if span.person == who:
            add(span.start - 0.25, span.end + 0.25, BACKCHANNEL)
    return wish


def _whim(frames: int, restless: float, rng) -> np.ndarray:
    """(T,) the part of the wish that nothing explains."""
    noise = smooth(rng.normal(0, 1, frames), WHIM / restless * MOTION_FPS / GRID / 2)
    return 1.1 * noise / (noise.std() + 1e-9)


def _eased(flags: np.ndarray, seconds: float = 0.3) -> np.ndarray:
    return smooth(np.asarray(flags, float), seconds * MOTION_FPS / GRID)


def _lasting(flags: np.ndarray, after: float, within: float, most: float) -> np.ndarray:
    """(T,) how much one wants to end what ``flags`` (T,) say: nothing at first, ``most`` after a while, s."""
    since = np.arange(len(flags)) - np.maximum.accumulate(np.where(flags, 0, np.arange(len(flags))))
    return most * np.clip((since / MOTION_FPS - after) / within, 0, 1)


def _highest(wish: np.ndarray, share: float) -> np.ndarray:
    """(T,) bool: the ``share`` of all frames with the highest wish, without moments too short to be a look."""
    if share <= 0.01 or share >= 0.99:
        return np.full(len(wish), share > 0.5)
    wish, offset = smooth(wish, 0.08 * MOTION_FPS / GRID), 0.0
    for _ in range(4):  # dropping the short ones moves the share: ask for so much more or less
        on = wish > np.quantile(wish, np.clip(1 - share - offset, 0, 1))
        for value, least in ((False, LEAST[0]), (True, LEAST[1])):
            for first, last in runs(on == value):
                if last - first < least * MOTION_FPS and first > 0 and last < len(on):
                    on[first:last] = not value
        offset += share - on.mean()
    return on


def _glancing(wish: np.ndarray, share: float) -> np.ndarray:
    """(T,) bool as of :func:`_highest`; who would look away for long checks on the partner in between."""
    least, most, times, glance = GLANCE
    longest = np.clip(times / max(share, 1e-3), least, most) * MOTION_FPS
    half, wish = round(glance * MOTION_FPS / 2), wish.copy()
    on = _highest(wish, share)
    if share <= 0.04:
        return on
    for _ in range(3):
        gaps = [(first, last) for first, last in runs(~on) if last - first > longest]
        for first, last in gaps:
            for part in np.array_split(np.arange(first, last), int((last - first) // longest) + 1)[:-1]:
                best = part[len(part) // 3] + int(wish[part[len(part) // 3 :]].argmax())
                wish[max(0, best - half) : best + half] += 12
        on = _highest(wish, share)
    return on


def _gaze(on, heard: Heard, who: int, distance, toward_partner, left_to_eyes, contact, person, rng) -> GazeTrack:
    """Fixations while looking (``on``, (T,) bool) and while looking away, and the saccades between them."""
    side = float(np.clip(-1.3 * np.tanh(toward_partner[0] / np.radians(10)) + 0.35 * person.side, -1, 1))
    times, spots, away = _fixations(on, heard, who, distance, toward_partner, side, contact, person, rng)
    frames = frame_times(len(on))
    previous = np.concatenate([spots[:1], spots[:-1]])
    size = np.linalg.norm(spots - previous, axis=1)
    duration = saccade_seconds(np.degrees(size))
    k = np.searchsorted(times, frames, side="right") - 1
    done = minimum_jerk(np.clip((frames - times[k]) / duration[k], 0, 1))
    offset = previous[k] + (spots[k] - previous[k]) * done[:, None]
    contact = ~away[k] & (np.linalg.norm(offset, axis=1) <= SCAN)
    moved = size > 0
    return GazeTrack(
        at_partner=on,
        offset=offset,
        contact=contact.astype(float),
        head=_head_follows(times, spots, away, toward_partner, left_to_eyes, person, frames),
        shifts=tuple(zip(times[moved].tolist(), size[moved].tolist(), strict=True)),
        turned=float(toward_partner[0] - left_to_eyes[0]),
        side=side,
    )


def _fixations(on, heard: Heard, who: int, distance, toward_partner, side: float, asked: float, person: Person, rng):
    """Onsets (F,) s, places (F, 2) rad off the partner's eyes, and whether each is away (F,) bool."""
    edges = np.flatnonzero(np.diff(on.astype(int))) + 1
    bounds = np.concatenate([[0], edges, [len(on)]]) / MOTION_FPS
    times, spots, away = [], [], []
    for start, end in zip(bounds[:-1], bounds[1:], strict=True):
        looking = bool(on[min(int(start * MOTION_FPS + 0.5), len(on) - 1)])
        speaking = bool(heard.floor[min(int(start * GRID), len(heard.floor) - 1)] == who)
        moment = start + rng.uniform(0, 1 / MOTION_FPS) if start else -1.0
        median, spread = FIXATION[speaking]
        spot, until = None, moment
        while moment < end:
            if looking:
                spot = _on_face(spot, distance, rng)
            elif moment >= until:
                spot = _elsewhere(speaking, distance, toward_partner, side, asked, rng)
                until = moment + rng.uniform(1.2, 3.5)
            else:
                spot = off_the_face(spot + rng.normal(0, np.radians(rng.choice([0.5, 3.0])), 2), distance)
            times.append(moment)
            spots.append(spot)
            away.append(not looking)
            moment = max(moment, 0) + max(SHORTEST_FIXATION, median * rng.lognormal(0, spread) / person.saccades)
    return np.array(times), np.array(spots), np.array(away)


def _on_face(before: np.ndarray | None, distance: float, rng) -> np.ndarray:
    """Between the eyes, on one of them, or towards the mouth, never further than a gaze in contact scans.

    Some of the fixations stay where the one ``before`` was, but for a tremor.
    """
    if before is not None and rng.random() < 0.4:
        return before + rng.normal(0, np.radians(0.12), 2)
    places = np.array([[0.0, 0.0], [0.031, 0.0], [-0.031, 0.0], [0.0, -0.07]])
    spot = np.arctan(places[rng.choice(4, p=[0.16, 0.3, 0.3, 0.24])] / distance) + rng.normal(0, np.radians(0.2), 2)
    return spot * min(1.0, 0.94 * SCAN / max(np.linalg.norm(spot), 1e-9))


def _elsewhere(speaking: bool, distance: float, toward_partner, side: float, asked: float, rng) -> np.ndarray:
    """A place beside the partner: where one thinks, down, or to the own front when the body faces elsewhere.

    asked: share of the time that is spent on the partner; who hardly looks there looks ahead
    """
    turned, aloof = abs(toward_partner[0]), np.clip(1.4 - 3 * asked, 0, 1)
    if turned > np.radians(25) and rng.random() < 0.45 + 0.55 * aloof:
        yaw = -toward_partner[0] * rng.uniform(0.25 + 0.5 * aloof, 0.45 + 0.6 * aloof)
        yaw += aloof * rng.normal(0, np.radians(9))
        return off_the_face(np.array([yaw, rng.normal(np.radians(-4), np.radians(5))]), distance)
    size = np.radians(np.clip(rng.lognormal(np.log(18), 0.3), 9, 36))
    sign = 1 if rng.random() < 0.5 + 0.5 * side else -1
    chances = [0.3, 0.6, 0.1] if speaking else [0.03, 0.27, 0.7]
    steep = [rng.uniform(20, 45), rng.uniform(-10, 10), rng.uniform(-60, -30)][rng.choice(3, p=chances)]
    spot = size * np.array([sign * np.cos(np.radians(steep)), 0.8 * np.sin(np.radians(steep))])
    if abs(toward_partner[0] + spot[0]) > np.radians(95):
        spot[0] = -spot[0]
    return off_the_face(spot, distance)


def _head_follows(times, spots, away, toward_partner, left_to_eyes, person: Person, frames: np.ndarray) -> np.ndarray:
    """Turn of neck and head (T, 2), radians: a share of large gaze shifts, later and slower than the eyes."""
    turn = spots + left_to_eyes  # off where the layout alone turns the face
    size = np.linalg.norm(turn, axis=1, keepdims=True)
    share = person.head_share * np.clip((np.degrees(size) - 4) / 12, 0, 1) * np.array([1, UPWARD])
    # a neck that is far round leaves the last bit to the eyes
    rest = 0.9 - 0.9 * np.clip((np.degrees(abs(toward_partner[0])) - 55) / 40, 0, 1)
    goal = np.where(away[:, None], share * turn, rest * left_to_eyes)
    grid = np.arange(int(frames[-1] * GRID) + GRID) / GRID
    path = goal[np.searchsorted(times, grid - 0.11, side="right").clip(1) - 1]
    path = smooth(path.T, 0.11).T
    return path[np.round(frames * GRID).astype(int)]
