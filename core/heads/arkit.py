"""ARKit's shape names as other programs spell them (jawOpen, JawOpen, jaw_open, eyeBlink_L), and those eight of them
that follow from how the eyes turn."""

import re
from collections.abc import Iterable

import numpy as np

from ..motion import EXPRESSION_NAMES
from ..rotation import FORWARD, axis_angle_to_matrix, yaw_pitch

LOOK_NAMES = tuple(f"eyeLook{way}{side}" for way in ("Down", "Up", "In", "Out") for side in ("Left", "Right"))
SIDE = re.compile(r"(?P<stem>.*[a-z])(?:[ _.\-](?P<letter>[lLrR])|(?P<capital>[LR]))")
SIDES = {"l": "left", "r": "right"}


def spelled(names: Iterable[str]) -> dict[str, str]:
    """Each of EXPRESSION_NAMES and LOOK_NAMES that one of ``names`` stands for, with that name; of two the exact
    one, else the first."""
    found: dict[str, str] = {}
    for name in names:
        ours = PLAIN.get(_plain(name))
        if ours and (ours not in found or name == ours):
            found[ours] = name
    return found


def missing(names: Iterable[str]) -> list[str]:
    """Those of EXPRESSION_NAMES that none of ``names`` stands for."""
    found = spelled(names)
    return [name for name in EXPRESSION_NAMES if name not in found]


def eye_look_values(rotation: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Values of the eyeLook shapes (LOOK_NAMES) for rotated eyes.

    rotation: (T, 4, 3) of neck, head, left eye, right eye; axis-angle, radians
    full:     (8,) radians of eye rotation at which each shape is 1
    returns:  (T, 8) in [0, 1]
    """
    yaw, pitch = yaw_pitch(axis_angle_to_matrix(rotation[:, 2:].astype(float)) @ FORWARD)
    outward = yaw * [1, -1]  # the own left is outwards for the left eye only
    turned = np.stack([-pitch, pitch, -outward, outward], axis=1).reshape(len(rotation), len(LOOK_NAMES))
    return np.clip(turned / full, 0, 1)


def _plain(name: str) -> str:
    """Without case, signs and short forms of the sides."""
    side = SIDE.fullmatch(name)
    if side:
        name = side["stem"] + SIDES[(side["letter"] or side["capital"]).lower()]
    return re.sub(r"[^a-z]", "", name.lower())


PLAIN = {_plain(name): name for name in (*EXPRESSION_NAMES, *LOOK_NAMES)}
