import numpy as np
import pytest

from core.generator.initial_noise import noise, slow_columns
from core.motion import EXPRESSION_NAMES

WIDTH = 4
SLOW, WHITE = np.ones(WIDTH, bool), np.zeros(WIDTH, bool)


def test_a_frame_has_its_noise_whatever_the_length():
    assert np.array_equal(noise(3, 1000, SLOW)[:, :300], noise(3, 300, SLOW))
    assert not np.array_equal(noise(4, 300, SLOW), noise(3, 300, SLOW))
    assert noise(3, 5000, SLOW).std() == pytest.approx(1, abs=0.03)


def test_noise_can_begin_anywhere():
    assert np.array_equal(noise(3, 1000, SLOW)[:, 777:], noise(3, 223, SLOW, 777))


def test_noise_is_slow_and_fast_at_once():
    made = noise(3, 5000, SLOW)
    assert np.diff(made, axis=1).std() > 0.6
    assert made.reshape(2, 50, 100, WIDTH).mean(2).std() > 0.35
    assert noise(3, 5000, WHITE).reshape(2, 50, 100, WIDTH).mean(2).std() < 0.12


def test_heads_are_slow_and_eyes_are_not():
    slow = slow_columns()
    assert slow[44:50].all() and slow[53:].all() and not slow[50:53].any()
    assert not slow[EXPRESSION_NAMES.index("jawOpen")] and slow[EXPRESSION_NAMES.index("mouthSmileLeft")]
