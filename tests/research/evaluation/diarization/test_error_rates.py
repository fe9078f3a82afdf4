"""Diarization errors of turns with known errors."""

import numpy as np
import pytest

from core.turns import Turn
from research.evaluation.diarization.error_rates import Truth, boundary_error, calibration, errors, swaps

THREE = Truth(((0.0, 4.0, "x"), (4.0, 5.0, "y"), (5.0, 9.0, "z")), 9.0)


def test_the_two_who_talk_most_are_the_truth_of_three():
    two = THREE.longest_speakers(2)
    assert two.names == ["x", "z"]
    assert errors(two, [Turn(0.0, 4.0, "A"), Turn(5.0, 9.0, "B")]).der == 0
    assert errors(two, [Turn(0.0, 5.0, "A"), Turn(5.0, 9.0, "B")]).false == 1


def test_two_are_the_two_who_talk_most():
    two = THREE.longest_speakers(2)
    assert two.longest_speakers(2) == two


TWO = Truth(((0.0, 4.0, "x"), (3.0, 6.0, "y"), (6.0, 9.0, "x")), 10.0)
EXACT = [Turn(0.0, 4.0, "A"), Turn(3.0, 6.0, "B"), Turn(6.0, 9.0, "A")]


def masks_of(turns, frames=250):
    masks = np.zeros((2, frames))
    for turn in turns:
        masks["AB".index(turn.speaker), round(turn.start_s * 25) : round(turn.end_s * 25)] = 1
    return masks


def exchanged(turns):
    return [Turn(turn.start_s, turn.end_s, "BA"["AB".index(turn.speaker)]) for turn in turns]


def test_the_names_of_speakers_do_not_matter():
    for turns in (EXACT, exchanged(EXACT)):
        assert errors(TWO, turns).der == 0 and errors(TWO, turns).overlap_f1 == 1
        assert boundary_error(TWO, turns) == 0 and calibration(TWO, masks_of(turns)) == 0


def test_missed_false_and_confused_speech_are_told_apart():
    found = errors(TWO, [Turn(0.0, 4.0, "A"), Turn(4.0, 6.0, "B"), Turn(6.0, 8.0, "A"), Turn(8.0, 10.0, "B")])
    assert (found.speech, found.missed, found.false, found.confused) == pytest.approx((10, 1, 1, 1))
    assert found.der == pytest.approx(30) and found.overlap_f1 == 0


def test_errors_within_the_collar_do_not_count():
    late = [Turn(turn.start_s + 0.2, turn.end_s + 0.2, turn.speaker) for turn in EXACT]
    assert errors(TWO, late).der > 5 and errors(TWO, late, collar=0.25).der == 0
    assert boundary_error(TWO, late) == pytest.approx(200)
    early = [Turn(max(0, turn.start_s - 0.2), turn.end_s - 0.2, turn.speaker) for turn in EXACT]
    assert errors(TWO, early).der > 5 and errors(TWO, early, collar=0.25).der == 0


def test_an_exchange_of_the_speakers_half_way_is_one_swap():
    turns = tuple((float(s), s + 5.0, "xy"[s % 10 // 5]) for s in range(0, 120, 5))
    own = [Turn(a, b, "AB"["xy".index(who)]) for a, b, who in turns]
    half = [turn for turn in own if turn.start_s < 60] + exchanged([turn for turn in own if turn.start_s >= 60])
    assert swaps(Truth(turns, 120.0), own) == 0 and swaps(Truth(turns, 120.0), half) == 1


def test_masks_that_are_too_confident_are_not_calibrated():
    assert calibration(TWO, masks_of(EXACT) * 0.7) == pytest.approx(0.3 * 10 / 20)


def test_errors_of_recordings_are_pooled_over_their_time():
    both = errors(TWO, EXACT) + errors(TWO, [])
    assert both.der == pytest.approx(50) and both.missed == pytest.approx(10)
