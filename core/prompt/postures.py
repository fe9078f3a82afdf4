"""Postures in words: who sits, stands, kneels, crouches or lies, as eye heights above the floor. Rules only."""

import re

from .clause_splitting import Part
from .coreference import BOTH, OTHER, words
from .layout_change import Setting, fields_of

CHILD = 0.65  # of an adult's height
# Weights: a posture lower than standing outranks a body height (exact_statements.STATURE), which outranks standing
LOW_WEIGHT, UPRIGHT_WEIGHT = 2.8, 2.4

# Eye heights, m: usual, on the floor, on something high
UPRIGHT = (1.65, 1.65, 2.1)
POSTURES = [
    (
        (1.2, 0.75, 1.35),
        r"sit(?:s|ting)?|seated|sat|(?:takes?|taking|in|on) (?:a|their|her|his|the) (?:seats?|chairs?|armchairs?)",
    ),
    (
        UPRIGHT,
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
NOT_A_POSTURE = re.compile(
    r"(?:can't|cannot|witness|night|news|one-night|hot dog|stands?|standing|stood|climbs?|jumps?) $"
)
NO_POSTURE_AFTER = re.compile(r"^(?:-| )?(?:off\b|out\b|still\b|by\b|each other|one another|ovation|a chance|in for)")
NEGATED = re.compile(
    r"\b(?:not|no longer|never|without|nobody|neither|instead of|rather than)\W+(?:\w+\W+){0,1}$|n't\W+(?:\w+\W+)?$"
)
BARE_POSTURE = re.compile(r"sit|stand|kneel|crouch|squat|lie|lay")
REQUEST = re.compile(
    r"^$|\b(?:them|please|both|all|to|and|or|now|just|let|also|then|than|should|must|can|could|may|but)\W*$"
)
FLOOR = re.compile(
    r"\b(?:on|onto) (?:\w+ ){0,3}?(?:floor|ground|grass|lawn|carpet|rug|mats?|blanket|sand|heels|pavement|sidewalk)\b"
    r"|cross-? ?legged|\bin the (?:grass|sand|snow|mud)\b"
)
RAISED = re.compile(r"\b(?:bar|stools?)\b|\bon (?:a|the|top of the) (?:table|wall|fence|railing|counter|desk|ledge)\b")


def eye_heights(part: Part, roles: dict[str, str]) -> list[Setting]:
    """Eye heights by posture; of a named person after those of "they" in the same clause, so that they count."""
    both, named = [], []
    text = part.normalized
    children = {who for role, who in roles.items() if role in words()["children"]}
    for heights, pattern in POSTURES:
        for match in pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            unmeant = NEGATED.search(before), NOT_A_POSTURE.search(before)
            who = _whose(match.group(), before, after, part, roles)
            if any(unmeant) or NO_POSTURE_AFTER.search(after) or who is None:
                continue
            if BARE_POSTURE.fullmatch(match.group()) and not REQUEST.search(before) and not part.named:
                continue  # the "sit" of "dolor sit amet"
            value = heights[_surface(text, after, heights)] * (CHILD if who in children else 1)
            weight = UPRIGHT_WEIGHT if heights == UPRIGHT else LOW_WEIGHT
            (both if who == BOTH else named).extend(
                Setting(field, "set", value, weight=weight) for field in fields_of("height", who)
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


def _surface(text: str, after: str, heights: tuple[float, float, float]) -> int:
    """Index of the height of a posture: 0 usual, 1 on the floor, 2 on something high.

    text: the clause; after: what follows the posture in it, which alone raises a standing person
    """
    if heights == UPRIGHT:
        return 2 if re.search(r"^ on (?:a|an|the) ", after) and RAISED.search(after) else 0
    return 1 if FLOOR.search(text) else 2 if RAISED.search(text) else 0
