import pytest

from core.prompt import exact_statements, postures
from core.prompt.clause_splitting import read


def settings(prompt: str) -> list[tuple[str, str, float]]:
    """(field, how, value) of all that is stated exactly in a prompt."""
    sentences, people, _ = read(prompt, False, str)
    found, role = [], ""
    for part in (part for sentence in sentences for part in sentence.parts):
        exact, role = exact_statements.exact(part, people.roles, role)
        found += [(setting.field, setting.how, round(setting.value, 3)) for setting in exact]
    return found


@pytest.mark.parametrize(
    "prompt, expected",
    [
        ("three metres apart", [("distance", "set", 3.0)]),
        ("50 cm closer", [("distance", "add", -0.5)]),
        ("they step back 1 m", [("distance", "add", 1.0)]),
        ("twice as far apart", [("distance", "times", 2.0)]),
        ("20 % closer", [("distance", "times", 0.8)]),
        ("20 % further apart", [("distance", "times", 1.2)]),
        ("A moves 30 cm to the left", [("distance", "add_unswapped", 0.3)]),
        ("B moves 30 cm to the left", [("distance", "add_unswapped", -0.3)]),
        ("B is 10 cm taller than A", [("height_b", "above", 0.1)]),
        ("their eyes are 1.1 m above the floor", [("height_a", "set", 1.1), ("height_b", "set", 1.1)]),
        ("A is twice as tall as B", [("height_a", "times_partner", 2.0)]),
        ("A is 2 m tall", [("height_a", "set", 1.872)]),
        ("A turns 30 degrees further to the left", [("facing_a", "add", 30.0)]),
        ("A is turned 30 degrees to the right", [("facing_a", "set", -30.0)]),
        ("B turns a lot to the right", [("facing_b", "add", -60.0)]),
        ("both are turned 45° to the camera", [("facing_a", "open", 45.0), ("facing_b", "open", 45.0)]),
        ("turned 90 degrees to each other", [("facing_a", "open", 45.0), ("facing_b", "open", 45.0)]),
        ("A looks at B 40% of the time", [("contact_a", "set", 0.4)]),
        ("A avoids B's eyes 70 % of the time", [("contact_a", "set", 0.3)]),
        ("energy of .8", [("energy", "set", 0.8)]),
        ("swap their places", [("swapped", "toggle", 1)]),
        ("A is on the right", [("swapped", "set", 1)]),
        ("A is on the left", [("swapped", "set", 0)]),
    ],
)
def test_numbers_sides_and_places_are_read_exactly(prompt, expected):
    assert settings(prompt) == expected


@pytest.mark.parametrize("prompt", ["it is 30 degrees outside", "a 35 mm lens", "after a 5 km run", "two in a car"])
def test_numbers_that_do_not_describe_the_pair_are_left_alone(prompt):
    assert settings(prompt) == []


def test_a_bare_length_counts_what_the_clause_before_counted():
    assert settings("A is 2 m tall and B 1 m") == [("height_a", "set", 1.872), ("height_b", "set", 0.936)]
    assert settings("A's eyes are at 1.7 m, B 1.5 m") == [("height_a", "set", 1.7), ("height_b", "set", 1.5)]


def test_how_tall_somebody_is_counts_less_than_a_posture_and_more_than_standing():
    sentences, people, _ = read("A is 1.9 m tall and sits and B stands", False, str)
    parts = [part for sentence in sentences for part in sentence.parts]
    weights = [setting.weight for part in parts for setting in exact_statements.exact(part, people.roles, "")[0]]
    assert weights == [exact_statements.STATURE, postures.LOW_WEIGHT, postures.UPRIGHT_WEIGHT]
