"""ARKit's shape names as other programs spell them: jawOpen, JawOpen, jaw_open, eyeBlink_L."""

import re
from collections.abc import Iterable

from .motion import EXPRESSION_NAMES

SIDE = re.compile(r"(?P<stem>.*[a-z])(?:[ _.\-](?P<letter>[lLrR])|(?P<capital>[LR]))")
SIDES = {"l": "left", "r": "right"}


def spelled(names: Iterable[str]) -> dict[str, str]:
    """Each of EXPRESSION_NAMES that one of ``names`` means, with the name that does; of two the exact one, else the
    first."""
    found: dict[str, str] = {}
    for name in names:
        ours = PLAIN.get(_plain(name))
        if ours and (ours not in found or name == ours):
            found[ours] = name
    return found


def missing(names: Iterable[str]) -> list[str]:
    """Those of EXPRESSION_NAMES that none of ``names`` means."""
    found = spelled(names)
    return [name for name in EXPRESSION_NAMES if name not in found]


def _plain(name: str) -> str:
    """Without case, signs and short forms of the sides."""
    side = SIDE.fullmatch(name)
    if side:
        name = side["stem"] + SIDES[(side["letter"] or side["capital"]).lower()]
    return re.sub(r"[^a-z]", "", name.lower())


PLAIN = {_plain(name): name for name in EXPRESSION_NAMES}
