import re

import pytest

from talking_together.core import arkit
from talking_together.core.motion import EXPRESSION_NAMES


def snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


def pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def short(name: str) -> str:
    return re.sub("(Left|Right)$", lambda side: "_" + side[0][0], name)


def capital(name: str) -> str:
    return re.sub("(Left|Right)$", lambda side: side[0][0], name)


@pytest.mark.parametrize("spelling", [str, snake, pascal, short, capital, str.lower])
def test_every_spelling_is_understood(spelling):
    theirs = [spelling(name) for name in EXPRESSION_NAMES]

    assert arkit.spelled(["Basis", *theirs]) == dict(zip(EXPRESSION_NAMES, theirs, strict=True))
    assert arkit.missing(theirs) == []


def test_other_names_mean_nothing():
    assert arkit.spelled(["Basis", "smile", "Key 1", "jaw", "mouth_open"]) == {}


def test_what_is_missing_is_named():
    names = [name for name in EXPRESSION_NAMES if name != "tongueOut"]
    assert arkit.missing(names) == ["tongueOut"]


def test_the_exact_name_wins():
    assert arkit.spelled(["Jaw_Open", "jawOpen"])["jawOpen"] == "jawOpen"
