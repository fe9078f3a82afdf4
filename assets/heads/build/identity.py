"""The two people, as sums of MakeHuman targets, and the moving parts every identity shares."""

from dataclasses import dataclass, field

import numpy as np

from .source import Source

LID_SHAPES = tuple(f"eyeLook{way}{side}" for way in ("Down", "Up", "In", "Out") for side in ("Left", "Right"))
# Too mild in the targets: so strong that 1.0 in a take is the most a face does
STRONGER = {"mouthPucker": 1.2, "browInnerUp": 1.3, "noseSneerLeft": 1.4, "noseSneerRight": 1.4}


@dataclass(frozen=True)
class Identity:
    """Who somebody is: weights of targets; ``relax`` is how far the lids hang from the targets' stare."""

    sex: str
    ethnicity: dict[str, float]
    relax: float
    muscle: float = 0.5
    weight: float = 0.5
    age: float = 0.5  # 0.5 is 25 years, 1 is 90
    scale: float = 1.06  # MakeHuman's 25-year-olds have small heads; this puts the pupils 61 and 62 mm apart
    local: dict[str, float] = field(default_factory=dict)  # path below targets/ without .target.gz -> weight


IDENTITIES = {
    "woman": Identity(
        "female",
        {"caucasian": 0.75, "asian": 0.15, "african": 0.1},
        relax=0.13,
        muscle=0.45,
        weight=0.45,
        local={},
    ),
    "man": Identity(
        "male",
        {"caucasian": 0.9, "african": 0.1},
        relax=0.07,
        muscle=0.6,
        weight=0.5,
        age=0.56,
        local={},
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

    The lids of the neutral hang a little (the targets' neutral stares); what they hang is taken off the blinks.
    """
    neutral = source.vertices.copy()
    for name, weight in target_weights(identity).items():
        neutral += weight * source.target(f"mpfb2/targets/{name}.target.gz")
    neutral *= identity.scale
    shapes = np.stack([source.face_unit(name) * STRONGER.get(name, 1) for name in names])
    for blink in ("eyeBlinkLeft", "eyeBlinkRight"):
        offsets = shapes[names.index(blink)]
        neutral += identity.relax * offsets
        offsets *= 1 - identity.relax
    return neutral, shapes
