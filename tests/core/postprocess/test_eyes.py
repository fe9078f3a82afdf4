import numpy as np
import pytest

from core.postprocess.eyes import blink_fully, fixate, saccade_seconds

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


def test_a_long_saccade_is_seen_on_its_way_and_takes_its_time():
    gaze = looks()
    gaze[30, :2] = gaze[29, :2] + 0.3 * (gaze[31, :2] - gaze[29, :2])  # caught a third of the way
    done = (fixate(gaze)[29:33, 0] - PLACES[1, 0]) / (PLACES[2, 0] - PLACES[1, 0])
    assert done == pytest.approx([0, 0.3, 1, 1], abs=0.05)
    assert np.degrees(np.diff(fixate(gaze)[:, 0])).min() > -28, "28 degrees take longer than a frame"


def test_small_saccades_are_slower_than_large_ones():
    """Peak speed grows with size, less than in proportion (the main sequence)."""
    rng, sizes, speeds = np.random.default_rng(0), [], []
    for size in np.radians(np.geomspace(5, 30, 40)):
        gaze = np.zeros((40, 3))
        gaze[20:, 0] = size
        gaze[20, 0] *= rng.random()
        sizes.append(size)
        speeds.append(np.diff(fixate(gaze)[:, 0]).max())
    slope = np.polyfit(np.log(sizes), np.log(speeds), 1)[0]
    assert 0.7 < slope < 1


def test_a_blink_that_is_more_than_half_done_shuts_and_a_squint_does_not():
    lids = np.zeros((2, 60, 2), np.float32)
    lids[0, 10:15] = np.array([0.3, 0.6, 0.7, 0.4, 0.2])[:, None]
    lids[0, 25:55] = 0.7
    lids[1, 10:15] = np.array([0.3, 0.6, 1.0, 0.4, 0.2])[:, None]
    shut = blink_fully(lids)
    assert shut[0, 10:15].max() == 1 and shut[0, 11, 0] == pytest.approx(0.6 / 0.7)
    assert np.array_equal(shut[0, 25:], lids[0, 25:]) and np.array_equal(shut[1], lids[1])
    assert np.array_equal(blink_fully(shut), shut)


def test_a_slow_slide_becomes_steps():
    gaze = np.zeros((60, 3))
    gaze[:, 0] = np.radians(np.linspace(0, 12, 60))
    held = fixate(gaze)
    assert 2 <= len(np.unique(held[:, 0])) <= 10, "no shorter than people's looks, a quarter of a second"
    assert np.degrees(np.abs(held - gaze)[:, 0]).max() < 4


@pytest.mark.parametrize("frames", [1, 2, 5, 9])
def test_short_ones_are_one_fixation(frames):
    assert len(np.unique(fixate(np.random.default_rng(0).normal(0, 0.001, (frames, 3)))[:, 0])) == 1


def test_a_saccade_of_ten_degrees_lasts_43_milliseconds():
    assert saccade_seconds(np.array([0.0, 10.0])) == pytest.approx([0.021, 0.043])
