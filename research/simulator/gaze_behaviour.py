"""Gaze of both people: at the partner or averted, by role, turn and the partner's gaze; fixations and saccades."""

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
from .prosodic_cues import GRID, ProsodicCues, frame_times, smooth

# Contributions to the preference for looking at the partner (+) or away (-), in units of its random part
ROLE = 2.2  # listening, over speaking
BEGINNING, ENDING = -4.0, 3.5  # of long turns, of turns
PHRASE_END, THINKING = 1.3, -1.3  # monitoring the listener at phrase ends; aversion in a long pause (speech planning)
BACKCHANNEL, RECIPROCITY = 2.5, 4.0  # own backchannels; the partner's gaze
CONTACT_LIMIT = (3.2, 1.5, 1.6)  # mutual gaze longer than (s) is ended within (s), by this much
GLANCES = (6.0, 10.0, 1.3, 0.8)  # longest look away: at least s, at most s, s times 1 / share; s of a glance in between
LOOK_LIMIT = (6.0, 3.0, 1.5)  # a look at the partner longer than (s) ends within (s), by this much
UPWARD = 0.5  # vertical share of the head in a gaze shift, over the horizontal
NOISE_SECONDS = 3.4  # s, correlation time of the random part
SHORTEST_LOOKS = (0.36, 0.48)  # s, shortest look away, shortest look at the partner
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
    head: np.ndarray  # (T, 2) yaw and pitch of neck and head relative to the facing baseline, radians
    shifts: tuple[tuple[float, float], ...]  # (time s, size rad) of every saccade
    turned: float  # yaw of the face by the layout alone, radians; + is the own left
    side: float  # -1..1, preferred side of averted gaze; + is the own left


def simulate_gaze(
    dialogue: Dialogue, cues: ProsodicCues, layout: Layout, people: tuple[Person, Person], rng
) -> tuple[GazeTrack, GazeTrack]:
    """Gaze of both people of ``dialogue``, one track each."""
    poses = room_poses(layout)
    contacts = [
        asked if abs(turned) <= LARGEST_FACING else 0.0
        for asked, turned in ((layout.contact_a, layout.facing_a), (layout.contact_b, layout.facing_b))
    ]
    on = _gaze_at_partner(dialogue, cues, contacts, people, rng)
    away_from_front = toward(poses)
    neck, head = facing(poses)
    turned = np.stack(yaw_pitch(neck @ head @ FORWARD), axis=-1)
    return tuple(
        _gaze(
            on[i],
            cues,
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


def _gaze_at_partner(dialogue: Dialogue, cues: ProsodicCues, contacts, people, rng) -> np.ndarray:
    """(2, T) bool, gaze at the partner: the frames of highest preference, for the share of ``contacts``."""
    frames = len(dialogue.masks[0])
    preferences = np.stack([_gaze_preference(dialogue, cues, i, frames) for i in (0, 1)])
    preferences += np.stack([_preference_noise(frames, people[i].saccades, rng) for i in (0, 1)])
    on = np.stack([_top_share(preference, share) for preference, share in zip(preferences, contacts, strict=True)])
    lag = [round(person.lag * MOTION_FPS) for person in people]
    for i in (0, 1, 0, 1):  # each reacts to the partner's gaze of a reaction time before
        seen = np.concatenate([np.zeros(lag[i], bool), on[1 - i][: frames - lag[i]]])
        preference = (
            preferences[i]
            + RECIPROCITY * people[i].mimicry * _smoothed(seen)
            - _duration_penalty(on[0] & on[1], *CONTACT_LIMIT)
        )
        on[i] = _with_glances(preference - _duration_penalty(on[i], *LOOK_LIMIT), contacts[i])
    return on


def _gaze_preference(dialogue: Dialogue, cues: ProsodicCues, who: int, frames: int) -> np.ndarray:
    """(T,) preference for looking at the partner (+) or away (-) that follows from the dialogue."""
    step = GRID // MOTION_FPS
    floor = np.pad(cues.floor, (0, frames * step), mode="edge")[: frames * step : step]
    preference = ROLE * _smoothed(floor != who, 0.2)

    def add(start: float, end: float, value: float) -> None:
        preference[max(0, round(start * MOTION_FPS)) : max(0, round(end * MOTION_FPS))] += value

    for phrase in cues.phrases:
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
    return preference


def _preference_noise(frames: int, saccade_rate: float, rng) -> np.ndarray:
    """(T,) random part of the preference: smoothed Gaussian noise with a standard deviation of 1.1."""
    noise = smooth(rng.normal(0, 1, frames), NOISE_SECONDS / saccade_rate * MOTION_FPS / GRID / 2)
    return 1.1 * noise / (noise.std() + 1e-9)


def _smoothed(flags: np.ndarray, seconds: float = 0.3) -> np.ndarray:
    return smooth(np.asarray(flags, float), seconds * MOTION_FPS / GRID)


def _duration_penalty(flags: np.ndarray, after: float, within: float, most: float) -> np.ndarray:
    """(T,) penalty on runs of ``flags`` (T,): 0 up to ``after`` s, rising to ``most`` within ``within`` s."""
    since = np.arange(len(flags)) - np.maximum.accumulate(np.where(flags, 0, np.arange(len(flags))))
    return most * np.clip((since / MOTION_FPS - after) / within, 0, 1)


def _top_share(preference: np.ndarray, share: float) -> np.ndarray:
    """(T,) bool: the ``share`` of all frames with the highest preference, without runs below SHORTEST_LOOKS."""
    if share <= 0.01 or share >= 0.99:
        return np.full(len(preference), share > 0.5)
    preference, offset = smooth(preference, 0.08 * MOTION_FPS / GRID), 0.0
    for _ in range(4):  # removing short runs changes the share: correct the quantile by the error
        on = preference > np.quantile(preference, np.clip(1 - share - offset, 0, 1))
        for value, least in ((False, SHORTEST_LOOKS[0]), (True, SHORTEST_LOOKS[1])):
            for first, last in runs(on == value):
                if last - first < least * MOTION_FPS and first > 0 and last < len(on):
                    on[first:last] = not value
        offset += share - on.mean()
    return on


def _with_glances(preference: np.ndarray, share: float) -> np.ndarray:
    """(T,) bool as of :func:`_top_share`, with glances at the partner within long looks away."""
    least, most, times, glance = GLANCES
    longest = np.clip(times / max(share, 1e-3), least, most) * MOTION_FPS
    half, preference = round(glance * MOTION_FPS / 2), preference.copy()
    on = _top_share(preference, share)
    if share <= 0.04:
        return on
    for _ in range(3):
        gaps = [(first, last) for first, last in runs(~on) if last - first > longest]
        for first, last in gaps:
            for part in np.array_split(np.arange(first, last), int((last - first) // longest) + 1)[:-1]:
                best = part[len(part) // 3] + int(preference[part[len(part) // 3 :]].argmax())
                preference[max(0, best - half) : best + half] += 12
        on = _top_share(preference, share)
    return on


def _gaze(on, cues: ProsodicCues, who: int, distance, toward_partner, eye_residual, contact, person, rng) -> GazeTrack:
    """Fixations while looking (``on``, (T,) bool) and while looking away, and the saccades between them."""
    side = float(np.clip(-1.3 * np.tanh(toward_partner[0] / np.radians(10)) + 0.35 * person.side, -1, 1))
    times, spots, away = _fixations(on, cues, who, distance, toward_partner, side, contact, person, rng)
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
        head=_head_shift(times, spots, away, toward_partner, eye_residual, person, frames),
        shifts=tuple(zip(times[moved].tolist(), size[moved].tolist(), strict=True)),
        turned=float(toward_partner[0] - eye_residual[0]),
        side=side,
    )


def _fixations(
    on, cues: ProsodicCues, who: int, distance, toward_partner, side: float, asked: float, person: Person, rng
):
    """Onsets (F,) s, places (F, 2) rad off the partner's eyes, and whether each is away (F,) bool."""
    edges = np.flatnonzero(np.diff(on.astype(int))) + 1
    bounds = np.concatenate([[0], edges, [len(on)]]) / MOTION_FPS
    times, spots, away = [], [], []
    for start, end in zip(bounds[:-1], bounds[1:], strict=True):
        at_partner = bool(on[min(int(start * MOTION_FPS + 0.5), len(on) - 1)])
        speaking = bool(cues.floor[min(int(start * GRID), len(cues.floor) - 1)] == who)
        moment = start + rng.uniform(0, 1 / MOTION_FPS) if start else -1.0
        median, spread = FIXATION[speaking]
        spot, until = None, moment
        while moment < end:
            if at_partner:
                spot = _face_target(spot, distance, rng)
            elif moment >= until:
                spot = _averted_target(speaking, distance, toward_partner, side, asked, rng)
                until = moment + rng.uniform(1.2, 3.5)
            else:
                spot = off_the_face(spot + rng.normal(0, np.radians(rng.choice([0.5, 3.0])), 2), distance)
            times.append(moment)
            spots.append(spot)
            away.append(not at_partner)
            moment = max(moment, 0) + max(SHORTEST_FIXATION, median * rng.lognormal(0, spread) / person.saccades)
    return np.array(times), np.array(spots), np.array(away)


def _face_target(before: np.ndarray | None, distance: float, rng) -> np.ndarray:
    """(2,) radians: a fixation between the eyes, on one of them or towards the mouth, within SCAN of eye contact.

    40 % of the fixations stay at the one ``before``, with tremor.
    """
    if before is not None and rng.random() < 0.4:
        return before + rng.normal(0, np.radians(0.12), 2)
    places = np.array([[0.0, 0.0], [0.031, 0.0], [-0.031, 0.0], [0.0, -0.07]])
    spot = np.arctan(places[rng.choice(4, p=[0.16, 0.3, 0.3, 0.24])] / distance) + rng.normal(0, np.radians(0.2), 2)
    return spot * min(1.0, 0.94 * SCAN / max(np.linalg.norm(spot), 1e-9))


def _averted_target(speaking: bool, distance: float, toward_partner, side: float, asked: float, rng) -> np.ndarray:
    """(2,) radians: an averted target, beside the partner, down, or to the own front when the body faces elsewhere.

    asked: share of gaze at the partner; when low, gaze is to the own front
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


def _head_shift(times, spots, away, toward_partner, eye_residual, person: Person, frames: np.ndarray) -> np.ndarray:
    """Rotation of neck and head (T, 2), radians: a share of large gaze shifts, later and slower than the eyes."""
    turn = spots + eye_residual  # off where the layout alone turns the face
    size = np.linalg.norm(turn, axis=1, keepdims=True)
    share = person.head_share * np.clip((np.degrees(size) - 4) / 12, 0, 1) * np.array([1, UPWARD])
    # near the limit of the neck, the eyes take the rest
    rest = 0.9 - 0.9 * np.clip((np.degrees(abs(toward_partner[0])) - 55) / 40, 0, 1)
    goal = np.where(away[:, None], share * turn, rest * eye_residual)
    grid = np.arange(int(frames[-1] * GRID) + GRID) / GRID
    path = goal[np.searchsorted(times, grid - 0.11, side="right").clip(1) - 1]
    path = smooth(path.T, 0.11).T
    return path[np.round(frames * GRID).astype(int)]
