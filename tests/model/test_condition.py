import numpy as np
import pytest

from talking_together.core.layout import Layout, room_poses
from talking_together.core.model.condition import FEATURES, LAYOUT_NAMES, OWN_MASK, PARTNER_MASK, build, layout_columns


def column(layout: Layout, name: str) -> np.ndarray:
    return layout_columns(layout)[:, LAYOUT_NAMES.index(name)]


def test_each_stream_is_told_its_own_mask_first():
    masks = np.random.default_rng(0).random((2, 30)).astype(np.float32)
    told = build(np.ones((2, 30, 7), np.float32), masks, Layout())
    assert told.shape == (2, 30, FEATURES + 7)
    assert np.array_equal(told[..., OWN_MASK], masks)
    assert np.array_equal(told[..., PARTNER_MASK], masks[::-1])


def test_the_partner_is_straight_ahead_when_both_face_each_other():
    columns = layout_columns(Layout(distance=1.0))
    assert columns[:, :6] == pytest.approx(np.array([[0, -1, 0, 0, -1, 0]] * 2), abs=1e-6)


def test_a_body_turned_to_its_left_has_the_partner_on_its_right():
    assert column(Layout(facing_a=90), "partner_left") == pytest.approx([-1, 0], abs=1e-6)
    assert column(Layout(facing_a=90), "seen_left") == pytest.approx([0, -1], abs=1e-6)


def test_the_standing_one_is_seen_from_below():
    up = column(Layout(height_a=1.2, height_b=1.65), "partner_up")
    assert up[0] > 0.3 and up[1] < -0.3


def test_where_the_pair_stands_in_the_room_does_not_matter():
    layout = Layout(distance=1.4, facing_a=30, facing_b=-50, height_b=1.3)
    turn = np.array([[0, -1, 0, 5], [1, 0, 0, -2], [0, 0, 1, 0.4], [0, 0, 0, 1.0]])
    assert layout_columns(layout, turn @ room_poses(layout)) == pytest.approx(layout_columns(layout), abs=1e-5)


def test_swapping_the_layout_swaps_the_streams():
    layout = Layout(facing_a=20, facing_b=-70, height_a=1.2, contact_a=0.1, contact_b=0.9)
    other = Layout(facing_a=-70, facing_b=20, height_b=1.2, contact_a=0.9, contact_b=0.1)
    assert layout_columns(other)[::-1] == pytest.approx(layout_columns(layout), abs=1e-6)


def test_features_and_masks_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="must agree"):
        build(np.zeros((2, 30, 7)), np.zeros((2, 31)), Layout())
