import numpy as np
import pytest

from core import gaze
from core.layout import Layout, room_poses
from core.timeseries import CHUNK, by_chunks, padded_slice, smooth_step


@pytest.mark.parametrize("frames", [1, CHUNK, CHUNK + 1, 3 * CHUNK + 70])
def test_stretches_together_are_the_whole(frames):
    values = np.random.default_rng(0).normal(size=(2, frames, 3))

    def around(part):  # the mean of five frames: hangs on two beside it
        padded = np.pad(values[:, part], ((0, 0), (2, 2), (0, 0)), mode="edge")
        return sum(padded[:, i : i + values[:, part].shape[1]] for i in range(5)) / 5

    np.testing.assert_allclose(by_chunks(around, frames, reach=2), around(slice(0, frames)), atol=1e-12)


def test_a_long_motion_is_aimed_as_its_parts_are():
    rng = np.random.default_rng(1)
    meant = np.zeros((2, CHUNK + 400, gaze.INTENT_WIDTH), np.float32)
    # looks of half a second, some of them further than eyes go by themselves
    meant[..., 50:53] = rng.normal(0, [0.5, 0.2, 0.4], (2, CHUNK // 12 + 34, 3)).repeat(12, axis=1)[:, : CHUNK + 400]
    pair = room_poses(Layout(facing_a=50, facing_b=-70)), (gaze.ADULT, gaze.ADULT)
    whole = gaze.aim(meant, *pair)
    late = gaze.aim(meant[:, 300:], *pair)
    np.testing.assert_allclose(whole[:, 400:], late[:, 100:], atol=1e-6)
    np.testing.assert_allclose(gaze.intents(whole, *pair)[:, 300:], gaze.intents(whole[:, 300:], *pair), atol=1e-6)


def test_a_step_is_level_at_both_ends_and_half_way_in_the_middle():
    assert smooth_step(np.array([-3.0, 1.0, 2.0, 3.0, 9.0]), 1.0, 3.0) == pytest.approx([0, 0, 0.5, 1, 1])
    assert np.diff(smooth_step(np.linspace(0, 1, 1001)))[[0, -1]] == pytest.approx([0, 0], abs=1e-5)


@pytest.mark.parametrize("first, last", [(2, 5), (-3, 4), (6, 12), (-2, 13), (-9, -4), (12, 15)])
def test_a_slice_is_zero_beyond_the_ends(first, last):
    values = np.arange(1, 21).reshape(2, 10)

    found = padded_slice(values, first, last)

    expected = [[values[row, i] if 0 <= i < 10 else 0 for i in range(first, last)] for row in (0, 1)]
    np.testing.assert_array_equal(found, expected)
