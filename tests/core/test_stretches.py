import numpy as np
import pytest

from talking_together.core import gaze
from talking_together.core.layout import Layout, room_poses
from talking_together.core.stretches import STRETCH, by_stretches


@pytest.mark.parametrize("frames", [1, STRETCH, STRETCH + 1, 3 * STRETCH + 70])
def test_stretches_together_are_the_whole(frames):
    values = np.random.default_rng(0).normal(size=(2, frames, 3))

    def around(part):  # the mean of five frames: hangs on two beside it
        padded = np.pad(values[:, part], ((0, 0), (2, 2), (0, 0)), mode="edge")
        return sum(padded[:, i : i + values[:, part].shape[1]] for i in range(5)) / 5

    np.testing.assert_allclose(by_stretches(around, frames, reach=2), around(slice(0, frames)), atol=1e-12)


def test_a_long_motion_is_aimed_as_its_parts_are():
    rng = np.random.default_rng(1)
    meant = np.zeros((2, STRETCH + 400, gaze.INTENT_WIDTH), np.float32)
    # looks of half a second, some of them further than eyes go by themselves
    meant[..., 50:53] = rng.normal(0, [0.5, 0.2, 0.4], (2, STRETCH // 12 + 34, 3)).repeat(12, axis=1)[
        :, : STRETCH + 400
    ]
    pair = room_poses(Layout(facing_a=50, facing_b=-70)), (gaze.ADULT, gaze.ADULT)
    whole = gaze.aim(meant, *pair)
    late = gaze.aim(meant[:, 300:], *pair)
    np.testing.assert_allclose(whole[:, 400:], late[:, 100:], atol=1e-6)
    np.testing.assert_allclose(gaze.intents(whole, *pair)[:, 300:], gaze.intents(whole[:, 300:], *pair), atol=1e-6)
