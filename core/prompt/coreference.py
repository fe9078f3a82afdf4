"""Resolves who is A and who is B, by letter, side, order, pronoun, name or role, from the whole prompt."""

import functools
import json
import re
from dataclasses import dataclass, field

from .. import PROMPTS

OTHER = {"a": "b", "b": "a"}
BOTH = "both"
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
POSSESSIVE = re.compile(r"[’']s$")
ARTICLE = r"(?:the|an?|his|her|their|my|our|this|that|one|old|young|little|small|big|nervous|angry|famous|\s)+"
LEFT_OR_RIGHT = r"\b(?:on|at|to|in)?\s*(?:the )?(?:far )?(?:camera |screen |frame |picture )?(left|right)\b"
NOUN_OF_ORDER = re.compile(r"\s+(?:one|person|speaker|man|woman|head|figure|actor|character)\b")
ANYBODY = "person one figure character speaker participant actor".split()
PLACED = re.compile(r" (?:who is |standing |sitting |seated )?(?:on|at|to) the (left|right)\b")
ORDINALS = {"first": "a", "former": "a", "second": "b", "latter": "b"}
PRONOUNS_OF_BOTH = "they both them we two neither nobody everyone each".split()


@functools.cache
def words() -> dict[str, frozenset[str]]:
    """The word lists of assets/prompts/words.json by name."""
    lists = json.loads((PROMPTS / "words.json").read_text("utf-8"))
    return {name: frozenset(text.split("|") if "|" in text else text.split()) for name, text in lists.items()}


@dataclass(frozen=True)
class Mention:
    """One place where the text mentions a person."""

    start: int
    end: int
    who: str  # a, b or both
    role: bool = False  # by a role, like "the pupil"


@dataclass(frozen=True)
class Cast:
    """Who is who in one prompt."""

    roles: dict[str, str] = field(default_factory=dict)  # "teacher" -> "a"
    man: str = "a"
    swapped: bool = False  # A stands on the right
    letters: bool = False  # the prompt mentions A or B

    def side(self, name: str) -> str:
        """The person on the ``name`` ("left", "right") of the picture."""
        return "a" if (name == "left") != self.swapped else "b"


def cast(prompt: str, swapped: bool) -> Cast:
    """Resolve the people of a prompt. ``swapped``: A stands on the right before the prompt is read."""
    letters = bool(re.search(r"\bB\b|(?<=[\w,] )A\b(?! [a-z]+(?:ing)? of\b)|(?<![\w'])b\b(?=['’ ])", prompt))
    spoken = dict.fromkeys(POSSESSIVE.sub("", match.group()).lower() for match in WORD.finditer(prompt))
    roles = [word for word in spoken if gender(word)]
    bound = _bound(prompt, swapped)
    man = next((bound[r] if gender(r) == "m" else OTHER[bound[r]] for r in bound if gender(r) in "mf"), "a")
    by_gender = {"m": man, "f": OTHER[man]}
    free = [role for role in roles if role not in bound and role not in ("he", "him", "she", "her", "male", "female")]
    genders = [gender(role) for role in free]
    if len(bound) == 1 and len(free) == 1 and genders[0] == "n":
        bound[free[0]] = OTHER[next(iter(bound.values()))]
    elif len(free) >= 2 and genders[0] == genders[1]:
        bound |= {free[0]: "a", free[1]: "b"}
    elif len(free) >= 2 and "n" in genders[:2]:
        known = 0 if genders[1] == "n" else 1
        bound[free[known]] = by_gender[genders[known]]
        bound[free[1 - known]] = OTHER[bound[free[known]]]
    for role, sex in zip(free, genders, strict=True):
        bound.setdefault(role, by_gender.get(sex, "b" if letters else "a"))
    return Cast(bound, man, swapped, letters)


def gender(word: str) -> str:
    """m, f, n for a person of any sex, or empty for a word that is no person."""
    known = words()
    for sex, lists in {"m": ("men", "men_names"), "f": ("women", "women_names"), "n": ("people",)}.items():
        if any(word in known[name] for name in lists):
            return sex
    return ""


def _bound(prompt: str, swapped: bool) -> dict[str, str]:
    """Roles that the prompt itself gives to A or B: "A is the host", "the host (B)", "the host on the left"."""
    found: dict[str, str] = {}
    role = r"(?P<role>[^\W\d_][\w-]*)"
    patterns = [
        rf"\b(?P<who>[AB])\s*(?:is|=|:|,|\(|as|plays|being)\s*{ARTICLE}?{role}",
        rf"(?:\b{ARTICLE})?\b{role}\s*(?:\(|is|=|,|as)\s*(?P<who>[AB])\b(?!')",
        rf"\b{role} (?P<who>[AB])\b",
        rf"\b{role},? (?:\w+ )?(?:is |sits |stands )?{LEFT_OR_RIGHT.replace('(left|right)', '(?P<who>left|right)')}",
    ]
    for pattern in patterns:
        for match in re.finditer(pattern, prompt):
            name, who = match["role"].lower(), match["who"].lower()
            sex = gender(name)
            if sex and (who in OTHER or sex == "n"):
                found.setdefault(name, who if who in OTHER else Cast(swapped=swapped).side(who))
    return found


def mentions(text: str, who: Cast, before: str | None = None) -> list[Mention]:
    """All mentions in one clause, in order. ``before`` is the person of the clause before."""
    found: list[Mention] = []
    tokens = sorted([*WORD.finditer(text), *re.finditer(r"\b[12]\b", text)], key=lambda match: match.start())
    for i, token in enumerate(tokens):
        around = (tokens[i - 1].group().lower() if i else "", *(t.group().lower() for t in tokens[i + 1 : i + 2]), "")
        mention = _mention(token, around[0], around[1], who, before, text)
        if mention and not (found and mention.start < found[-1].end):
            found.append(mention)
            before = mention.who if mention.who in OTHER else before
    if len(found) > 1 and found[0].who in OTHER and found[1].who == OTHER[found[0].who]:
        if text[found[0].end : found[1].start].strip() in ("and", "&", "/", "und", "et", "y", "and the", "and a"):
            found[:2] = [Mention(found[0].start, found[1].end, BOTH, found[0].role or found[1].role)]
    return found


def _mention(token: re.Match, previous: str, following: str, who: Cast, last: str | None, text: str) -> Mention | None:
    own = POSSESSIVE.sub("", token.group())
    name, start, end = own.lower(), token.start(), token.start() + len(own)
    if name in OTHER:
        return Mention(start, end, name) if _is_letter(own, token.group(), start, following, who, text) else None
    placed = PLACED.match(text, end)
    if placed and name in ANYBODY:
        return Mention(start, end, who.side(placed[1]))
    if name in PRONOUNS_OF_BOTH:
        return Mention(start, end, BOTH)
    if name in ("he", "him", "his", "she", "her", "hers"):
        return Mention(start, end, who.man if name in ("he", "him", "his") else OTHER[who.man])
    if name == "who" and last:
        return Mention(start, end, last)
    if name == "other" and previous == "the" and not text[:start].lower().rstrip().endswith(("each the", "behind the")):
        return Mention(text.lower().rindex("the", 0, start), end, OTHER.get(last or "a", "b"))
    counted = re.match(r" \d", text[token.end() :])
    if name == "one" and previous not in ("no", "each", "any", "the") and (_acts(following) or counted):
        return Mention(start, end, "a")
    noun = NOUN_OF_ORDER.match(text, end)
    ordered = previous == "the" and (noun or _acts(following) or not following)
    if ordered and name in ORDINALS:
        return Mention(start, noun.end() if noun else end, ORDINALS[name])
    if ordered and name in ("left", "right") and not re.search(r"\b(?:on|to|at|from) the $", text[:start], re.I):
        return Mention(start, noun.end() if noun else end, who.side(name))
    if name in who.roles:
        plain = name in ("man", "woman") or name in words()["men_names"] | words()["women_names"]
        return Mention(start, end, who.roles[name], role=not plain)
    return None


def _is_letter(own: str, word: str, start: int, following: str, who: Cast, text: str) -> bool:
    """Is this the participant A and not the article?"""
    if own == "B" or word != own:
        return own.isupper() or who.letters
    if own == "b":
        return who.letters
    if own == "a":
        return who.letters and _acts(following)
    counted = who.letters and re.match(r" \d", text[start + 1 :])
    return start > 0 or not following or following in ("and", "b") or _acts(following) or bool(counted)


def _acts(following: str) -> bool:
    return following in words()["verbs"] or following.endswith("n't")
