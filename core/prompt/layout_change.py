"""One change of the layout, which the rules and the model both give."""

from dataclasses import dataclass

from .coreference import BOTH


@dataclass(frozen=True)
class Setting:
    """One change of one number of the layout."""

    field: str
    how: str  # set, add, times, above (the partner's value plus this), open, open_more (degrees to the camera), toggle
    value: float
    confidence: float = 1.0
    weight: float = 3.0  # 3 stated exactly (a posture a little less), 2 stated in words, 1 implied by the scene


def fields_of(name: str, subject: str) -> list[str]:
    """The fields of ``subject`` (a, b or both): "height" -> height_a, height_b."""
    return [f"{name}_{who}" for who in (("a", "b") if subject == BOTH else subject)]
