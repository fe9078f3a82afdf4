"""Which hm08 vertices the named points of a face are. The right side is found through the mirror table."""

import numpy as np

from .source import Source

MIDDLE = {"lip_inner_top": 474, "lip_inner_bottom": 493, "nose_tip": 297, "chin": 5162}
INSIDE_LIP = [537, 554, 571]  # the upper lip's inside, in the middle
LEFT = {"mouth": 7182, "eye_outer": 6808, "eye_inner": 6847, "lid_top": 6785, "lid_bottom": 6828}


def skin_landmarks(source: Source, kept: np.ndarray) -> dict[str, int]:
    """Landmark -> vertex of the skin part, whose vertices are hm08's ``kept`` (n,), ascending."""
    numbers = dict(MIDDLE)
    for name, vertex in LEFT.items():
        numbers[f"{name}_left"], numbers[f"{name}_right"] = vertex, int(source.mirror[vertex])
    return {name: int(np.searchsorted(kept, vertex)) for name, vertex in numbers.items()}
