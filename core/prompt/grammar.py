"""What a clause says exactly: numbers with units, sides, postures, places exchanged. Nothing is guessed here."""

import re
from dataclasses import dataclass

from .clauses import Part
from .people import BOTH, OTHER, words
from .quantities import Quantity, find

EYES_OF_STATURE = 0.936  # eye height over body height


@dataclass(frozen=True)
class Setting:
    """One change of one number of the layout."""

    field: str
    how: str  # set, add, times, above (the partner's value plus this), open, open_more (degrees to the camera), toggle
    value: float
    sure: float = 1.0
    weight: float = 3.0  # 3 said exactly, 2 said in words, 1 only implied by the scene


# What a length counts, by what stands around it (# is the length itself); the first that fits holds.
LENGTH_ROLES = [
    ("nothing", r"# (?:film|lens|lenses|camera|run|walk|hike|drive|race|march|swim|gun)\b|# ?(?:/|per )|focal"),
    ("eyes", r"eyes? .*#|# (?:above|off|over|from) the (?:floor|ground)|eye.level|eye.height|height_"),
    ("stature", r"# (?:tall|high)\b|\bheight\b.*#|#.*\bheight\b|\bmeasures? #|\bstature"),
    ("raise", r"on (?:a|an|the|top of) .*(?:box|crate|step|platform|podium|stage|pedestal|ladder|book|plinth)"),
    ("taller", r"# (?:taller|higher|bigger|above|over|up)\b.*(?:than|above|over|person)"),
    ("shorter", r"# (?:shorter|lower|smaller|below|beneath|under|down)\b.*(?:than|below|beneath|under|person)"),
    ("raise", r"# (?:taller|higher|bigger|up\b|upwards)|\b(?:raise|lift|raised|lifted)\b|taller by|higher by"),
    ("lower", r"# (?:shorter|lower|smaller|down\b)|^lower |\b(?:lowered|sink|sinks)\b|shorter by|lower by"),
    ("distance", r"\bto (?:about |around |exactly |roughly |only )?#|(?:no|not) (?:closer|further|farther) than"),
    ("left", r"#.* (?:to the )?left\b|left by #"),
    ("right", r"#.* (?:to the )?right\b|right by #"),
    (
        "closer",
        r"closer|nearer|forward|less (?:distance|space)|\b(?:reduce|shorten|decrease|together|step in|steps? up)\b",
    ),
    (
        "closer",
        r"\b(?:move|moves|step|steps|come|comes|walk|walks|go|goes) # (?:in\b|towards?|to (?:the other|one) person)",
    ),
    (
        "further",
        r"further|farther|wider|# more\b|more (?:distance|space)|\b(?:retreats?|increase|widen|back|backwards?)\b",
    ),
    (
        "further",
        r"\b(?:moves?|steps?|goes|go|walks?|draws?) (?:away|off) .*#|\b(?:moves?|steps?|go|goes) # away",
    ),
    ("distance", r""),
]
LENGTH_ROLES = [(role, re.compile(pattern)) for role, pattern in LENGTH_ROLES]

NOT_A_TURN = re.compile(
    r"celsius|fahrenheit|outside|fever|\bhot\b|\bcold\b|# [cf]\b|\btilt|\bnod|# (?:up|down)|upwards|downwards"
)
TO_EACH_OTHER = re.compile(
    r"# ?(?:angle )?to (?:each other|one another)|between (?:them|their|the two)|angle of # to (?:each|one)"
)
TURNING = re.compile(
    r"\b(?:turn|turns|rotate|rotates|swivel|swivels|pivot|pivots|twist|twists|by|more|further|another)\b"
)
TURNS = [  # to where: the sign in the own rest axes, or what only the room tells
    ("left", re.compile(r"counter-?\s?clockwise|anti-?\s?clockwise")),
    ("right", re.compile(r"clockwise")),
    (
        "backdrop",
        re.compile(r"away from (?:the )?(?:camera|audience|viewer|lens|public)|upstage|to the back(?:drop|ground)"),
    ),
    ("camera", re.compile(r"camera|audience|viewer|lens|public|downstage|outwards?\b|spectators")),
    (
        "partner",
        re.compile(r"inwards?|(?:towards?|to|at) (?:each other|one another|the other person|the partner|one person)"),
    ),
    ("left", re.compile(r"\bleft")),
    ("right", re.compile(r"\bright(?! angle)")),
    ("camera", re.compile(r"")),
]

FACTORS = [
    (2.0, r"\btwice\b|\bdoubl(?:e|es|ed|ing)\b"),
    (3.0, r"\bthrice\b|\btripl(?:e|es|ed|ing)\b"),
    (4.0, r"\bquadrupl(?:e|es|ed)\b"),
    (0.5, r"\bhal(?:ve|ves|ved|ving)\b|\bhalf (?:as|the|of the|that|their|its)\b|\bby half\b|\bin half\b"),
    (1 / 3, r"\b(?:a|one) third (?:as|of the|the)\b"),
    (1.5, r"\bhalf as (?:far|much|long) again\b"),
]
FACTORS = [(factor, re.compile(pattern)) for factor, pattern in FACTORS][::-1]
FAR = re.compile(r"\bfar\b|apart|\bdistan|\bgap\b|\bspace\b|\bspacing\b|\baway\b|further|farther")
NEAR = re.compile(r"\bclose|\bnear")
GAZE = re.compile(r"\blook|\beye|\bgaz|\bcontact|\bstar(?:e|es|ing)\b|\bwatch|\bglanc|\bsee|\bfac(?:e|es|ing)\b")
AVERTED = re.compile(r"\baway\b|\bavoid|\bavert|\bnot\b|n't\b|\bdown\b|\bfloor\b|\belsewhere\b")

# Eye heights, m: usual, on the floor, on something high
POSTURES = [
    (
        (1.2, 0.75, 1.35),
        r"sit(?:s|ting)?|seated|sat|(?:takes?|taking|in|on) (?:a|their|her|his|the) (?:seats?|chairs?|armchairs?)",
    ),
    (
        (1.65, 1.65, 2.1),
        r"st(?:and|ands|anding|ood)|(?:on|to) (?:his|her|their|both) feet|(?:gets?|got|getting) up|rises?|upright",
    ),
    (
        (0.95, 0.95, 1.3),
        r"kneel(?:s|ing)?|knelt|on (?:his|her|their|one|both|bended) knees?|(?:down )?on (?:a|one) knee",
    ),
    ((0.85, 0.85, 1.2), r"crouch(?:es|ed|ing)?|squat(?:s|ted|ting)?"),
    (
        (0.55, 0.2, 0.6),
        r"(?:lies|lie|lying|lay|laying|laid)(?= (?:down|in|on|next|beside|side|under|flat|face|there|back|by|at)\b| *$)"
        r"|reclin(?:es?|ed|ing)|stretched out|flat on (?:his|her|their) backs?",
    ),
]
POSTURES = [(heights, re.compile(rf"\b(?:{pattern})\b")) for heights, pattern in POSTURES]
NOT_A_POSTURE = re.compile(r"(?:can't|cannot|witness|night|news|one-night|hot dog) $")
NO_POSTURE_AFTER = re.compile(r"^(?:-| )?(?:off\b|out\b|still\b|by\b|each other|one another|ovation|a chance|in for)")
NEGATED = re.compile(
    r"\b(?:not|no longer|never|without|nobody|neither|instead of|rather than)\W+(?:\w+\W+){0,1}$|n't\W+(?:\w+\W+)?$"
)
FLOOR = re.compile(
    r"\b(?:floor|ground|grass|lawn|carpet|rug|mats?|blanket|sand|cross-? ?legged|heels|pavement|sidewalk)\b"
)
RAISED = re.compile(r"\b(?:bar|stools?|table|wall|fence|railing|counter)\b")

SIDE = re.compile(
    r"\b(?:on|at|to) (?:the )?(?:far )?(stage |camera |screen |picture |frame )?(left|right)\b"
    r"(?!-?handed| (?:hand|eye|shoulder|arm|ear|knee|foot)\b)"
    r"|^one person (?:is |stands |sits |standing |seated )?()(left|right)$|^()(left|right)(?:[ :]+)one person$"
)
NO_SIDE = re.compile(r"\b(?:turn|look|gaz|star|fac|glanc|rotat|lean|tilt|point|mov|step|shift|slid)\w*")
SWAP = re.compile(
    r"\b(?:swap|switch|exchang|trad|chang|revers|flip)(?:e|s|es|d|ed|ped|ping|ing)?\b.*"
    r"\b(?:places?|seats?|sides?|positions?|spots?|chairs?|ends|them|left and right|a and b)\b"
    r"|^(?:swap|switch)(?:ped)?$"
)
NAMED = re.compile(
    r"\b(distance|energy|warmth|contact)\s*(?:of|to|at|is|=|:)?\s*(-?(?:\d+[.,]?\d*|[.,]\d+))(?!\s*[\w°'\"%/])"
)


def exact(part: Part, roles: dict[str, str], role_before: str) -> tuple[list[Setting], str]:
    """What a clause says exactly.

    roles:       who is meant by "the pupil"
    role_before: what the last length counted, for "A is 1.8 m tall and B 1.6 m"
    returns:     the settings, and what a length in this clause counted
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
    if not any(setting.how == "times" for setting in found):
        factor = next((factor for factor, pattern in FACTORS if pattern.search(part.meaning)), None)
        found += _ratio(factor, part.meaning, part) if factor else []
    for name, number in NAMED.findall(part.meaning):
        fields = _each("contact", part.subject) if name == "contact" else [name]
        found += [Setting(field, "set", float(number.replace(",", "."))) for field in fields]
    return found + _postures(part, roles) + _sides(part), role_before


def _each(name: str, subject: str) -> list[str]:
    return [f"{name}_{who}" for who in (("a", "b") if subject == BOTH else subject)]


def _length(quantity: Quantity, around: str, part: Part, role_before: str) -> tuple[list[Setting], str]:
    value, heights = quantity.value, _each("height", part.subject)
    bare = not re.sub(r"#|\b(?:person|one|other|the|is|are|she|he|only|and)\b|\W", "", around)
    role = role_before if bare else next(role for role, pattern in LENGTH_ROLES if pattern.search(around))
    if role in ("left", "right") and not (part.subject in OTHER and NO_SIDE.search(around)):
        role = "distance"
    made = {
        "nothing": [],
        "distance": [Setting("distance", "set", value)],
        "closer": [Setting("distance", "add", -value)],
        "further": [Setting("distance", "add", value)],
        "eyes": [Setting(field, "set", value) for field in heights],
        "stature": [Setting(field, "set", EYES_OF_STATURE * value) for field in heights],
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
    if NOT_A_TURN.search(around):
        return []
    fields, degrees = _each("facing", part.subject), quantity.value
    if TO_EACH_OTHER.search(around):
        return [Setting(field, "open", degrees / 2) for field in _each("facing", BOTH)]
    where = next(where for where, pattern in TURNS if pattern.search(around))
    more = bool(TURNING.search(around)) and not re.search(
        r"\b(?:turned|rotated)\b(?!.*\b(?:more|further|another)\b)", around
    )
    if where == "partner":
        return [Setting(field, "towards", degrees) for field in fields]
    if where in ("camera", "backdrop"):
        signed = degrees if where == "camera" else -degrees
        return [Setting(field, "open_more" if more else "open", signed) for field in fields]
    return [Setting(field, "add" if more else "set", degrees if where == "left" else -degrees) for field in fields]


def _share(quantity: Quantity, around: str, part: Part) -> list[Setting]:
    share = quantity.value
    if re.search(r"# (?:closer|nearer|less (?:distance|space))|(?:closer|nearer) by #", around):
        return [Setting("distance", "times", 1 - share)]
    if re.search(r"# (?:further|farther|more (?:distance|space)|wider)|(?:further|farther|wider) .*by #", around):
        return [Setting("distance", "times", 1 + share)]
    if re.search(r"\benerg|\bintens", around):
        return [Setting("energy", "set", share)]
    more = re.search(r"# (more|less)\b", around)
    if more:
        return [Setting(f, "add", share if more[1] == "more" else -share) for f in _each("contact", part.subject)]
    if GAZE.search(around):
        share = 1 - share if AVERTED.search(around) else share
        return [Setting(field, "set", share) for field in _each("contact", part.subject)]
    return []


def _ratio(factor: float, around: str, part: Part) -> list[Setting]:
    if GAZE.search(around) and not FAR.search(around):
        return [Setting(field, "times", factor) for field in _each("contact", part.subject)]
    if NEAR.search(around):
        return [Setting("distance", "times", 1 / factor)]
    if FAR.search(around):
        return [Setting("distance", "times", factor)]
    if re.search(r"\btall|\bhigh|\bbig\b|\bsize\b", around):
        return [Setting(field, "times_partner", factor) for field in _each("height", part.subject)[:1]]
    return []


def _postures(part: Part, roles: dict[str, str]) -> list[Setting]:
    found = []
    text = part.meaning
    for (usual, floor, high), pattern in POSTURES:
        for match in pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if NEGATED.search(before) or NOT_A_POSTURE.search(before) or NO_POSTURE_AFTER.search(after):
                continue
            value = (
                floor if FLOOR.search(text) else high if RAISED.search(text) and match.group() != "upright" else usual
            )
            value = usual if usual == 1.65 and " on " not in after else value
            who = _whose(match.group(), before, after, part, roles)
            found += [Setting(field, "set", value) for field in (_each("height", who) if who else [])]
    return found


def _whose(posture: str, before: str, after: str, part: Part, roles: dict[str, str]) -> str | None:
    """Who sits: "a seated B", "an employee sitting at his desk", else who the clause speaks of; None if unknown."""
    other = OTHER.get(part.subject, "b")
    adjective = posture.endswith(("ing", "ed"))
    if adjective and re.match(r" (?:the )?(?:other|one) person", after):
        return other if "other person" in after[:18] else part.subject
    if adjective and before.endswith("other person "):
        return other
    nearest = (
        re.match(r" (?:\w+ )?([\w-]+)", after)
        if before.endswith(("a ", "the "))
        else re.search(r"([\w-]+) (?:who )?$", before)
    )
    noun = nearest[1] if adjective and nearest else ""
    if noun in roles:
        return roles[noun]
    return None if noun in words()["people"] else part.subject


def _sides(part: Part) -> list[Setting]:
    if SWAP.search(part.meaning):
        return [Setting("swapped", "toggle", 1)]
    match = SIDE.search(part.meaning)
    if match is None or part.subject == BOTH or not part.named or NO_SIDE.search(part.meaning) or find(part.meaning):
        return []
    stage, side = next((match[i], match[i + 1]) for i in (1, 3, 5) if match[i + 1])
    on_left = (side == "left") != ((stage or "").strip() == "stage")  # stage left is the audience's right
    return [Setting("swapped", "set", (part.subject == "a") != on_left)]
