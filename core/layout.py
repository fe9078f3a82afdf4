"""The layout of a scene as plain numbers: places, body orientation, eye contact and mood of a pair (DESIGN §3)."""

import json
from dataclasses import asdict, dataclass, field

import numpy as np

from . import PROMPTS
from .errors import UserError

SEATED, STANDING = 1.2, 1.65  # m, eyes above the floor

# smallest and largest value of each number
LIMITS = {
    "distance": (0.15, 1000.0),
    "facing_a": (-180.0, 180.0),
    "facing_b": (-180.0, 180.0),
    "height_a": (0.0, 100.0),
    "height_b": (0.0, 100.0),
    "contact_a": (0.0, 1.0),
    "contact_b": (0.0, 1.0),
    "energy": (0.0, 1.0),
    "warmth": (-1.0, 1.0),
}

MOOD = ("contact_a", "contact_b", "energy", "warmth")  # the fields that place nobody


@dataclass(frozen=True)
class Layout:
    """The scene of a pair. Raises UserError when a value is outside LIMITS."""

    distance: float = 1.0  # m, between the two heads' rest places
    facing_a: float = 0.0  # degrees A's body is turned away from the line to the partner; + is to the own left
    facing_b: float = 0.0
    height_a: float = STANDING  # m, eyes above the floor
    height_b: float = STANDING
    contact_a: float = 0.6  # share of the time A looks at the partner's face
    contact_b: float = 0.6
    energy: float = 0.5  # 0 calm .. 1 agitated
    warmth: float = 0.2  # -1 hostile .. 1 loving
    swapped: bool = False  # A stands on the right

    def __post_init__(self):
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise UserError(f'The layout\'s "{name}" is {value!r}. Give a number from {low:g} to {high:g}.')
        if not isinstance(self.swapped, bool):
            raise UserError(f'The layout\'s "swapped" is {self.swapped!r}. Give true or false.')


@dataclass(frozen=True)
class Clause:
    """One clause of a prompt and what it sets."""

    text: str  # as it was written
    sets: dict = field(default_factory=dict)  # numbers of the layout by name; empty: not understood
    confidence: float = 0.0  # 0..1, the least of all that it sets


@dataclass(frozen=True)
class Reading:
    """A prompt as a layout."""

    layout: Layout
    clauses: tuple[Clause, ...]


def from_text(prompt: str, start: Layout | None = None) -> Reading:
    """Read a description of a scene, or of a change of the scene ``start``.

    Without ``start`` what the prompt does not mention has the default; with it, only what the prompt mentions changes.
    Numbers with units are taken exactly. Raises UserError when the text model is not installed.
    """
    from .prompt.prompt_to_layout import read_prompt  # imports torch, which Blender's own process lacks

    values, clauses = read_prompt(prompt, asdict(start or Layout()), LIMITS, relative=start is not None)
    return Reading(Layout(**values), tuple(Clause(*clause) for clause in clauses))


def presets() -> dict[str, Layout]:
    """Layouts by name, in the order of the menu; what a preset does not set has the default."""
    listed = json.loads((PROMPTS / "presets.json").read_text("utf-8"))
    return {name: Layout(**numbers) for name, numbers in listed.items()}


def moods() -> dict[str, dict[str, float]]:
    """Moods by name, in the order of the menu: the numbers of a layout that each sets."""
    return json.loads((PROMPTS / "moods.json").read_text("utf-8"))


def room_poses(layout: Layout) -> np.ndarray:
    """Rest poses of both heads in the room: rest axes to room axes.

    A is at (-distance/2, 0, height_a) and looks along +X at facing 0, B at (+distance/2, 0, height_b) along -X;
    the camera stands at -Y. ``swapped`` exchanges the two places.

    returns: (2, 4, 4) rigid transforms, metres
    """
    side = -1.0 if not layout.swapped else 1.0
    a = _pose(side * layout.distance / 2, layout.height_a, -side * 90 + layout.facing_a)
    b = _pose(-side * layout.distance / 2, layout.height_b, side * 90 + layout.facing_b)
    return np.stack([a, b])


def _pose(x: float, height: float, yaw_degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(yaw_degrees)), np.sin(np.radians(yaw_degrees))
    return np.array([[c, -s, 0, x], [s, c, 0, 0], [0, 0, 1, height], [0, 0, 0, 1]])
