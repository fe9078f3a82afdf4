"""The Adjust panel's numbers as plain data."""

from dataclasses import fields

from ....core.postprocess.adjust import Adjustment
from ....core.postprocess.lip_closure import MouthGains
from ....core.postprocess.viseme_gains import VisemeGains

NONE = (Adjustment(), Adjustment())
NAMES = ("articulation", "jaw", "lips", "delay", "expression", "head", "gaze")
VISEME_GAINS = tuple(field.name for field in fields(VisemeGains))


def read(settings) -> tuple[Adjustment, Adjustment]:
    """How A and B of a scene's settings play their take."""
    return tuple(_one(person) for person in (settings.adjust_a, settings.adjust_b))


def as_text(settings) -> str:
    """The same to compare with: equal where both people play their take alike."""
    return repr(read(settings))


def clear(settings) -> None:
    """Back to the take as it was made; the heads do not show it yet."""
    for person in (settings.adjust_a, settings.adjust_b):
        for name in (*NAMES, *VISEME_GAINS):
            person.property_unset(name)


def _one(person) -> Adjustment:
    def number(name: str) -> float:
        return round(getattr(person, name), 4)  # what Blender stores as float32

    sounds = VisemeGains(**{name: number(name) for name in VISEME_GAINS})
    mouth = MouthGains(number("articulation"), number("jaw"), number("lips"), number("delay"), sounds)
    return Adjustment(mouth, number("expression"), number("head"), number("gaze"))
