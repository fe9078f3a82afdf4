"""Numbers with units in words and digits, exactly: "two and a half metres", "5'6", "30°", "an arm's length", "40 %"."""

import re
from dataclasses import dataclass
from typing import NamedTuple

FOOT, INCH = 0.3048, 0.0254  # m
PACE, ARM, HAND, CAR = 0.75, 0.7, 0.1, 4.5  # m

LENGTHS = {
    "m meter meters metre metres metres' meters' mtr mtrs": 1,
    "cm centimeter centimeters centimetre centimetres": 0.01,
    "mm millimeter millimeters millimetre millimetres": 0.001,
    "km kilometer kilometers kilometre kilometres": 1000,
    "ft foot feet '": FOOT,
    'in inch inches "': INCH,
    "yd yds yard yards": 3 * FOOT,
    "mile miles": 5280 * FOOT,
    "pace paces step steps stride strides": PACE,
    "arm's-length arm's-lengths": ARM,
    "hand's-breadth hand's-breadths": HAND,
    "car-length car-lengths": CAR,
}
UNITS = {name: ("length", factor) for names, factor in LENGTHS.items() for name in names.split()}
UNITS |= {name: ("angle", 1) for name in "° deg degs degree degrees".split()}
UNITS |= {name: ("share", 0.01) for name in "% percent percentage".split()}
UNITS["of-time"] = ("share", 1)
UNITS |= {name: ("ratio", 1) for name in "times x fold -fold".split()}

TO_TWELVE = "zero one two three four five six seven eight nine ten eleven twelve"
TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
NUMBERS = {word: i for i, word in enumerate(f"{TO_TWELVE} {TEENS}".split())}
NUMBERS |= {word: 10 * i for i, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
NUMBERS |= {"fourty": 40, "couple": 2, "few": 3, "several": 4, "dozen": 12}
SCALES = {"hundred": 100, "thousand": 1000}
PARTS = {"half": 1 / 2, "quarter": 1 / 4, "quarters": 1 / 4, "third": 1 / 3, "thirds": 1 / 3, "tenth": 1 / 10}
AFTER_INCHES = "apart away closer further farther taller shorter higher lower between back from , .".split()
FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
TENS = "ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
ANGLE = rf"(?:\d+(?:\.\d+)?|(?:one hundred and )?(?:{TENS})(?:[- ]five)?)"

# Several words that are one unit or number, replaced before the text is parsed.
JOINED = [
    (re.compile(r"\b(at|within) (?=arm(?:'?s|s')?[ -]length)"), r"\1 one "),
    (re.compile(r"\barm(?:'?s|s')?[ -]length(s?)\b"), r"arm's-length\1"),
    (re.compile(r"\bhand(?:'?s|s')?[ -](?:breadth|width)(s?)\b"), r"hand's-breadth\1"),
    (re.compile(r"\bcar[ -]length(s?)\b"), r"car-length\1"),
    (re.compile(r"\bper cent\b"), "percent"),
    (re.compile(r"\b(?:a|one) (?:full |whole )?head (?=taller|shorter|higher|lower|bigger|smaller)"), "25 cm "),
    (re.compile(r"\bhalf a head (?=taller|shorter|higher|lower|bigger|smaller)"), "12 cm "),
    (re.compile(r"\b(half|thirds?|quarters?) (?:of )?(?:the|their|his|her) time\b"), r"\1 of-time"),
    (re.compile(r"\b(?:a )?quarter[ -]turn\b"), "90 degrees turn"),
    (re.compile(r"\b(?:a )?half[ -](?:a )?turn\b"), "180 degrees turn"),
    (re.compile(r"\bfactor (?:of )?([\w.,]+)"), r"\1 times"),
    (re.compile(r"\bby half\b(?! an? )|\ba half (?=closer|nearer|further|farther)"), "by 50 percent "),
    (re.compile(r"\bby (?:a|one) third\b|\b(?:a|one) third (?=closer|nearer|further|farther)"), "by 33.3333 percent "),
    (re.compile(r"\bby (?:a|one) quarter\b|\b(?:a|one) quarter (?=closer|nearer|further|farther)"), "by 25 percent "),
    (re.compile(r"\bzero (?=eye contact|contact)"), "0 percent "),
    (re.compile(rf"\bminus (?=\d|{TENS})"), "-"),
    # "A's facing is 60", as a layout's numbers are named
    (re.compile(rf"(\bfacing(?: angle)?(?: is| of| at| to|:| =)? ?-?{ANGLE})(?=\W*$)"), r"\1 degrees"),
    (re.compile(r"(\bheight(?: is| of| at|:| =)? ?\d(?:\.\d+)?)(?=\W*$)"), r"\1 m"),
]
TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:[.,]\d+)?|\.\d+|[^\W\d_]+(?:'[^\W\d_]+)?(?:-(?:length|breadth|time)s?)?|[^\s\w]"
)


class Token(NamedTuple):
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, and where it stands in the text."""

    value: float  # metres, degrees, share 0..1 or a plain factor
    kind: str  # length, angle, share or ratio
    start: int
    end: int


def spelled_out(text: str) -> str:
    """Lower case, straight quotes, fractions as digits and units of several words as one: what find() reads."""
    text = text.lower().translate(str.maketrans("’‘′“”″−–—", "'''\"\"\"---"))
    for sign, digits in FRACTIONS.items():
        text = text.replace(sign, f" {digits}")
    for pattern, unit in JOINED:
        text = pattern.sub(unit, text)
    return re.sub(r"\s+", " ", text.replace("''", '"')).strip()


def find(text: str) -> list[Quantity]:
    """All quantities in a text that :func:`spelled_out` has prepared.

    >>> [(q.value, q.kind) for q in find("2.5 m apart, turned thirty degrees")]
    [(2.5, 'length'), (30.0, 'angle')]
    """
    tokens = [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]
    found, i = [], 0
    while i < len(tokens):
        quantity, after = _quantity(tokens, i)
        if quantity:
            found.append(quantity)
        i = max(after, i + 1)
    return found


def _quantity(tokens: list[Token], i: int) -> tuple[Quantity | None, int]:
    begin = i
    sign = 1.0
    if tokens[i].text == "-" and i + 1 < len(tokens) and not (i and tokens[i - 1].text[-1].isdigit()):
        sign, i = -1.0, i + 1
    number, i = _range(tokens, i)
    unit, after = _unit(tokens, i)
    if number is None or unit is None or (unit == UNITS["in"] and not _is_inch(tokens, i)):
        return None, begin
    kind, factor = unit
    value, after = _rest(tokens, after, number * factor, factor) if kind == "length" else (number * factor, after)
    return Quantity(sign * value, kind, tokens[begin].start, tokens[after - 1].end), after


def _range(tokens: list[Token], i: int) -> tuple[float | None, int]:
    """One number, or the middle of two: "2 to 3", "between two and three", "2 m - 3 m"."""
    first, after = _number(tokens, i)
    if first is None:
        return None, i
    between = i > 0 and tokens[i - 1].text == "between"
    joint = _unit(tokens, after)[1]
    if joint < len(tokens) and tokens[joint].text in ("to", "-", "or", *(["and"] if between else [])):
        second, end = _number(tokens, joint + 1)
        unit = _unit(tokens, end)[0] if second is not None else None
        if unit and _unit(tokens, after)[0] in (None, unit) and (tokens[joint].text != "to" or first < second):
            return (first + second) / 2, end
    return first, after


def _rest(tokens: list[Token], i: int, value: float, factor: float) -> tuple[float, int]:
    """What follows a length and belongs to it: "and a half", "6 inches" after feet, "80" after a metre."""
    text = [token.text for token in tokens[i : i + 4]]
    if text[:2] in (["and", "a"], ["and", "one"]) and text[2:3] and text[2] in PARTS:
        return value + PARTS[text[2]] * factor, i + 3
    start = i + 1 if text[:1] in (["and"], [","]) else i
    number, after = _number(tokens, start)
    if number is None:
        return value, i
    unit, end = _unit(tokens, after)
    if unit and unit[0] == "length" and unit[1] < factor and (unit != UNITS["in"] or _is_inch(tokens, after)):
        return value + number * unit[1], end
    if unit is None and start == i and factor == FOOT and number < 12:
        return value + number * INCH, after
    if unit is None and text[:1] != [","] and factor == 1 and 10 <= number < 100 and number == int(number):
        return value + number / 100, after
    return value, i


def _number(tokens: list[Token], i: int) -> tuple[float | None, int]:
    """The number that begins at token ``i`` and the place after it; None where there is none."""
    if i >= len(tokens):
        return None, i
    text = tokens[i].text
    if text[-1].isdigit():
        thousands = re.fullmatch(r"\d{1,3}(,\d{3})+", text)
        value = float(text.replace(",", "") if thousands else text.replace(",", "."))
        return _with_part(tokens, *_with_fraction(tokens, i + 1, value))
    if text in ("a", "an") and i + 1 < len(tokens):
        following = tokens[i + 1].text
        if following in PARTS or following in SCALES or following in NUMBERS:
            return _number(tokens, i + 1)
        single = following == "full" or following in UNITS and not following.endswith("s")
        return (1.0, i + 1) if single else (None, i)
    if text in PARTS:
        return PARTS[text], _past(tokens, i + 1, ("of", "a", "an"))
    value, after = _in_words(tokens, i)
    return (None, i) if after == i else _with_part(tokens, value, after)


def _in_words(tokens: list[Token], i: int) -> tuple[float, int]:
    """ "one hundred and twenty": its value and the place after it."""
    total, begin = 0.0, i
    while i < len(tokens):
        word = tokens[i].text
        if word in NUMBERS:
            total += NUMBERS[word]
        elif word in SCALES:
            total = max(total, 1) * SCALES[word]
        elif i == begin or word not in ("and", "-") or not total % 100 == 0 or not _counts(tokens, i + 1):
            if i == begin or word != "-" or not _counts(tokens, i + 1):
                break
        i += 1
    if i > begin and i < len(tokens) and tokens[i].text == "of":
        i += 1  # "a couple of metres"
    return total, i


def _counts(tokens: list[Token], i: int) -> bool:
    return i < len(tokens) and (tokens[i].text in NUMBERS or tokens[i].text in SCALES)


def _with_fraction(tokens: list[Token], i: int, value: float) -> tuple[float, int]:
    """ "1/2" and "1 1/2" after their first number."""
    text = [token.text for token in tokens[i : i + 3]]
    if len(text) >= 2 and text[0] == "/" and text[1].isdigit() and int(text[1]):
        return value / int(text[1]), _past(tokens, i + 2, ("of", "a", "an"))
    if len(text) == 3 and text[1] == "/" and text[0].isdigit() and text[2].isdigit() and int(text[2]):
        return value + int(text[0]) / int(text[2]), i + 3
    return value, i


def _with_part(tokens: list[Token], value: float, i: int) -> tuple[float, int]:
    """ "two and a half", "three quarters of", "two point five" after their first number."""
    text = [token.text for token in tokens[i : i + 3]]
    if text[:2] == ["and", "a"] and text[2:] and text[2] in PARTS:
        return value + PARTS[text[2]], i + 3
    if text[:1] and text[0] in PARTS and text[0] != "half":
        return value * PARTS[text[0]], _past(tokens, i + 1, ("of", "a", "an"))
    if text[:1] == ["point"] and text[1:] and text[1] in NUMBERS:
        return value + NUMBERS[text[1]] / 10, i + 2
    return value, i


def _past(tokens: list[Token], i: int, words: tuple[str, ...]) -> int:
    while i < len(tokens) and tokens[i].text in words:
        i += 1
    return i


def _unit(tokens: list[Token], i: int) -> tuple[tuple[str, float] | None, int]:
    after = _past(tokens, i, ("full", "whole", "-", "good", "more", "further"))
    if after < len(tokens) and tokens[after].text in UNITS:
        return UNITS[tokens[after].text], after + 1
    return None, i


def _is_inch(tokens: list[Token], i: int) -> bool:
    """ "in" is a unit only where no noun follows: "6 in apart", not "2 in a car"."""
    if tokens[i].text != "in" or i + 1 == len(tokens):
        return True
    return tokens[i + 1].text in AFTER_INCHES
