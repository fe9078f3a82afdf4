import numpy as np
import pytest

from talking_together.core.fixations import fixate

PLACES = np.radians([[0, 0], [8, -3], [-20, 5], [-21, 5], [0.5, 0]])


def looks(frames_each=15):
    """Five fixations, the first and the last on the partner's eyes."""
    gaze = np.zeros((5 * frames_each, 3))
    gaze[:, :2] = np.repeat(PLACES, frames_each, axis=0)
    gaze[:frames_each, 2] = gaze[-frames_each:, 2] = 1
    return gaze


def test_noise_and_drift_within_a_fixation_go_and_the_places_stay():
    gaze = looks()
    blurred = gaze + np.random.default_rng(0).normal(0, np.radians(0.3), gaze.shape) * [1, 1, 0]
    blurred[:, 2] = np.convolve(np.pad(gaze[:, 2], 2, "edge"), np.ones(5) / 5, "valid")
    held = fixate(blurred)
    speed = np.degrees(np.linalg.norm(np.diff(held[:, :2], axis=0), axis=1))
    assert (speed > 1e-6).sum() <= 7
    assert np.degrees(np.abs(held[5:10, :2] - PLACES[0])).max() < 0.3
    assert np.degrees(np.abs(held[20:25, :2] - PLACES[1])).max() < 0.3
    assert set(np.unique(held[:, 2])) == {0.0, 1.0}
    assert (held[:, 2] == gaze[:, 2]).mean() > 0.97


def test_a_jump_stays_where_it_was():
    held = fixate(looks())
    assert np.flatnonzero(np.linalg.norm(np.diff(held[:, :2], axis=0), axis=1) > np.radians(5))[0] == 14


def test_a_long_saccade_is_seen_on_its_way():
    held = fixate(looks())
    assert np.degrees(held[30, 0]) == pytest.approx(-20 + 0.4 * 28, abs=0.5)
    assert np.degrees(held[31, 0]) == pytest.approx(-20, abs=0.5)


def test_a_slow_slide_becomes_steps():
    gaze = np.zeros((60, 3))
    gaze[:, 0] = np.radians(np.linspace(0, 12, 60))
    held = fixate(gaze)
    assert 2 <= len(np.unique(held[:, 0])) <= 8
    assert np.degrees(np.abs(held - gaze)[:, 0]).max() < 4


@pytest.mark.parametrize("frames", [1, 2, 5, 9])
def test_short_ones_are_one_fixation(frames):
    assert len(np.unique(fixate(np.random.default_rng(0).normal(0, 0.001, (frames, 3)))[:, 0])) == 1
