import numpy as np
import pytest

from core import gaze
from core.heads import load
from core.layout import Layout, room_poses
from core.motion import EXPRESSION_NAMES, HeadMotion
from core.postprocess import adjust
from core.postprocess.adjust import Adjustment
from core.postprocess.lip_closure import MouthGains

AS_MADE = Adjustment()
COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}


@pytest.fixture(scope="module")
def room():
    return {"poses": room_poses(Layout()), "geometries": [gaze.Geometry.of(load(name)) for name in ("man", "woman")]}


@pytest.fixture(scope="module")
def meant() -> np.ndarray:
    """Two people (2, 50, 56) who nod, look at each other in the second half only, and speak."""
    generator = np.random.default_rng(0)
    meant = np.zeros((2, 50, 56), np.float32)
    meant[..., :44] = generator.uniform(0, 0.4, (2, 50, 44))
    meant[..., 47] = 0.1 * np.sin(np.arange(50) / 3)
    meant[:, :25, 50] = 0.3
    meant[:, 25:, 52] = 1
    return meant


def test_at_one_a_take_is_left_as_it_was_made(meant):
    motions = [HeadMotion(np.ones((4, 59), np.float32))] * 2

    assert all(a is b for a, b in zip(adjust.faces(motions, [AS_MADE] * 2), motions, strict=True))
    np.testing.assert_array_equal(adjust.movements(meant, [AS_MADE] * 2), meant)


def test_expression_leaves_the_mouth_and_the_blinks_alone():
    packed = np.full((3, 59), 0.5, np.float32)
    adjusted, other = adjust.faces([HeadMotion(packed)] * 2, [Adjustment(expression=0.5), AS_MADE])

    assert adjusted.expression[0, COLUMN["browInnerUp"]] == pytest.approx(0.25)
    assert adjusted.expression[0, COLUMN["mouthSmileLeft"]] == pytest.approx(0.25)
    for name in ("jawOpen", "mouthClose", "mouthPucker", "eyeBlinkLeft"):
        assert adjusted.expression[0, COLUMN[name]] == pytest.approx(0.5)
    np.testing.assert_array_equal(adjusted.packed[:, 44:], packed[:, 44:])
    np.testing.assert_array_equal(other.packed, packed)


def test_the_mouth_is_played_by_its_strength():
    packed = np.full((3, 59), 0.4, np.float32)
    adjusted, _ = adjust.faces([HeadMotion(packed)] * 2, [Adjustment(mouth=MouthGains(jaw=0.5)), AS_MADE])

    assert adjusted.expression[0, COLUMN["jawOpen"]] == pytest.approx(0.2)


def test_a_head_that_moves_more_still_meets_the_partners_eyes(meant, room):
    more = adjust.movements(meant, [Adjustment(head=2), AS_MADE])
    before, after = (gaze.aim(one, **room) for one in (meant, more))

    assert np.ptp(after[0, :, 47]) > 1.8 * np.ptp(before[0, :, 47])
    assert gaze.gaze_directions(after, **room).contact_error[:, 25:].max() < 0.1


def test_without_looking_away_the_gaze_stays_on_the_partner(meant, room):
    staring = gaze.aim(adjust.movements(meant, [Adjustment(gaze=0)] * 2), **room)

    assert gaze.gaze_directions(staring, **room).contact_error.max() < 0.1
