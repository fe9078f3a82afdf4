import numpy as np
import pytest

from core import rotation

ANGLES = np.random.default_rng(0).normal(size=(1000, 3)) * 1.5


def test_axis_angle_survives_the_way_through_matrices():
    matrices = rotation.axis_angle_to_matrix(ANGLES)
    again = rotation.axis_angle_to_matrix(rotation.matrix_to_axis_angle(matrices))
    assert np.abs(again - matrices).max() < 1e-12


@pytest.mark.parametrize("axis", np.eye(3))
def test_a_half_turn_has_its_axis(axis):
    found = rotation.matrix_to_axis_angle(rotation.axis_angle_to_matrix(axis * np.pi))
    assert np.abs(np.abs(found) - axis * np.pi).max() < 1e-6


def test_no_rotation_is_exactly_zero():
    assert not rotation.matrix_to_axis_angle(np.eye(3)).any()


def test_turning_left_is_a_positive_turn_about_z():
    turned = rotation.axis_angle_to_matrix(np.array([0, 0, 0.3])) @ rotation.FORWARD
    assert turned == pytest.approx(rotation.direction(0.3, 0.0))
    assert rotation.yaw_pitch(turned)[0] == pytest.approx(0.3)
