import pytest

from core.prompt.numbers_with_units import find, spelled_out


@pytest.mark.parametrize(
    "text, metres",
    [
        ("three metres", 3),
        ("2.5 m", 2.5),
        ("1,5 m", 1.5),
        ("two and a half meters", 2.5),
        ("half a metre", 0.5),
        ("a metre and a half", 1.5),
        ("5 feet", 1.524),
        ("5'6\"", 1.6764),
        ("five foot six", 1.6764),
        ("a yard", 0.9144),
        ("ten paces", 7.5),
        ("an arm’s length", 0.7),
        ("one hundred and twenty centimetres", 1.2),
        ("1m80", 1.8),
        ("2-3 m", 2.5),
        ("between one and two metres", 1.5),
        ("¾ m", 0.75),
        ("10,000 mm", 10),
        ("a quarter of a mile", 402.336),
    ],
)
def test_lengths_are_read_exactly(text, metres):
    (quantity,) = find(spelled_out(text))
    assert quantity.value == pytest.approx(metres, abs=1e-6)


@pytest.mark.parametrize("text", ["at the foot of the bed", "two in a car", "in 1990", "a few friends", "one another"])
def test_a_number_without_a_unit_is_no_quantity(text):
    assert find(spelled_out(text)) == []
