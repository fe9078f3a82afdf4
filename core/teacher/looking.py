"""Where both people look: at each other or away, by role, turn and the partner's gaze; fixations and saccades."""

from dataclasses import dataclass

import numpy as np

from ..gaze import SCAN, facing, toward
from ..layout import Layout, room_poses
from ..motion import MOTION_FPS
from ..rotation import FORWARD, yaw_pitch
from .dialogue import Dialogue
from .hearing import GRID, Heard, frame_times, smooth
from .person import Person

ROLE_GAP = 2.3  # logit by which a listener looks more than a speaker: about twice as much at usual shares
PACE = 0.46  # changes a second at a share of one half
LEAST = (0.36, 0.48)  # s, shortest look away, shortest look at the partner
LONG_TURN = 2.0  # s
# median s and spread of fixations when listening and when speaking, of 39,933 in conversation (psyberlab, Apache-2.0)
FIXATION = ((0.211, 0.52), (0.178, 0.42))
SHORTEST_FIXATION = 0.11  # s; a large saccade lasts as long
FACE = (0.075, 0.11)  # m, half-axes of the face that a look away must leave


@dataclass(frozen=True, eq=False)
class Looking:
    """The gaze of one person."""

    at_partner: np.ndarray  # (T,) bool
    offset: np.ndarray  # (T, 2) yaw, pitch off the partner's eyes, radians
    contact: np.ndarray  # (T,) 0 or 1
    head: np.ndarray  # (T, 2) yaw and pitch that neck and head turn beside the facing baseline, radians
    shifts: tuple[tuple[float, float], ...]  # (time s, size rad) of every saccade


def look(
    dialogue: Dialogue, heard: Heard, layout: Layout, people: tuple[Person, Person], rng
) -> tuple[Looking, Looking]:
    """Let both people of ``dialogue`` look."""
    poses = room_poses(layout)
    contacts = (layout.contact_a, layout.contact_b)
    on = _who_looks(dialogue, heard, contacts, people, rng)
    away_from_front = toward(poses)
    neck, head = facing(poses)
    turned = np.stack(yaw_pitch(neck @ head @ FORWARD), axis=-1)
    return tuple(
        _gaze(on[i], heard, i, layout.distance, away_from_front[i], away_from_front[i] - turned[i], people[i], rng)
        for i in (0, 1)
    )


def _who_looks(dialogue: Dialogue, heard: Heard, contacts, people, rng) -> np.ndarray:
    """Step through the frames: (2, T) bool, who looks at the partner."""
    frames = len(dialogue.masks[0])
    orders = [_orders(dialogue, person, contacts[person], frames, rng) for person in (0, 1)]
    step = GRID // MOTION_FPS
    speaks = [(heard.floor[::step] == person).tolist() + [False] for person in (0, 1)]
    biases = [_role_bias(contacts[i], float(np.mean(speaks[i]))) for i in (0, 1)]
    chances = rng.random((2, frames)).tolist()
    on = np.zeros((2, frames), bool)
    state, since = [bool(rng.random() < c) for c in contacts], [1.0, 1.0]
    owed = [0.0, 0.0]  # s of looking still to be made up, so that the asked share is met
    for t in range(frames):
        before = list(state)
        for i in (0, 1):
            share = _share(biases[i], speaks[i][min(t, len(speaks[i]) - 1)], owed[i], contacts[i])
            wanted = _next(
                before[i], since[i], before[1 - i], since[1 - i], share, orders[i][t], chances[i][t], people[i]
            )
            since[i] = since[i] + 1 / MOTION_FPS if wanted == before[i] else 0.0
            state[i] = bool(wanted)
            owed[i] += (contacts[i] - wanted) / MOTION_FPS
            on[i, t] = wanted
    return on


def _role_bias(contact: float, speaking: float) -> float:
    """The logit of looking while listening at which speaking and listening together make ``contact``."""
    low, high = -9.0, 12.0
    for _ in range(40):
        middle = (low + high) / 2
        share = speaking * _sigmoid(middle - ROLE_GAP) + (1 - speaking) * _sigmoid(middle)
        low, high = (middle, high) if share < contact else (low, middle)
    return middle


def _share(bias: float, speaking: bool, owed: float, contact: float) -> float:
    if contact <= 0.01 or contact >= 0.99:
        return round(contact)
    return _sigmoid(bias - ROLE_GAP * speaking + float(np.clip(0.6 * owed, -3, 3)))


def _sigmoid(x: float) -> float:
    return 1 / (1 + np.exp(-x))


def _next(on, since, partner_on, partner_since, share, order, chance, person: Person) -> bool:
    """Whether to look in the next frame: orders of the turn first, else chance, steered by the partner's gaze."""
    if 0 < share < 1 and order:
        return order > 0 if since > 0.2 or (order > 0) == on else on
    if since < LEAST[on] and share not in (0, 1):
        return on
    odds = max(share, 1e-9) / max(1 - share, 1e-9)
    rate = PACE * person.saccades * (odds ** (-0.5 if on else 0.5))
    if on and partner_on and min(since, partner_since) > 2.5:
        rate *= 1.6  # eyes that have met for long part
    if not on and partner_on and person.lag < partner_since < 1.3:
        rate *= 2.6  # being looked at draws the gaze
    if on and not partner_on and person.lag < partner_since < 1.0:
        rate *= 1.4
    return on != (chance < min(rate, 20.0) / MOTION_FPS)


def _orders(dialogue: Dialogue, person: int, contact: float, frames: int, rng) -> list[int]:
    """What the turns ask for by frame: 1 look at the partner, -1 look away, 0 nothing."""
    away = np.interp(contact, [0, 0.3, 0.6, 0.85, 1], [1, 0.9, 0.78, 0.55, 0.05])
    at = np.interp(contact, [0, 0.15, 0.6, 1], [0, 0.5, 0.8, 1])
    orders = np.zeros(frames, int)

    def order(start, end, value):
        orders[max(0, round(start * MOTION_FPS)) : max(0, round(end * MOTION_FPS))] = value

    for turn in dialogue.turns:
        if turn.person != person:
            continue
        length = turn.end - turn.start
        if length > LONG_TURN and rng.random() < away:
            begin = turn.start - rng.uniform(0.0, 0.45)
            order(begin, turn.start + min(0.55 * length, max(0.55, rng.lognormal(np.log(1.1), 0.4))), -1)
        if rng.random() < at:
            order(turn.end - min(0.5 * length, rng.uniform(0.55, 1.1)), turn.end + rng.uniform(0.2, 0.8), 1)
    for span in dialogue.backchannels:
        if span.person == person and rng.random() < at:
            order(span.start - 0.25, span.end + 0.2, 1)
    return orders.tolist()


def _gaze(on, heard: Heard, who: int, distance, toward_partner, left_to_eyes, person: Person, rng) -> Looking:
    """Fixations while looking (``on``, (T,) bool) and while looking away, and the saccades between them."""
    times, spots, away = _fixations(on, heard, who, distance, toward_partner, person, rng)
    frames = frame_times(len(on))
    previous = np.concatenate([spots[:1], spots[:-1]])
    size = np.linalg.norm(spots - previous, axis=1)
    duration = 0.021 + 0.0022 * np.degrees(size)  # main sequence
    k = np.searchsorted(times, frames, side="right") - 1
    x = np.clip((frames - times[k]) / duration[k], 0, 1)
    flown = x**3 * (10 - 15 * x + 6 * x**2)
    offset = previous[k] + (spots[k] - previous[k]) * flown[:, None]
    contact = ~away[k] & (np.linalg.norm(offset, axis=1) <= SCAN)
    moved = size > 0
    return Looking(
        at_partner=on,
        offset=offset,
        contact=contact.astype(float),
        head=_head_follows(times, spots, away, left_to_eyes, person, frames),
        shifts=tuple(zip(times[moved].tolist(), size[moved].tolist(), strict=True)),
    )


def _fixations(on, heard: Heard, who: int, distance, toward_partner, person: Person, rng):
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
                spot = _elsewhere(speaking, distance, toward_partner, person, rng)
                until = moment + rng.uniform(1.2, 3.5)
            else:
                spot = _outside(spot + rng.normal(0, np.radians(rng.choice([0.5, 3.0])), 2), distance)
            times.append(moment)
            spots.append(spot)
            away.append(not looking)
            moment = max(moment, 0) + max(SHORTEST_FIXATION, median * rng.lognormal(0, spread) / person.saccades)
    return np.array(times), np.array(spots), np.array(away)


def _on_face(before: np.ndarray | None, distance: float, rng) -> np.ndarray:
    """Between the eyes, on one of them, or towards the mouth, never further than a gaze in contact scans.

    Half of the fixations stay where the one ``before`` was, but for a tremor.
    """
    if before is not None and rng.random() < 0.5:
        return before + rng.normal(0, np.radians(0.12), 2)
    places = np.array([[0.0, 0.0], [0.031, 0.0], [-0.031, 0.0], [0.0, -0.07]])
    spot = np.arctan(places[rng.choice(4, p=[0.5, 0.17, 0.17, 0.16])] / distance) + rng.normal(0, np.radians(0.25), 2)
    return spot * min(1.0, 0.8 * SCAN / max(np.linalg.norm(spot), 1e-9))


def _elsewhere(speaking: bool, distance: float, toward_partner, person: Person, rng) -> np.ndarray:
    """A place beside the partner: where one thinks, down, or to the own front when the body faces elsewhere."""
    if abs(toward_partner[0]) > np.radians(25) and rng.random() < 0.5:
        yaw = -toward_partner[0] * rng.uniform(0.25, 0.75)
        return _outside(np.array([yaw, rng.normal(np.radians(-4), np.radians(5))]), distance)
    size = np.radians(np.clip(rng.lognormal(np.log(15), 0.4), 8, 35))
    side = 1 if rng.random() < 0.5 + 0.4 * person.side else -1
    chances = [0.22, 0.38, 0.4] if speaking else [0.06, 0.5, 0.44]
    steep = [rng.uniform(15, 55), rng.uniform(-18, 12), rng.uniform(-80, -25)][rng.choice(3, p=chances)]
    spot = size * np.array([side * np.cos(np.radians(steep)), 0.8 * np.sin(np.radians(steep))])
    if abs(toward_partner[0] + spot[0]) > np.radians(95):
        spot[0] = -spot[0]
    return _outside(spot, distance)


def _outside(spot: np.ndarray, distance: float) -> np.ndarray:
    """``spot`` moved out of the partner's face, with a margin."""
    ellipse = np.arctan(np.array(FACE) / distance) + np.radians(2.5)
    size = np.linalg.norm(spot / ellipse)
    return spot if size >= 1 else spot / max(size, 1e-6)


def _head_follows(times, spots, away, left_to_eyes, person: Person, frames: np.ndarray) -> np.ndarray:
    """Turn of neck and head (T, 2), radians: a share of large gaze shifts, later and slower than the eyes."""
    size = np.linalg.norm(spots, axis=1, keepdims=True)
    share = person.head_share * np.clip((np.degrees(size) - 4) / 14, 0, 1)
    goal = np.where(away[:, None], share * spots, 0.55 * left_to_eyes)
    grid = np.arange(int(frames[-1] * GRID) + GRID) / GRID
    path = goal[np.searchsorted(times, grid - 0.11, side="right").clip(1) - 1]
    path = smooth(path.T, 0.11).T
    return path[np.round(frames * GRID).astype(int)]
