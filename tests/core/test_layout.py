import json
from dataclasses import asdict

import numpy as np
import pytest

from core.errors import UserError
from core.layout import Layout, presets, room_poses
from core.rotation import FORWARD


def look(pose: np.ndarray) -> np.ndarray:
    return pose[:3, :3] @ FORWARD


def test_at_facing_zero_they_look_at_each_other():
    a, b = room_poses(Layout(distance=2))
    assert np.allclose(a[:3, 3], [-1, 0, 1.65]) and np.allclose(b[:3, 3], [1, 0, 1.65])
    assert np.allclose(look(a), [1, 0, 0]) and np.allclose(look(b), [-1, 0, 0])


def test_both_face_the_camera_at_minus_and_plus_ninety():
    for pose in room_poses(Layout(facing_a=-90, facing_b=90)):
        assert np.allclose(look(pose), [0, -1, 0])


def test_swapped_exchanges_the_places():
    a, b = room_poses(Layout(swapped=True))
    assert a[0, 3] == 0.5 and b[0, 3] == -0.5
    assert np.allclose(look(a), [-1, 0, 0]) and np.allclose(look(b), [1, 0, 0])


@pytest.mark.parametrize("wrong", [{"distance": 0.1}, {"contact_a": 1.2}, {"facing_b": 200}, {"swapped": 1}])
def test_a_value_outside_its_limits_is_named(wrong):
    with pytest.raises(UserError, match=next(iter(wrong))):
        Layout(**wrong)


def test_a_layout_survives_json():
    layout = Layout(distance=2.5, swapped=True)
    assert Layout(**json.loads(json.dumps(asdict(layout)))) == layout


def test_there_are_a_dozen_presets_and_all_differ():
    listed = presets()
    assert len(listed) >= 12
    assert len(set(listed.values())) == len(listed)
