"""The prompt set: prompts with their layout values, training data of the prompt regressor."""

import functools
import random
import re
from dataclasses import dataclass
from pathlib import Path

from core import PROMPTS
from core.errors import UserError
from core.layout import Layout

SHORT = {"d": "distance", "f": "facing", "h": "height", "c": "contact", "e": "energy", "w": "warmth"}
SLOTS = PROMPTS / "slots.txt"  # values of the placeholders in braces
SLOT = re.compile(r"\{(\w+)\}")
DRAWS = 8  # draws of a line with placeholders
PLAIN_PHRASE = 3  # words


@dataclass(frozen=True)
class Line:
    """One line of the prompt set."""

    family: str
    text: str
    values: dict[str, float]  # by the names of FIELDS
    changes: dict[str, float]  # the same for changes, and "swap"
    outright: frozenset[str]  # those of the values stated in words, not implied by a scene


@dataclass(frozen=True)
class Case:
    """One prompt and predicates on its predicted layout."""

    kind: str
    prompt: str
    predicates: tuple[str, ...]
    start: Layout | None


def prompt_set() -> list[Line]:
    """All training lines; lines of a test set with more than PLAIN_PHRASE words are excluded."""
    tested = {_plain(case.prompt) for path in sorted((PROMPTS / "held_out").glob("*.txt")) for case in read_cases(path)}
    tested = {text for text in tested if len(text.split()) > PLAIN_PHRASE}
    files = [path for path in sorted(PROMPTS.glob("*.txt")) if path != SLOTS]
    return [line for path in files for line in read_lines(path) if _plain(line.text) not in tested]


def _plain(text: str) -> str:
    return text.lower().strip(" .!")


def read_lines(path: Path) -> list[Line]:
    """Read one file of the prompt set; its first lines explain the format."""
    lines, family, values, changes = [], path.stem, {}, {}
    for text in path.read_text("utf-8").splitlines():
        if not text.strip() or text.startswith("#"):
            continue
        if text.startswith("["):
            family, _, labels = text[1:].partition("]")
            values, changes = _labels(labels.split())
            continue
        first_is_second = text.startswith("~")
        stated, changed = (_exchanged(v) if first_is_second else v for v in (values, changes))
        outright = frozenset() if path.stem.startswith("scenes") else frozenset(stated)
        lines += [Line(family, drawn, stated, changed, outright) for drawn in _filled(text.lstrip("~"))]
    return lines


def _filled(text: str) -> list[str]:
    """DRAWS deterministic fillings of the placeholders of a line from SLOTS; a line without them unchanged."""
    if not SLOT.search(text):
        return [text]
    chance, slots = random.Random(text), _slots()
    drawn = [SLOT.sub(lambda match: chance.choice(slots[match[1]]), text) for _ in range(DRAWS)]
    return [line[0].upper() + line[1:] for line in dict.fromkeys(drawn)]


@functools.cache
def _slots() -> dict[str, list[str]]:
    rows = [row for row in SLOTS.read_text("utf-8").splitlines() if row and not row.startswith("#")]
    return {name: choices.strip().split("|") for name, choices in (row.split(":", 1) for row in rows)}


def _labels(words: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    values, changes = {}, {}
    for word in words:
        name, _, number = word.partition("=")
        if name == "swap":
            changes["swap"] = 1.0
            continue
        target = changes if "x" in name else values
        person = name.lstrip("dfhcewx")
        field = SHORT[name[0]]
        for full in (
            [field] if field not in ("facing", "height", "contact") else [f"{field}_{p}" for p in person or "12"]
        ):
            target[full] = float(number)
    return values, changes


def _exchanged(values: dict[str, float]) -> dict[str, float]:
    other = {"1": "2", "2": "1"}
    return {name[:-1] + other[name[-1]] if name[-1] in other else name: value for name, value in values.items()}


def read_cases(path: Path) -> list[Case]:
    """Read a set; the first lines of assets/prompts/held_out/test.txt explain the format."""
    try:
        rows = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    except OSError as error:
        raise UserError(f'The prompts "{path}" cannot be read ({error.strerror}). Check the path.') from error
    cases = []
    for row in rows:
        kind, prompt, predicates, *start = (cell.strip() for cell in row.split(" | "))
        values = dict(word.split("=") for word in " ".join(start).split())
        numbers = {name: value == "true" if name == "swapped" else float(value) for name, value in values.items()}
        cases.append(Case(kind, prompt, tuple(predicates.split()), Layout(**numbers) if start else None))
    return cases
