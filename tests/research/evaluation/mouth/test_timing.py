"""The timing of two mouths, on curves made by hand."""

import numpy as np
import pytest

from research.evaluation.mouth import timing

TIMES = np.arange(150) / 25
MOUTH = 5 + 4 * np.sin(2 * np.pi * 1.7 * TIMES) + 2 * np.sin(2 * np.pi * 0.6 * TIMES)


def test_turning_points_are_where_the_curve_turns_and_small_wobbles_are_none():
    wave = np.sin(2 * np.pi * TIMES)
    wobbling = wave + 0.03 * np.sin(2 * np.pi * 9 * TIMES)

    assert len(timing.turning_points(wave)) == 12
    assert len(timing.turning_points(wobbling)) == 12
    assert len(timing.turning_points(np.ones(100))) == 0


def test_a_mouth_that_turns_with_the_truth_has_no_error_whatever_its_size():
    assert timing.turning_point_error(MOUTH, MOUTH) == 0
    assert timing.turning_point_error(3 * MOUTH, MOUTH) == 0


def test_a_mouth_that_comes_late_has_about_its_delay():
    late = np.interp(TIMES - 0.08, TIMES, MOUTH)

    assert timing.turning_point_error(late, MOUTH) == pytest.approx(0.08, abs=0.02)


def test_a_mouth_without_any_turn_says_nothing():
    assert np.isnan(timing.turning_point_error(MOUTH, np.ones_like(MOUTH)))


def test_a_mouth_that_opens_with_loudness_is_bound_to_it():
    level = np.repeat(np.random.default_rng(0).normal(-30, 6, 10), 25)
    bond = timing.loudness_and_opening(level, 2 * level + 100)

    assert bond.shape == (10, 2)
    assert np.corrcoef(bond.T)[0, 1] == pytest.approx(1)


def test_the_slope_of_a_line_is_one_a_frame_at_unit_size():
    line = np.arange(50.0)

    assert timing._slope(line)[1:-1] * line.std() == pytest.approx(1)
