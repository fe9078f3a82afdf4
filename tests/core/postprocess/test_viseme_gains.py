import numpy as np
import pytest

from core import heads
from core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion
from core.postprocess import lip_closure, viseme_gains
from core.postprocess.viseme_gains import VisemeGains

COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}
SHAPES = {  # about as the simulator synthesizes them
    "p": {"jawOpen": 0.15, "mouthClose": 0.15, "mouthPress": 0.55, "mouthRollLower": 0.3, "mouthRollUpper": 0.28},
    "f": {"jawOpen": 0.1, "mouthRollLower": 0.7, "mouthUpperUp": 0.35},
    "o": {"jawOpen": 0.1, "mouthPucker": 0.7, "mouthFunnel": 0.15},
    "a": {"jawOpen": 0.4, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    "s": {"jawOpen": 0.06, "mouthLowerDown": 0.6, "mouthUpperUp": 0.4, "mouthStretch": 0.35},
}
CLASS_OF = {"p": "closures", "f": "labiodentals", "o": "rounding", "a": "open_vowels", "s": "sibilants"}


def said() -> np.ndarray:
    """(5, 44) one frame of each sound of SHAPES."""
    face = np.zeros((len(SHAPES), 44), np.float32)
    for row, shape in enumerate(SHAPES.values()):
        for name, value in shape.items():
            for side in ("", "Left", "Right"):
                if name + side in COLUMN:
                    face[row, COLUMN[name + side]] = value
    return face


def gap(face: np.ndarray) -> np.ndarray:
    """Lip gap on the woman's head, mm."""
    packed = np.zeros((len(face), WIDTH), np.float32)
    packed[:, :44] = face
    return 1000 * heads.lip_gap(heads.load("woman"), HeadMotion(packed))


@pytest.mark.parametrize("sound", SHAPES)
def test_the_strength_of_a_class_changes_its_own_sound_and_hardly_another(sound):
    changes = np.abs(viseme_gains.apply_viseme_gains(said(), VisemeGains(**{CLASS_OF[sound]: 0.5})) - said()).max(
        axis=1
    )
    own = list(SHAPES).index(sound)

    assert changes[own] > 0.07
    assert np.delete(changes, own).max() < 0.3 * changes[own]


def test_lips_part_when_closures_are_weak_and_meet_when_they_are_strong():
    nearly = said()[:1]
    nearly[0, COLUMN["mouthClose"]] = 0.12

    weak, strong = (gap(viseme_gains.apply_viseme_gains(nearly, VisemeGains(closures=k)))[0] for k in (0.3, 2.0))

    assert weak > 2 and strong < 0.5


def test_an_open_vowel_opens_further_when_strong():
    assert gap(viseme_gains.apply_viseme_gains(said(), VisemeGains(open_vowels=1.3)))[3] > 1.2 * gap(said())[3]


def test_every_strength_at_one_leaves_the_take_to_the_bit():
    assert np.array_equal(lip_closure.apply_mouth_gains(said(), lip_closure.MouthGains()), said())


def test_nothing_jumps_between_sounds():
    a, p = said()[3], said()[0]
    way = np.linspace(0, 1, 41)[:, None].astype(np.float32)
    played = viseme_gains.apply_viseme_gains(
        a + (p - a) * way, VisemeGains(closures=0.5, open_vowels=1.5, sibilants=1.5, labiodentals=0.5, rounding=2)
    )

    assert np.abs(np.diff(played, axis=0)).max() < 0.08
