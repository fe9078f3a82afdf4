"""What a clause states exactly: numbers with units, sides, postures, an exchange of places. Rules only."""

import re
from dataclasses import dataclass

from . import phrases
from .clauses import Part
from .people import BOTH, OTHER, words
from .quantities import Quantity, find

CHILD = 0.65  # of a grown-up's height
EYES_OF_STATURE = 0.936  # eye height over body height
# Weights: a body height outranks standing, a lower posture outranks a body height, a height of the eyes both.
SEATED_OR_SO, STATURE, UPRIGHT = 2.8, 2.6, 2.4


@dataclass(frozen=True)
class Setting:
    """One change of one number of the layout."""

    field: str
    how: str  # set, add, times, above (the partner's value plus this), open, open_more (degrees to the camera), toggle
    value: float
    confidence: float = 1.0
    weight: float = 3.0  # 3 stated exactly (a posture a little less), 2 stated in words, 1 implied by the scene


def exact(part: Part, roles: dict[str, str], role_before: str) -> tuple[list[Setting], str]:
    """The settings that a clause states exactly.

    roles:       the person of each role, like "pupil"
    role_before: what the length before measured, for "A is 1.8 m tall and B 1.6 m"
    returns:     the settings, and what a length in this clause measures
    """
    found: list[Setting] = []
    for quantity in find(part.meaning):
        around = f"{part.meaning[: quantity.start]}#{part.meaning[quantity.end :]}"
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
        factor = next((factor for factor, pattern in phrases.FACTORS if pattern.search(part.meaning)), None)
        found += _ratio(factor, part.meaning, part) if factor else []
    counted = [range(quantity.start, quantity.end) for quantity in find(part.meaning)]
    for match in phrases.NAMED.finditer(part.meaning):
        name, number = match.groups()
        if any(match.start(2) in span for span in counted):
            continue
        fields = _each("contact", part.subject) if name == "contact" else [name]
        found += [Setting(field, "set", float(number.replace(",", "."))) for field in fields]
    if not any(setting.field.startswith("facing") for setting in found):
        found += _turns(part)
    return found + _postures(part, roles) + _sides(part), role_before


def _each(name: str, subject: str) -> list[str]:
    return [f"{name}_{who}" for who in (("a", "b") if subject == BOTH else subject)]


def _length(quantity: Quantity, around: str, part: Part, role_before: str) -> tuple[list[Setting], str]:
    value, heights = quantity.value, _each("height", part.subject)
    bare = not re.sub(r"#|\b(?:person|one|other|the|is|are|she|he|only|and|at|of|s)\b|\W", "", around)
    if bare:  # "A is 1.8 m tall and B 1.6 m"; "A is 1.8 m"
        role = role_before or ("stature" if part.subject in OTHER and part.named else "distance")
    else:
        role = next(role for role, pattern in phrases.LENGTH_ROLES if pattern.search(around))
    if role in ("left", "right") and not (part.subject in OTHER and phrases.NO_SIDE.search(around)):
        role = "distance"
    made = {
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
    return made[role], role


def _angle(quantity: Quantity, around: str, part: Part) -> list[Setting]:
    if phrases.NOT_A_TURN.search(around):
        return []
    fields, degrees = _each("facing", part.subject), quantity.value
    if phrases.TO_EACH_OTHER.search(around):
        return [Setting(field, "open", degrees / 2) for field in _each("facing", BOTH)]
    if phrases.FACING_VALUE.search(around):
        return [Setting(field, "set", degrees) for field in fields]
    where = next(where for where, pattern in phrases.TURNS if pattern.search(around))
    more = bool(phrases.TURNING.search(around)) and not re.search(
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
    match = phrases.TURN_SIDE.search(part.meaning)
    if match is None:
        return []
    how_much, side = next((match[i] or "", match[i + 1]) for i in (1, 3) if match[i + 1])
    size = next(degrees for degrees, pattern in phrases.TURN_SIZES if re.search(pattern, how_much))
    return [Setting(field, "add", size if side == "left" else -size) for field in _each("facing", part.subject)]


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
        return [Setting(f, "add", share if more[1] == "more" else -share) for f in _each("contact", part.subject)]
    if phrases.GAZE.search(around):
        share = 1 - share if phrases.AVERTED.search(around) else share
        return [Setting(field, "set", share) for field in _each("contact", part.subject)]
    return []


def _ratio(factor: float, around: str, part: Part) -> list[Setting]:
    if phrases.GAZE.search(around) and not phrases.FAR.search(around):
        return [Setting(field, "times", factor) for field in _each("contact", part.subject)]
    if phrases.NEAR.search(around) or re.search(r"\b(?:reduc|shorten|decreas)", around):
        return [Setting("distance", "times", 1 / factor)]
    if phrases.FAR.search(around):
        return [Setting("distance", "times", factor)]
    if re.search(r"\btall|\bhigh|\bbig\b|\bsize\b", around):
        return [Setting(field, "times_partner", factor) for field in _each("height", part.subject)[:1]]
    return []


def _postures(part: Part, roles: dict[str, str]) -> list[Setting]:
    """Who sits, stands, kneels, crouches or lies; a named person outranks "they" in the same clause."""
    both, named = [], []
    text = part.meaning
    children = {who for role, who in roles.items() if role in words()["children"]}
    for heights, pattern in phrases.POSTURES:
        for match in pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            unmeant = phrases.NEGATED.search(before), phrases.NOT_A_POSTURE.search(before)
            who = _whose(match.group(), before, after, part, roles)
            if any(unmeant) or phrases.NO_POSTURE_AFTER.search(after) or who is None:
                continue
            if phrases.BARE_POSTURE.fullmatch(match.group()) and not phrases.TOLD.search(before) and not part.named:
                continue  # the "sit" of "dolor sit amet"
            value = heights[phrases.surface(text, after, heights)] * (CHILD if who in children else 1)
            weight = UPRIGHT if heights == phrases.UPRIGHT else SEATED_OR_SO
            (both if who == BOTH else named).extend(
                Setting(field, "set", value, weight=weight) for field in _each("height", who)
            )
    return both + named


def _whose(posture: str, before: str, after: str, part: Part, roles: dict[str, str]) -> str | None:
    """Whose posture it is: "a seated B", "an employee sitting at his desk", else the subject; None if unknown."""
    other = OTHER.get(part.subject, "b")
    adjective = posture.endswith(("ing", "ed"))
    if adjective and re.match(r" (?:the )?(?:other|one) person", after):
        return other if "other person" in after[:18] else part.subject
    if adjective and before.endswith("other person "):
        return other
    if adjective and before.endswith(("a ", "an ", "the ")):  # "beside a seated diner"
        noun = re.match(r" (?:\w+ )?([\w-]+)", after)
        stranger = OTHER.get(part.subject) if len(before.split()) > 1 else part.subject
        return roles.get(noun[1] if noun else "", stranger)
    nearest = re.search(r"([\w-]+) (?:who )?$", before)
    noun = nearest[1] if adjective and nearest else ""
    if noun in roles:
        return roles[noun]
    return None if noun in words()["people"] else part.subject


def _sides(part: Part) -> list[Setting]:
    if phrases.SWAP.search(part.meaning):
        return [Setting("swapped", "toggle", 1)]
    match = phrases.SIDE.search(part.meaning)
    if (
        match is None
        or part.subject == BOTH
        or not part.named
        or phrases.NO_SIDE.search(part.meaning)
        or find(part.meaning)
    ):
        return []
    stage, side = next((match[i], match[i + 1]) for i in (1, 3, 5) if match[i + 1])
    on_left = (side == "left") != ((stage or "").strip() == "stage")  # stage left is the audience's right
    return [Setting("swapped", "set", (part.subject == "a") != on_left)]
