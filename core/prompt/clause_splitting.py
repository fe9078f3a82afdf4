"""Splits a prompt into clauses, each with its subject and in normalized words."""

import re
import textwrap
from dataclasses import dataclass, replace

from .coreference import BOTH, OTHER, Cast, Mention, cast, gender, mentions, words
from .numbers_with_units import spelled_out

LONGEST_CLAUSE = 200  # characters
MOST_CLAUSES = 30  # of a prompt; the rest is reported as not understood

ABBREVIATION = r"(?<!\bft)(?<!\bin)(?<!\bcm)(?<!\bdeg)(?<!\bca)(?<!\bapprox)(?<!\bMr)(?<!\bMrs)(?<!\bDr)"
SENTENCE_END = re.compile(rf"{ABBREVIATION}[.!?…。！？]+(?=[\s\"')\]]|$)|[;\n\r|]+")
PAUSE = re.compile(r",(?!\d)|\s[-–—]+\s|[()\[\]]|:(?=\s+[^\d\s.-])|\s(?=who\b)|\s(?=without\b)")
ALIKE = re.compile(r"\b(?:they|both|each|neither|them|their)\b|^two\b(?!.*\b(?:one|other)\b)", re.IGNORECASE)
POSSESSION = re.compile(r" (?!and|but|from|to|in|at|on|with|for|as|all|more|less|while)\w")
PLACES = {"at", "to", "into", "on", "in", "up", "down"}  # first words of a clause without a verb
ELLIPSIS = re.compile(r"(?:does|do|is|are|has|will|can|would)(?:n't| not|not)\W*$")
UNIT = r"( ?(?:degrees?|°|m|cm|%|percent))?"
BARE_NUMBER = re.compile(rf"one person(?:'s)?(?: is| at|:)? (-?(?:\d+(?:[.,]\d+)?|[.,]\d+)){UNIT}")
NAMED_NUMBER = re.compile(rf"one person(?:'s)? (facing|height|contact)\b.*?{UNIT}")
# Phrases for what does not change: "the same, but ...", "everything else stays as it is"
SAME = r"(?:(?:(?:just|exactly|all|at|in|with) )?(?:the )?same"
SAME += r"(?: (?:scene|set-?up|thing|places?|distance|mood|again|as (?:before|now)))?"
SAME += r"|(?:just )?(?:as|like) (?:before|now)"
SAME += r"|(?:everything(?: else)?|all else|the rest)(?: (?:stays?|is|remains?|the same|as it is|as before)){1,2})"
UNCHANGED = re.compile(SAME, re.IGNORECASE)
BUT_UNCHANGED = re.compile(rf"^{SAME}(?:,|,? (?:but|except|only))+ |,? (?:and |but )?{SAME}$", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One clause."""

    text: str  # as the user wrote it
    # lower case, English, units spelled out, the pair called "one person" and "the other person"
    normalized: str
    subject: str  # a, b or both
    named: bool = True  # the clause itself mentions a person
    alone: bool = False  # it mentions only one of the two
    alike: bool = False  # "they", "both": what is true of one is true of the other


@dataclass(frozen=True)
class Sentence:
    """The clauses of one sentence, and the whole sentence where it may mean more than its clauses."""

    parts: list[Part]
    whole: Part | None


def read(prompt: str, swapped: bool, english) -> tuple[list[Sentence], Cast, str]:
    """Split a prompt into clauses.

    swapped: A stands on the right before the prompt is read
    english: translates one clause to English and corrects its spelling
    returns: the clauses sentence by sentence, who is who, and the text beyond MOST_CLAUSES
    """
    texts = SENTENCE_END.split(prompt)
    sentences = [_fragments(text) for text in texts]
    flat = [fragment for sentence in sentences for fragment in sentence]
    rest = " ".join(flat[MOST_CLAUSES:])
    people = cast(". ".join(english(fragment) for fragment in flat[:MOST_CLAUSES]), swapped)
    read_sentences, left = [], MOST_CLAUSES
    for text, sentence in zip(texts, sentences, strict=True):
        if sentence[:left]:
            parts = _parts(sentence[:left], people, english)
            read_sentences.append(Sentence(parts, _whole(text, people, english) if len(parts) > 1 else None))
            left -= len(sentence[:left])
    return read_sentences, people, rest


def _whole(sentence: str, people: Cast, english) -> Part | None:
    """The whole sentence as one part: "Juliet on the balcony, Romeo below" is a scene that neither half describes."""
    if len(sentence) > LONGEST_CLAUSE:
        return None
    text = english(sentence.strip())
    named = mentions(text, people)
    of_two = text.lower().startswith(
        "two "
    )  # "Two colleagues chat, the man on the right": what holds for one holds for both
    subject = named[0].who if named and not of_two else BOTH
    alike = bool(ALIKE.search(text)) and (of_two or not any(mention.who in OTHER for mention in named))
    return Part(sentence, spelled_out(_normalized(text, named, subject)), subject, alike=alike)


def normalized(text: str, people: Cast | None = None) -> str:
    """The normalized words of a text as one clause."""
    named = mentions(text, people or cast(text, False))
    return spelled_out(_normalized(text, named, named[0].who if named else BOTH))


def _fragments(sentence: str) -> list[str]:
    pieces = [piece.strip(" \t,'“”„«»*_") for piece in PAUSE.split(sentence)]
    cuts = [cut for piece in pieces if piece for cut in _conjunctions(piece) if any(c.isalnum() for c in cut)]
    return [line for cut in _with_same(cuts) for line in textwrap.wrap(cut, LONGEST_CLAUSE)]


def _with_same(cuts: list[str]) -> list[str]:
    """Join a phrase of UNCHANGED with the clause after it, or else with the one before it."""
    joined: list[str] = []
    for cut in cuts:
        if joined and (UNCHANGED.fullmatch(joined[-1]) or UNCHANGED.fullmatch(cut)):
            joined[-1] += f", {cut}"
        else:
            joined.append(cut)
    return joined


def _conjunctions(piece: str) -> list[str]:
    """Split before "but B ..." always, before "and B ..." only where both sides have a predicate."""
    known = words()
    cuts: list[list[str]] = [[]]
    tokens = piece.split()
    for i, token in enumerate(tokens):
        word, right = token.lower(), tokens[i + 1 : i + 13]
        speaks_of = right[0].lower().split("'")[0] if right else ""
        joins = word in known["and"] and speaks_of in known["subjects"] and cuts[-1] and _says_something(cuts[-1])
        same = UNCHANGED.fullmatch(" ".join(cuts[-1]))
        if right and not same and (word in known["but"] or joins and _says_something(right[1:])):
            cuts.append([])
        else:
            cuts[-1].append(token)
    return [" ".join(cut) for cut in cuts if cut]


def _says_something(tokens: list[str]) -> bool:
    verbs = words()["verbs"] | words()["plural_verbs"]
    return any(t.lower().strip(",.") in verbs or t[0].isdigit() or t.lower() in ("at", "to") for t in tokens)


def _parts(fragments: list[str], people: Cast, english) -> list[Part]:
    """The clauses of one sentence; one that mentions nobody has the subject of the clause before it, else after it."""
    found = []
    last: str | None = None  # person mentioned
    ones = 0
    for fragment in fragments:
        text = english("" if UNCHANGED.fullmatch(fragment) else BUT_UNCHANGED.sub("", fragment))
        named = mentions(text, people, last)
        if named and text[named[0].start : named[0].end].lower() == "one":
            ones += 1
            named[0] = replace(named[0], who="ab"[ones % 2 == 0])  # "one sits, one stands"
        subject = named[0].who if named else None
        speaks_of_both = any(f" {phrase} " in f" {text.lower()} " for phrase in words()["no_subject"])
        if subject is None and (speaks_of_both or text.lower().startswith("two ")):
            subject = BOTH
        found.append((fragment, text, named, subject))
        last = next((m.who for m in named[::-1] if m.who in OTHER), last)
    parts: list[Part] = []
    for i, (fragment, text, named, subject) in enumerate(found):
        around = [s for *_, s in found[:i][::-1] + found[i + 1 :] if s]
        subject_or_near = subject or (around[0] if around else BOTH)
        alike = subject_or_near == BOTH and bool(ALIKE.search(text))
        clause = spelled_out(_normalized(text, named, subject_or_near)).strip()
        if parts and subject in OTHER:
            clause = _completed(clause, parts[-1].normalized)
        alone = subject_or_near != BOTH and len({m.who for m in named} - {BOTH}) == 1
        parts.append(Part(fragment, clause, subject_or_near, bool(named), alone, alike))
    return parts


def _normalized(text: str, named: list[Mention], subject: str) -> str:
    """Give the pair the same names in every prompt; roles ("the pupil") stay, as they describe the scene."""
    out, at = "", 0
    for mention in named:
        if mention.role or mention.who == BOTH:
            continue
        name = _name(mention, named[0], text, subject)
        out += re.sub(r"\b(?:[Tt]he|[Aa]n?) $", "", text[at : mention.start]) + name
        at = mention.end
    return out + text[at:]


def _name(mention: Mention, first: Mention, text: str, subject: str) -> str:
    own, after = text[mention.start : mention.end].lower(), text[mention.end :]
    begins = text[first.start : first.end].lower()
    if own in ("his", "her") and POSSESSION.match(after):
        of_first = gender(begins) not in ("m", "f") or gender(begins) == ("m" if own == "his" else "f")
        return "their" if of_first or mention is first else "the other person's"
    if own in ("him", "her") and mention.who == subject and mention is not first:
        return "the other person"  # "B watches her" is not reflexive
    mine = mention.who == subject or subject == BOTH and mention.who == "a"
    return "one person" if mine else "the other person"


def _completed(clause: str, before: str) -> str:
    """Resolve an ellipsis from the clause before: "B doesn't", "B at the ceiling", "B's -60"."""
    number, named = BARE_NUMBER.fullmatch(clause), NAMED_NUMBER.fullmatch(before)
    if number and named:
        return f"one person's {named[1]} is {number[1]}{number[2] or named[2]}"
    who, _, predicate = before.partition("one person ")
    if not predicate or who or not clause.startswith("one person"):
        return clause
    if ELLIPSIS.search(clause):
        return f"one person does not {predicate}"
    own = clause.removeprefix("one person").split()
    if own and own[0] in PLACES and not (words()["verbs"] - PLACES) & set(own):
        return f"one person {predicate.split()[0]} {' '.join(own)}"
    return clause
