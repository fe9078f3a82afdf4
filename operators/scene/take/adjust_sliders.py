"""The sliders of the Adjust panel as plain data."""

from dataclasses import fields

from ....core.postprocess.adjust import Adjustment
from ....core.postprocess.lip_closure import MouthGains
from ....core.postprocess.viseme_gains import VisemeGains

NONE = (Adjustment(), Adjustment())
NAMES = ("articulation", "jaw", "lips", "delay", "expression", "head", "gaze")
VISEME_GAINS = tuple(field.name for field in fields(VisemeGains))


def read(settings) -> tuple[Adjustment, Adjustment]:
    """The adjustments of A and B in a scene's settings."""
    return tuple(_read_person(person) for person in (settings.adjust_a, settings.adjust_b))


def as_text(settings) -> str:
    """The same as text, equal exactly where the adjustments are equal."""
    return repr(read(settings))


def reset(settings) -> None:
    """Set all sliders to their defaults; does not bake the take."""
    for person in (settings.adjust_a, settings.adjust_b):
        for name in (*NAMES, *VISEME_GAINS):
            person.property_unset(name)


def _read_person(person) -> Adjustment:
    def number(name: str) -> float:
        return round(getattr(person, name), 4)  # Blender stores float32

    visemes = VisemeGains(**{name: number(name) for name in VISEME_GAINS})
    mouth = MouthGains(number("articulation"), number("jaw"), number("lips"), number("delay"), visemes)
    return Adjustment(mouth, number("expression"), number("head"), number("gaze"))
