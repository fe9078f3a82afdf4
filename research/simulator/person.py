"""Parameters of a simulated person, and random layouts for two."""

from dataclasses import dataclass

import numpy as np

from core.layout import SEATED, STANDING, Layout


@dataclass(frozen=True)
class Person:
    """Parameters that are constant over a dialogue; 1 is the population median unless a unit is given."""

    articulation: float  # gain of the jaw
    lips: float  # gain of lip rounding, spreading and opening
    reduction: float  # 0..1, vowel reduction at a high speech rate
    expressiveness: float  # gain of brow raises, smiles and head beats
    nod_rate: float  # rate of listener nods
    blink_rate: float  # per minute, when listening
    saccades: float  # rate of saccades
    side: float  # -1..1, preferred side of averted gaze; + is the own left
    head_share: float  # 0..1, share of the head in a gaze shift
    smile_rate: float  # rate of smiles
    asymmetry: float  # -1..1, asymmetry of the face; + is a stronger left half
    tilt: float  # radians, roll of the head at rest
    chin: float  # radians, pitch of the head at rest, + is up
    sway: float  # gain of posture shifts and sway
    lag: float  # s, reaction time
    mimicry: float  # 0..1, probability and gain of mimicry
    initiative: float  # rate of spontaneous acts


def draw_person(rng: np.random.Generator) -> Person:
    """A random person; medians and spreads as written here."""
    return Person(
        articulation=float(np.clip(rng.lognormal(0.4, 0.22), 0.8, 2.1)),
        lips=float(np.clip(rng.lognormal(0, 0.2), 0.65, 1.5)),
        reduction=float(rng.beta(2, 3)),
        expressiveness=float(np.clip(rng.lognormal(0, 0.24), 0.5, 1.7)),
        nod_rate=float(np.clip(rng.lognormal(0, 0.25), 0.5, 1.7)),
        blink_rate=float(np.clip(rng.lognormal(np.log(15), 0.3), 7, 30)),
        saccades=float(np.clip(rng.lognormal(0, 0.2), 0.6, 1.6)),
        side=float(np.clip(rng.normal(0, 0.6), -1, 1)),
        head_share=float(np.clip(rng.normal(0.68, 0.12), 0.3, 0.95)),
        smile_rate=float(np.clip(rng.lognormal(0, 0.4), 0.3, 2.2)),
        asymmetry=float(np.clip(rng.normal(0, 0.4), -1, 1)),
        tilt=float(rng.normal(0, 0.022)),
        chin=float(rng.normal(0, 0.022)),
        sway=float(np.clip(rng.lognormal(0, 0.3), 0.5, 2)),
        lag=float(np.clip(rng.normal(0.32, 0.05), 0.2, 0.5)),
        mimicry=float(np.clip(rng.normal(0.82, 0.12), 0.5, 1.0)),
        initiative=float(np.clip(rng.lognormal(0, 0.25), 0.6, 1.7)),
    )


def random_layout(rng: np.random.Generator) -> Layout:
    """A random layout: mostly face to face and near; also far apart, side by side, one seated and one standing."""
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
    elif kind == "side by side" and rng.random() < 0.5:  # as in a car or a lift: glances only
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
