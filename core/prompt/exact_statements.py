"""What a clause states exactly: lengths, angles, shares, turns, sides, an exchange of places. Rules only."""

import re

from . import statement_patterns as patterns
from .clause_splitting import Part
from .coreference import BOTH, OTHER
from .layout_change import Setting, fields_of
from .numbers_with_units import Quantity, find
from .postures import eye_heights

EYES_OF_STATURE = 0.936  # eye height over body height
STATURE = 2.6  # weight of a body height: it outranks standing, and a lower posture outranks it (postures.py)


def exact(part: Part, roles: dict[str, str], role_before: str) -> tuple[list[Setting], str]:
    """The settings that a clause states exactly.

    roles:       the person of each role, like "pupil"
    role_before: what the length before measured, for "A is 1.8 m tall and B 1.6 m"
    returns:     the settings, and what a length in this clause measures
    """
    found: list[Setting] = []
    for quantity in find(part.normalized):
        around = f"{part.normalized[: quantity.start]}#{part.normalized[quantity.end :]}"
        if quantity.kind == "length":
            settings, role_before = _length(quantity, around, part, role_before)
            found += settings
        elif quantity.kind == "angle":
            found += _angle(quantity, around, part)
        elif quantity.kind == "share":
            found += _share(quantity, around, part)
        else:
            found += _ratio(quantity.value, around, part)
    if not found:
        factor = next((factor for factor, pattern in patterns.FACTORS if pattern.search(part.normalized)), None)
        found += _ratio(factor, part.normalized, part) if factor else []
    counted = [range(quantity.start, quantity.end) for quantity in find(part.normalized)]
    for match in patterns.NAMED.finditer(part.normalized):
        name, number = match.groups()
        if any(match.start(2) in span for span in counted):
            continue
        fields = fields_of("contact", part.subject) if name == "contact" else [name]
        found += [Setting(field, "set", float(number.replace(",", "."))) for field in fields]
    if not any(setting.field.startswith("facing") for setting in found):
        found += _turns(part)
    return found + eye_heights(part, roles) + _sides(part), role_before


def _length(quantity: Quantity, around: str, part: Part, role_before: str) -> tuple[list[Setting], str]:
    value, heights = quantity.value, fields_of("height", part.subject)
    bare = not re.sub(r"#|\b(?:person|one|other|the|is|are|she|he|only|and|at|of|s)\b|\W", "", around)
    if bare:  # "A is 1.8 m tall and B 1.6 m"; "A is 1.8 m"
        role = role_before or ("stature" if part.subject in OTHER and part.named else "distance")
    else:
        role = next(role for role, pattern in patterns.LENGTH_ROLES if pattern.search(around))
    if role in ("left", "right") and not (part.subject in OTHER and patterns.NO_SIDE.search(around)):
        role = "distance"
    by_role = {
        "nothing": [],
        "distance": [Setting("distance", "set", value)],
        "closer": [Setting("distance", "add", -value)],
        "further": [Setting("distance", "add", value)],
        "eyes": [Setting(field, "set", value) for field in heights],
        "stature": [Setting(field, "set", EYES_OF_STATURE * value, weight=STATURE) for field in heights],
        "taller": [Setting(field, "above", value) for field in heights[:1]],
        "shorter": [Setting(field, "above", -value) for field in heights[:1]],
        "raise": [Setting(field, "add", value) for field in heights],
        "lower": [Setting(field, "add", -value) for field in heights],
    }
    if role in ("left", "right"):
        outwards = (part.subject == "a") == (role == "left")
        return [Setting("distance", "add_unswapped", value if outwards else -value)], role
    return by_role[role], role


def _angle(quantity: Quantity, around: str, part: Part) -> list[Setting]:
    if patterns.NOT_A_TURN.search(around):
        return []
    fields, degrees = fields_of("facing", part.subject), quantity.value
    if patterns.TO_EACH_OTHER.search(around):
        return [Setting(field, "open", degrees / 2) for field in fields_of("facing", BOTH)]
    if patterns.FACING_VALUE.search(around):
        return [Setting(field, "set", degrees) for field in fields]
    where = next(where for where, pattern in patterns.TURNS if pattern.search(around))
    more = bool(patterns.TURNING.search(around)) and not re.search(
        r"\b(?:turned|rotated)\b(?!.*\b(?:more|further|another)\b)", around
    )
    if where == "partner":
        return [Setting(field, "towards", degrees) for field in fields]
    if where in ("camera", "backdrop"):
        signed = degrees if where == "camera" else -degrees
        return [Setting(field, "open_more" if more else "open", signed) for field in fields]
    return [Setting(field, "add" if more else "set", degrees if where == "left" else -degrees) for field in fields]


def _turns(part: Part) -> list[Setting]:
    """A turn without a number, like "turns a little to the left"."""
    match = patterns.TURN_SIDE.search(part.normalized)
    if match is None:
        return []
    how_much, side = next((match[i] or "", match[i + 1]) for i in (1, 3) if match[i + 1])
    size = next(degrees for degrees, pattern in patterns.TURN_SIZES if re.search(pattern, how_much))
    return [Setting(field, "add", size if side == "left" else -size) for field in fields_of("facing", part.subject)]


def _share(quantity: Quantity, around: str, part: Part) -> list[Setting]:
    share = quantity.value
    if re.search(
        r"# ?(?:closer|nearer|less (?:distance|space))|(?:closer|nearer|reduc\w+|shorten|decreas\w+) .*by #",
        f"{around} ",
    ):
        return [Setting("distance", "times", 1 - share)]
    if re.search(
        r"# ?(?:further|farther|more (?:distance|space)|wider)|(?:further|farther|wid\w+|increas\w+) .*by #", around
    ):
        return [Setting("distance", "times", 1 + share)]
    if re.search(r"\benerg|\bintens", around):
        return [Setting("energy", "set", share)]
    more = re.search(r"# (more|less)\b", around)
    if more:
        return [Setting(f, "add", share if more[1] == "more" else -share) for f in fields_of("contact", part.subject)]
    if patterns.GAZE.search(around):
        share = 1 - share if patterns.AVERTED.search(around) else share
        return [Setting(field, "set", share) for field in fields_of("contact", part.subject)]
    return []


def _ratio(factor: float, around: str, part: Part) -> list[Setting]:
    if patterns.GAZE.search(around) and not patterns.FAR.search(around):
        return [Setting(field, "times", factor) for field in fields_of("contact", part.subject)]
    if patterns.NEAR.search(around) or re.search(r"\b(?:reduc|shorten|decreas)", around):
        return [Setting("distance", "times", 1 / factor)]
    if patterns.FAR.search(around):
        return [Setting("distance", "times", factor)]
    if re.search(r"\btall|\bhigh|\bbig\b|\bsize\b", around):
        return [Setting(field, "times_partner", factor) for field in fields_of("height", part.subject)[:1]]
    return []


def _sides(part: Part) -> list[Setting]:
    if patterns.SWAP.search(part.normalized):
        return [Setting("swapped", "toggle", 1)]
    match = patterns.SIDE.search(part.normalized)
    if (
        match is None
        or part.subject == BOTH
        or not part.named
        or patterns.NO_SIDE.search(part.normalized)
        or find(part.normalized)
    ):
        return []
    stage, side = next((match[i], match[i + 1]) for i in (1, 3, 5) if match[i + 1])
    on_left = (side == "left") != ((stage or "").strip() == "stage")  # stage left is the audience's right
    return [Setting("swapped", "set", (part.subject == "a") != on_left)]
