"""Corrects the spelling of English clauses: an unknown word becomes the most similar word of the prompt set."""

import difflib
import functools
import re

from .. import PROMPTS
from . import sentence_encoder
from .coreference import words
from .numbers_with_units import NUMBERS, UNITS

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST_MISTAKE = 5  # letters; shorter words resemble too many others
ALIKE, MAYBE_ALIKE = 0.87, 0.75  # similarity ratio; the lower one suffices for the same letters out of order


@functools.cache
def own_words() -> frozenset[str]:
    """The English words of the prompt set, the word lists and the units: the targets of a correction."""
    texts = [path.read_text("utf-8") for path in sorted(PROMPTS.glob("*.txt"))]
    found = {word for text in texts for word in sentence_encoder.split_words(text) if word.isalpha()}
    listed = {word for words_of in words().values() for phrase in words_of for word in phrase.split()}
    return frozenset(found | listed | set(UNITS) | set(NUMBERS))


@functools.cache
def known_words() -> frozenset[str]:
    return own_words() | {word for word in sentence_encoder.vocabulary() if word.isalpha() and len(word) > 1}


def spell_checked(clause: str) -> str:
    """Replace unknown words by the most similar word of :func:`own_words`."""
    return WORD.sub(lambda match: _corrected(match.group()), clause)


@functools.lru_cache(maxsize=4096)
def _corrected(word: str) -> str:
    lower = word.lower()
    if len(word) < SHORTEST_MISTAKE or not word.isascii() or "'" in word or lower in known_words():
        return word
    for cut in range(4, len(word) - 3):  # "parkbench", "eachother"
        if lower[:cut] in own_words() and lower[cut:] in own_words():
            return f"{lower[:cut]} {lower[cut:]}"
    near = difflib.get_close_matches(lower, _by_first_letter().get(lower[0], []), n=3, cutoff=MAYBE_ALIKE)
    alike = [known for known in near if sorted(known) == sorted(lower)]  # letters out of order
    alike += [known for known in near[:1] if difflib.SequenceMatcher(None, known, lower).ratio() >= ALIKE]
    return alike[0] if alike else word


@functools.cache
def _by_first_letter() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for word in sorted(own_words()):
        if len(word) >= SHORTEST_MISTAKE - 1:
            table.setdefault(word[0], []).append(word)
    return table
