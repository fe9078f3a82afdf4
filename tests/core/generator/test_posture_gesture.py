import numpy as np

from core.generator import posture_gesture
from core.generator.initial_noise import slow_columns

TIME = np.arange(500) / 25


def intents(posture: float, nod: float) -> np.ndarray:
    """Two people whose heads (column 47) sway in 20 s and nod twice a second from 8 to 10 s, radians."""
    motion = np.random.default_rng(0).normal(0, 0.1, (2, 500, 56)).astype(np.float32)
    nodding = (TIME > 8) & (TIME < 10)
    motion[..., posture_gesture.TURNS] = 0
    motion[..., 47] = posture * np.sin(2 * np.pi * TIME / 20) + nod * nodding * np.sin(2 * np.pi * 2 * TIME)
    return motion


def test_what_was_split_is_joined_again_and_nothing_else_is_touched():
    motion = intents(0.2, 0.05)
    again = posture_gesture.join(posture_gesture.split(motion))
    assert np.abs(again - motion).max() < 2e-3
    others = np.delete(np.arange(56), posture_gesture.TURNS)
    assert np.array_equal(again[..., others], motion[..., others])
    assert posture_gesture.split(motion).shape == (2, 500, posture_gesture.WIDTH)


def test_a_sway_is_a_posture_and_a_nod_a_gesture():
    postures, gestures = (posture_gesture.split(intents(0.2, 0.05))[..., column] for column in (47, 59))
    assert np.abs(postures[0] - 0.2 * np.sin(2 * np.pi * TIME / 20))[20:-20].max() < 0.02
    assert gestures[0, 205:245].std() > 0.9 * 0.05 / np.sqrt(2) and np.abs(gestures[0, 50:180]).max() < 0.02


def test_what_trembles_in_a_made_posture_is_taken_away():
    columns = np.zeros((2, 100, posture_gesture.WIDTH), np.float32)
    columns[:, ::2, 47] = 0.1
    assert np.abs(np.diff(posture_gesture.join(columns)[:, 10:-10, 47])).max() < 0.001


def test_gestures_are_made_of_white_noise_and_postures_of_slow():
    slow = slow_columns(posture_gesture.WIDTH)
    assert slow[posture_gesture.TURNS].all() and not slow[posture_gesture.GESTURES].any()
