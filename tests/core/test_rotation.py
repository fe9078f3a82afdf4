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


def test_a_turn_pitches_first_and_then_yaws_so_that_it_has_no_roll():
    yaw, pitch = np.array([0.5, -1.2]), np.array([0.3, -0.4])
    matrices = rotation.turn(yaw, pitch)
    assert matrices @ rotation.FORWARD == pytest.approx(rotation.direction(yaw, pitch))
    assert matrices[:, 2, 0] == pytest.approx([0, 0]), "the own left stays level"


def test_the_rotation_to_a_direction_reaches_it_without_roll():
    vectors = np.random.default_rng(0).normal(size=(100, 3))
    found = rotation.rotation_to(vectors)
    reached = rotation.axis_angle_to_matrix(found) @ rotation.FORWARD
    assert reached == pytest.approx(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert not found[:, 1].any(), "Listing: the axis lies in the plane across the gaze"
