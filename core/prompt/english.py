"""Translates clauses from German, French and Spanish by phrase lists, and corrects English spelling."""

import difflib
import functools
import re

from .. import PROMPTS
from . import sentence_encoder
from .people import words
from .quantities import NUMBERS, UNITS

LANGUAGES = ("de", "fr", "es")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SHORTEST_MISTAKE = 5  # letters; shorter words resemble too many others
LONGEST_CORRECTED = 1000  # characters of a prompt
ALIKE, MAYBE_ALIKE = 0.87, 0.75  # similarity ratio; the lower one suffices for the same letters out of order
LONGEST_PHRASE = 5  # words in a line of the word lists


def to_english(prompt: str):
    """A function that translates one clause of ``prompt`` to English, or corrects its spelling."""
    language = _language(prompt[:LONGEST_CORRECTED])
    if language:
        return lambda clause: _translated(clause, language)
    if len(prompt) > LONGEST_CORRECTED:  # a pasted text, in which the search would take seconds
        return str
    return lambda clause: _spell_checked(clause.lower() if prompt.isupper() else clause)


@functools.cache
def _phrases(language: str) -> dict[tuple[str, ...], str]:
    """The phrases of a language and their English, from assets/prompts/<language>.tsv."""
    rows = (line.split("\t") for line in (PROMPTS / f"{language}.tsv").read_text("utf-8").splitlines() if "\t" in line)
    return {tuple(WORD.findall(foreign.lower())): english for foreign, english in rows}


def _language(prompt: str) -> str | None:
    """The language most of whose words are known, unless English knows as many."""
    found = [word.lower() for word in WORD.findall(prompt)]
    english = sum(word in _known() for word in found)
    listed = {name: {word for phrase in _phrases(name) for word in phrase} for name in LANGUAGES}
    scores = {name: sum(word in known for word in found) for name, known in listed.items()}
    foreign = {name: sum(word in known and word not in _own() for word in found) for name, known in listed.items()}
    best = max(LANGUAGES, key=lambda name: (scores[name], foreign[name]))
    return best if scores[best] > 0 and foreign[best] >= max(1, (english - scores[best]) * 0.5) else None


def _translated(clause: str, language: str) -> str:
    """Translate phrase by phrase, the longest first; words that are not in the list stay."""
    phrases = _phrases(language)
    tokens = list(WORD.finditer(clause))
    out, at, i = "", 0, 0
    while i < len(tokens):
        for length in range(min(LONGEST_PHRASE, len(tokens) - i), 0, -1):
            span = tokens[i : i + length]
            key = tuple(token.group().lower() for token in span)
            letter = length == 1 and span[0].group() in ("A", "B")
            together = all(not clause[a.end() : b.start()].strip() for a, b in zip(span, span[1:], strict=False))
            if key in phrases and together and not letter:
                out += clause[at : span[0].start()] + phrases[key]
                at, i = span[-1].end(), i + length
                break
        else:
            i += 1
    return re.sub(r"\s+", " ", out + clause[at:]).strip()


@functools.cache
def _own() -> frozenset[str]:
    """The English words of the prompt set, the word lists and the units: the targets of a correction."""
    texts = [path.read_text("utf-8") for path in sorted(PROMPTS.glob("*.txt"))]
    found = {word for text in texts for word in sentence_encoder.split_words(text) if word.isalpha()}
    listed = {word for words_of in words().values() for phrase in words_of for word in phrase.split()}
    return frozenset(found | listed | set(UNITS) | set(NUMBERS))


@functools.cache
def _known() -> frozenset[str]:
    return _own() | {word for word in sentence_encoder.vocabulary() if word.isalpha() and len(word) > 1}


def _spell_checked(clause: str) -> str:
    """Replace unknown words by the most similar word of :func:`_own`."""
    return WORD.sub(lambda match: _corrected(match.group()), clause)


@functools.lru_cache(maxsize=4096)
def _corrected(word: str) -> str:
    lower = word.lower()
    if len(word) < SHORTEST_MISTAKE or not word.isascii() or "'" in word or lower in _known():
        return word
    for cut in range(4, len(word) - 3):  # "parkbench", "eachother"
        if lower[:cut] in _own() and lower[cut:] in _own():
            return f"{lower[:cut]} {lower[cut:]}"
    near = difflib.get_close_matches(lower, _by_first_letter().get(lower[0], []), n=3, cutoff=MAYBE_ALIKE)
    alike = [known for known in near if sorted(known) == sorted(lower)]  # letters out of order
    alike += [known for known in near[:1] if difflib.SequenceMatcher(None, known, lower).ratio() >= ALIKE]
    return alike[0] if alike else word


@functools.cache
def _by_first_letter() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for word in sorted(_own()):
        if len(word) >= SHORTEST_MISTAKE - 1:
            table.setdefault(word[0], []).append(word)
    return table
