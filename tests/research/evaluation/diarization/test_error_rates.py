"""Diarization errors of turns with known errors."""

from core.turns import Turn
from research.evaluation.diarization.error_rates import Truth, errors

THREE = Truth(((0.0, 4.0, "x"), (4.0, 5.0, "y"), (5.0, 9.0, "z")), 9.0)


def test_the_two_who_talk_most_are_the_truth_of_three():
    two = THREE.longest_speakers(2)
    assert two.names == ["x", "z"]
    assert errors(two, [Turn(0.0, 4.0, "A"), Turn(5.0, 9.0, "B")]).der == 0
    assert errors(two, [Turn(0.0, 5.0, "A"), Turn(5.0, 9.0, "B")]).false == 1


def test_two_are_the_two_who_talk_most():
    two = THREE.longest_speakers(2)
    assert two.longest_speakers(2) == two
