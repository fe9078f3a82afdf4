import re

import numpy as np
import pytest

from core.heads import arkit
from core.motion import EXPRESSION_NAMES


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


def test_eyes_to_the_own_left_look_out_with_the_left_and_in_with_the_right():
    rotation = np.zeros((2, 4, 3))
    rotation[0, 2:, 2], rotation[1, 2:, 0] = 0.2, 0.1  # about Z: to the own left; about X: down

    values = arkit.eye_look_values(rotation, np.full(8, 0.4))

    shown = [dict(zip(arkit.LOOK_NAMES, row.round(3), strict=True)) for row in values]
    assert {name: value for name, value in shown[0].items() if value} == {"eyeLookInRight": 0.5, "eyeLookOutLeft": 0.5}
    assert {name: value for name, value in shown[1].items() if value} == {
        "eyeLookDownLeft": 0.25,
        "eyeLookDownRight": 0.25,
    }


def test_the_keys_of_eyes_are_understood_and_not_missed():
    assert arkit.spelled(["eyeLookIn_L"]) == {"eyeLookInLeft": "eyeLookIn_L"}
    assert not set(arkit.missing([])) & set(arkit.LOOK_NAMES)


def test_what_is_missing_is_named():
    names = [name for name in EXPRESSION_NAMES if name != "tongueOut"]
    assert arkit.missing(names) == ["tongueOut"]


def test_the_exact_name_wins():
    assert arkit.spelled(["Jaw_Open", "jawOpen"])["jawOpen"] == "jawOpen"
