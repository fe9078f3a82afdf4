import numpy as np
import pytest

from core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion
from core.resample import continuous_quaternions, interpolate, scene_motion, without_flips

JAW = EXPRESSION_NAMES.index("jawOpen")
FILM_RATES = [24, 25, 30 / 1.001, 30, 50, 60]


def motion(seconds: float, jaw=lambda t: 0 * t, yaw=lambda t: 0 * t) -> HeadMotion:
    t = (np.arange(round(seconds * 25)) + 0.5) / 25
    packed = np.zeros((len(t), WIDTH), np.float32)
    packed[:, JAW] = jaw(t)
    packed[:, 49] = yaw(t)
    return HeadMotion(packed)


@pytest.mark.parametrize("fps", FILM_RATES)
def test_a_minute_stays_a_minute_and_does_not_drift(fps):
    def ramp(t):
        return t / 60

    at_scene_rate = scene_motion(motion(60, jaw=ramp), fps)

    assert len(at_scene_rate) == np.ceil(60 * fps)
    t = np.arange(len(at_scene_rate)) / fps
    inside = (t > 0.06) & (t < 59.94)
    np.testing.assert_allclose(at_scene_rate.expression[inside, JAW], ramp(t[inside]), atol=1e-5)


@pytest.mark.parametrize("fps", FILM_RATES)
def test_a_syllable_keeps_its_shape(fps):
    def syllable(t):
        return 0.5 - 0.5 * np.cos(2 * np.pi * 4 * t)  # four openings a second

    result = scene_motion(motion(3, jaw=syllable), fps).expression[:, JAW]

    t = np.arange(len(result)) / fps
    inside = (t > 0.1) & (t < 2.9)
    assert np.abs(result[inside] - syllable(t[inside])).max() < 0.07  # straight lines would be off by 0.12


def test_closed_lips_stay_closed_before_a_syllable():
    step = motion(1, jaw=lambda t: (t > 0.5).astype(float))
    result = scene_motion(step, 60).expression[:, JAW]

    assert np.all(result[: int(0.46 * 60)] == 0)
    assert result.max() == 1


def test_a_saccade_does_not_swing_past_its_end():
    result = interpolate(np.array([[0.0], [0.0], [1.0], [1.0]]), np.linspace(0, 3, 50))

    assert result.min() == 0 and result.max() == 1


def test_a_head_that_turns_steadily_turns_steadily_at_every_rate():
    result = scene_motion(motion(2, yaw=lambda t: 0.5 * t), 60)

    t = np.arange(len(result)) / 60
    inside = (t > 0.05) & (t < 1.95)
    np.testing.assert_allclose(result.rotation[inside, 1, 2], 0.5 * t[inside], atol=1e-4)


def test_a_rotation_over_half_a_turn_goes_on_instead_of_flipping_back():
    around = np.zeros((100, 1, 3))
    around[:, 0, 2] = np.linspace(0, 3 * np.pi, 100)
    wrapped = np.where(around > np.pi, around - 2 * np.pi, around)

    q = continuous_quaternions(wrapped)

    assert np.all(np.sum(q[1:] * q[:-1], axis=-1) > 0)


def test_signs_are_the_only_thing_that_changes():
    q = np.random.default_rng(0).normal(size=(20, 4, 4))

    np.testing.assert_array_equal(np.abs(without_flips(q)), np.abs(q))


def test_one_frame_of_motion_is_held():
    result = scene_motion(motion(0.04, jaw=lambda t: t + 0.3), 60)

    np.testing.assert_allclose(result.expression[:, JAW], 0.32, atol=1e-6)
