"""The two people, as sums of MakeHuman targets, and the moving parts every identity shares."""

from dataclasses import dataclass, field

import numpy as np

from .source import Source

LID_SHAPES = tuple(f"eyeLook{way}{side}" for way in ("Down", "Up", "In", "Out") for side in ("Left", "Right"))
# Factors on targets that are too weak: 1.0 in a take is the extreme of a face
STRONGER = {"mouthPucker": 1.2, "browInnerUp": 1.3, "noseSneerLeft": 1.4, "noseSneerRight": 1.4}


@dataclass(frozen=True)
class Identity:
    """Weights of the targets of one person; ``relax`` is how far the lids are lowered."""

    sex: str
    ethnicity: dict[str, float]
    relax: float
    closed: float  # share of jawOpen by which the jaw is closed beyond the targets' neutral, whose lips are apart
    pinch: float  # metres that each lip is moved to the other near the mouth's corners
    muscle: float = 0.5
    weight: float = 0.5
    age: float = 0.5  # 0.5 is 25 years, 1 is 90
    scale: float = 1.06  # MakeHuman's 25-year-olds have small heads; this puts the pupils 61 and 62 mm apart
    local: dict[str, float] = field(default_factory=dict)  # path below targets/ without .target.gz -> weight


def _both(target: str, weight: float) -> dict[str, float]:
    """The same weight for a left and a right target."""
    return {target.format(side): weight for side in "lr"}


IDENTITIES = {
    "woman": Identity(
        "female",
        {"caucasian": 0.75, "asian": 0.15, "african": 0.1},
        relax=0.13,
        closed=0.04,
        pinch=0.0009,
        muscle=0.4,
        weight=0.45,
        local={
            **_both("eyes/{}-eye-scale-incr", 0.35),
            **_both("eyes/{}-eye-corner2-up", 0.25),
            **_both("cheek/{}-cheek-bones-incr", 0.3),
            **_both("ears/{}-ear-scale-decr", 0.35),
            **_both("ears/{}-ear-wing-decr", 0.3),
            "head/head-oval": 0.45,
            "head/head-scale-vert-decr": 0.15,
            "chin/chin-width-decr": 0.45,
            "chin/chin-jaw-drop-decr": 0.3,
            "chin/chin-bones-decr": 0.35,
            "nose/nose-scale-horiz-decr": 0.35,
            "nose/nose-point-width-decr": 0.3,
            "nose/nose-width2-decr": 0.25,
            "nose/nose-nostrils-width-decr": 0.2,
            "nose/nose-point-up": 0.2,
            "nose/nose-scale-vert-decr": 0.15,
            "mouth/mouth-upperlip-volume-incr": 0.35,
            "mouth/mouth-lowerlip-volume-incr": 0.25,
            "mouth/mouth-cupidsbow-incr": 0.3,
            "mouth/mouth-angles-up": 0.25,
            "torso/measure-shoulder-dist-decr": 0.35,
            "neck/neck-scale-horiz-decr": 0.4,
            "asym/asym-mouth-1-l": 0.08,
            "asym/asym-brown-1-r": 0.1,
            "asym/asym-nose-1-l": 0.08,
            "asym/asym-cheek-1-r": 0.1,
        },
    ),
    "man": Identity(
        "male",
        {"caucasian": 0.9, "african": 0.1},
        relax=0.05,
        closed=0.035,
        pinch=0.0009,
        muscle=0.6,
        weight=0.5,
        age=0.56,
        local={
            **_both("eyes/{}-eye-scale-incr", 0.4),
            **_both("eyes/{}-eye-height2-incr", 0.2),
            **_both("ears/{}-ear-scale-decr", 0.2),
            "head/head-scale-vert-decr": 0.25,
            "head/head-square": 0.15,
            "chin/chin-prominent-incr": 0.2,
            "chin/chin-width-incr": 0.15,
            "nose/nose-scale-vert-decr": 0.35,
            "nose/nose-scale-depth-decr": 0.2,
            "nose/nose-point-width-decr": 0.25,
            "nose/nose-hump-incr": 0.12,
            "mouth/mouth-lowerlip-volume-incr": 0.15,
            "mouth/mouth-scale-horiz-decr": 0.15,
            "mouth/mouth-angles-up": 0.12,
            "asym/asym-mouth-2-r": 0.1,
            "asym/asym-brown-2-l": 0.12,
            "asym/asym-nose-2-r": 0.1,
            "asym/asym-jaw-1-l": 0.1,
        },
    ),
}


def level_shares(value: float, low: str, middle: str, high: str) -> dict[str, float]:
    """How a value in [0, 1] is shared by a lowest, a middle (at 0.5) and a highest target."""
    up, down = max(0.0, 2 * value - 1), max(0.0, 1 - 2 * value)
    return {name: share for name, share in ((low, down), (middle, 1 - up - down), (high, up)) if share > 0}


def target_weights(identity: Identity) -> dict[str, float]:
    """Every target of an identity and its weight."""
    macro = "macrodetails/"
    ages = {"young": 2 - 2 * identity.age, "old": 2 * identity.age - 1}
    muscles = level_shares(identity.muscle, "minmuscle", "averagemuscle", "maxmuscle")
    weights = level_shares(identity.weight, "minweight", "averageweight", "maxweight")
    targets = {}
    for age, age_share in ages.items():
        for ethnicity, share in identity.ethnicity.items():
            targets[f"{macro}{ethnicity}-{identity.sex}-{age}"] = age_share * share
        for muscle, muscle_share in muscles.items():
            for weight, weight_share in weights.items():
                name = f"{macro}universal-{identity.sex}-{age}-{muscle}-{weight}"
                targets[name] = age_share * muscle_share * weight_share
    targets.update(identity.local)
    return {name: share for name, share in targets.items() if share}


def neutral_and_shapes(source: Source, identity: Identity, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The whole hm08 mesh of an identity at rest (N, 3) and its shapes (len(names), N, 3), metres.

    The lids are lowered by ``relax`` (the targets' neutral stares), and the blinks reduced by as much.
    """
    neutral = source.vertices.copy()
    for name, weight in target_weights(identity).items():
        neutral += weight * source.target(f"mpfb2/targets/{name}.target.gz")
    neutral *= identity.scale
    shapes = np.stack([source.face_unit(name) * STRONGER.get(name, 1) for name in names])
    neutral -= identity.closed * shapes[names.index("jawOpen")]
    for blink in ("eyeBlinkLeft", "eyeBlinkRight"):
        offsets = shapes[names.index(blink)]
        neutral += identity.relax * offsets
        offsets *= 1 - identity.relax
    return neutral, shapes
