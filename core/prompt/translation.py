"""Translates clauses from German, French and Spanish to English by phrase lists."""

import functools
import re

from .. import PROMPTS
from .spelling import WORD, known_words, own_words, spell_checked

LANGUAGES = ("de", "fr", "es")
LONGEST_CORRECTED = 1000  # characters of a prompt
LONGEST_PHRASE = 5  # words in a line of the word lists


def to_english(prompt: str):
    """A function that translates one clause of ``prompt`` to English, or corrects its spelling."""
    language = _language(prompt[:LONGEST_CORRECTED])
    if language:
        return lambda clause: _translated(clause, language)
    if len(prompt) > LONGEST_CORRECTED:  # a pasted text, in which the search would take seconds
        return str
    return lambda clause: spell_checked(clause.lower() if prompt.isupper() else clause)


@functools.cache
def _phrases(language: str) -> dict[tuple[str, ...], str]:
    """The phrases of a language and their English, from assets/prompts/<language>.tsv."""
    rows = (line.split("\t") for line in (PROMPTS / f"{language}.tsv").read_text("utf-8").splitlines() if "\t" in line)
    return {tuple(WORD.findall(foreign.lower())): english for foreign, english in rows}


def _language(prompt: str) -> str | None:
    """The language most of whose words are known, unless English knows as many."""
    found = [word.lower() for word in WORD.findall(prompt)]
    english = sum(word in known_words() for word in found)
    listed = {name: {word for phrase in _phrases(name) for word in phrase} for name in LANGUAGES}
    scores = {name: sum(word in known for word in found) for name, known in listed.items()}
    foreign = {name: sum(word in known and word not in own_words() for word in found) for name, known in listed.items()}
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
