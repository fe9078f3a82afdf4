"""Habits of one simulated person, and random layouts for two."""

from dataclasses import dataclass

import numpy as np

from core.layout import SEATED, STANDING, Layout


@dataclass(frozen=True)
class Person:
    """Habits that stay the same for a whole dialogue; 1 is usual unless a unit is named."""

    articulation: float  # how far the jaw opens
    lips: float  # how much the lips round, spread and bare
    laziness: float  # 0..1: how much quick sounds are swallowed
    expressive: float  # size of brows, smiles and head accents
    nodder: float  # how often listening shows
    blinks: float  # per minute, when listening
    saccades: float  # how restless the gaze is
    side: float  # -1..1, the side looked to when thinking; + is the own left
    head_share: float  # 0..1: how much of a gaze shift the head takes
    smiler: float
    lopsided: float  # -1..1, which half of the face moves more
    tilt: float  # radians, how the head is carried
    chin: float  # radians, + is up
    sway: float  # restlessness of the body
    lag: float  # s, reaction time
    mirrors: float  # 0..1, how often what the partner does is answered by the same
    initiates: float  # how often something is done of the own accord


def draw_person(rng: np.random.Generator) -> Person:
    """Draw the habits of a person."""
    return Person(
        articulation=float(np.clip(rng.lognormal(0.4, 0.22), 0.8, 2.1)),
        lips=float(np.clip(rng.lognormal(0, 0.2), 0.65, 1.5)),
        laziness=float(rng.beta(2, 3)),
        expressive=float(np.clip(rng.lognormal(0, 0.24), 0.5, 1.7)),
        nodder=float(np.clip(rng.lognormal(0, 0.25), 0.5, 1.7)),
        blinks=float(np.clip(rng.lognormal(np.log(15), 0.3), 7, 30)),
        saccades=float(np.clip(rng.lognormal(0, 0.2), 0.6, 1.6)),
        side=float(np.clip(rng.normal(0, 0.6), -1, 1)),
        head_share=float(np.clip(rng.normal(0.68, 0.12), 0.3, 0.95)),
        smiler=float(np.clip(rng.lognormal(0, 0.4), 0.3, 2.2)),
        lopsided=float(np.clip(rng.normal(0, 0.4), -1, 1)),
        tilt=float(rng.normal(0, 0.022)),
        chin=float(rng.normal(0, 0.022)),
        sway=float(np.clip(rng.lognormal(0, 0.3), 0.5, 2)),
        lag=float(np.clip(rng.normal(0.32, 0.05), 0.2, 0.5)),
        mirrors=float(np.clip(rng.normal(0.82, 0.12), 0.5, 1.0)),
        initiates=float(np.clip(rng.lognormal(0, 0.25), 0.6, 1.7)),
    )


def random_layout(rng: np.random.Generator) -> Layout:
    """A scene: mostly face to face and near, also wide apart, side by side, one sitting and one standing."""
    facing = {
        "face to face": lambda: rng.normal(0, 12, 2),
        "opened to the camera": lambda: np.array([-1, 1]) * rng.uniform(15, 60) + rng.normal(0, 6, 2),
        "side by side": lambda: np.array([-1, 1]) * rng.uniform(70, 95) + rng.normal(0, 5, 2),
        "behind each other's backs": lambda: np.array([1, -1]) * rng.uniform(20, 95) + rng.normal(0, 8, 2),
        "anyhow": lambda: rng.uniform(-100, 100, 2),
        "one turned away": lambda: np.array([rng.uniform(-100, 100), rng.normal(0, 10)])[rng.permutation(2)],
        "back to back": lambda: rng.choice([-1, 1], 2) * (180 - np.abs(rng.normal(0, 15, 2))),
    }
    kind = rng.choice(list(facing), p=[0.38, 0.2, 0.12, 0.04, 0.08, 0.13, 0.05])
    backs = kind == "back to back"
    facing_a, facing_b = facing[kind]() if backs else np.clip(facing[kind](), -110, 110)
    distance = float(np.clip(np.exp(rng.normal(np.log(1.15), 0.5)), 0.45, 4.0))
    base = rng.choice([SEATED, STANDING])
    heights = base + rng.normal(0, 0.06, 2)
    if rng.random() < 0.15:
        heights = np.array([SEATED, STANDING])[rng.permutation(2)] + rng.normal(0, 0.05, 2)
    contacts = rng.beta(2.4, 1.4, 2) if rng.random() < 0.75 else rng.uniform(0, 1, 2).round(1)
    if backs:
        contacts *= 0
    elif kind == "side by side" and rng.random() < 0.5:  # in a car, in a lift: glances
        contacts = rng.beta(2, 7, 2)
    return Layout(
        distance=distance,
        facing_a=float(facing_a),
        facing_b=float(facing_b),
        height_a=float(heights[0]),
        height_b=float(heights[1]),
        contact_a=float(contacts[0]),
        contact_b=float(contacts[1]),
        energy=float(rng.beta(1.6, 1.6)),
        warmth=float(np.clip(rng.normal(0.2, 0.45), -1, 1)),
        swapped=bool(rng.random() < 0.25),
    )
