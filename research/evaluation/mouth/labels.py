"""Lip targets and their times from phone labels: bilabial closures, labiodental contacts, rounding, open vowels."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from ...corpora.phones import LABIODENTALS
from ...corpora.recordings import Phone
from ...training.articulation_labels import closures

Span = tuple[float, float]  # start, end, s

OPEN = "AA AE AW AY AO AH EH".split()
OPEN_NARROW = "a A aI aU a6 E E6 O O6 OY AO 6".split()
ROUND = "W UW OW AO".split()
ROUND_NARROW = "u U o O y Y 2 9 OY".split()
LIPS_TO_TEETH_NARROW = "f v V".split()


@dataclass(frozen=True)
class MouthLabels:
    """Times at which one speaker's lips have a known target."""

    closures: list[Span] = field(default_factory=list)  # p b m: lips closed
    open_vowels: list[Span] = field(default_factory=list)
    contacts: list[Span] = field(default_factory=list)  # f v: lower lip at the upper teeth
    rounded: list[Span] = field(default_factory=list)
    speech: list[Span] = field(default_factory=list)


def from_phones(phones: list[Phone]) -> MouthLabels:
    """Labels from ARPAbet phones of a forced alignment."""
    return MouthLabels(closures(phones), *_by_name(phones, OPEN, LABIODENTALS, ROUND))


def from_narrow(phones: list[Phone]) -> MouthLabels:
    """Labels from EmoDB's narrow phones as :func:`read_narrow` gives them."""
    closed: list[Span] = []
    for before, phone in zip([None, *phones], phones, strict=False):
        if phone.name not in ("p", "b", "m"):
            continue
        # "habm": the b has a nasal release, the lips stay closed
        if (
            closed
            and before is not None
            and (before.name in "pbm" or before.name == "!nasal")
            and before.start <= closed[-1][1]
        ):
            closed[-1] = (closed[-1][0], phone.end)
        else:
            closed.append((phone.start, phone.end))
    return MouthLabels(closed, *_by_name(phones, OPEN_NARROW, LIPS_TO_TEETH_NARROW, ROUND_NARROW))


def read_narrow(path: Path) -> list[Phone]:
    """EmoDB's ``.phones_raw.csv``: a label is a phone, a release (``!p``), or a phonation change (``+lar``)
    within the phone before it.

    Releases become "!nasal" where they are nasal ("+na") and "!" otherwise; pauses become SIL.
    """
    phones: list[Phone] = []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            start, end, label = float(row["start_s"]), float(row["end_s"]), row["phone"].strip()
            if re.match(r"[+\-:]", label) and phones:
                phones[-1] = Phone(phones[-1].start, end, phones[-1].name)
            else:
                phones.append(Phone(start, end, _narrow_name(label)))
    return phones


def _narrow_name(label: str) -> str:
    if label.startswith("!"):
        return "!nasal" if "+na" in label else "!"
    name = re.split(r"[ +,]", label)[0].lstrip("_")
    return "SIL" if name in ("", ".") or name.startswith("(") else name


def _by_name(phones: list[Phone], *groups: list[str]) -> list[list[Span]]:
    chosen = [[(p.start, p.end) for p in phones if p.name in group] for group in groups]
    return [*chosen, [(p.start, p.end) for p in phones if p.name != "SIL"]]
