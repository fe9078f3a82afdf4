import numpy as np
import pytest

from core.generator.condition import (
    EASE,
    FEATURES,
    LAYOUT_NAMES,
    OWN_MASK,
    PARTNER_MASK,
    build,
    layout_columns,
    scene_columns,
)
from core.layout import Layout, room_poses


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


def test_a_direction_holds_from_its_time_on_and_comes_softly():
    before, after = Layout(contact_a=0.9, energy=0.3), Layout(contact_a=0.1, energy=0.7)
    columns = scene_columns(before, [(2.0, after)], 100)
    contact = columns[0, :, LAYOUT_NAMES.index("contact")]
    assert columns[:, :50] == pytest.approx(layout_columns(before)[:, None].repeat(50, axis=1))
    assert columns[:, 63:] == pytest.approx(layout_columns(after)[:, None].repeat(37, axis=1))
    assert (np.diff(contact) <= 1e-6).all() and np.abs(np.diff(contact)).max() < 3 * 0.8 / (25 * EASE)
    assert columns[1, :, LAYOUT_NAMES.index("partner_contact")] == pytest.approx(contact)


def test_a_direction_moves_nobody():
    layout = Layout(distance=1.4, facing_a=30)
    columns = scene_columns(layout, [(0.0, Layout(distance=3.0, facing_a=-90, warmth=-1))], 50)
    places = slice(0, LAYOUT_NAMES.index("contact"))
    assert columns[..., places] == pytest.approx(layout_columns(layout)[:, None, places].repeat(50, axis=1))


def test_the_earlier_direction_comes_first_however_they_are_listed():
    calm, wild = Layout(energy=0.1), Layout(energy=0.9)
    columns = scene_columns(Layout(), [(2.0, wild), (-1.0, calm)], 100)
    assert columns[0, [0, -1], LAYOUT_NAMES.index("energy")] == pytest.approx([0.1, 0.9])


def test_features_and_masks_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="must agree"):
        build(np.zeros((2, 30, 7)), np.zeros((2, 31)), Layout())


def test_a_part_is_told_what_the_whole_is_told_there():
    features, masks = np.ones((2, 100, 3), np.float16), np.zeros((2, 100))
    changes = [(1.6, Layout(warmth=-1))]
    whole, part = build(features, masks, Layout(), None, changes), slice(30, 60)
    cut = build(features[:, part], masks[:, part], Layout(), None, changes, first=30)
    assert whole.dtype == np.float16 and np.array_equal(cut, whole[:, part])
    assert not np.array_equal(whole[:, 30], whole[:, 59]), "the mood changes within it"
