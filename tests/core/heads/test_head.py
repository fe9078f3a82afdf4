"""Our two heads, measured: what an animator would notice on a face."""

import numpy as np
import pytest

from core.errors import UserError
from core.heads import HEAD, JAW, JOINT_NAMES, LEFT_EYE, RIGHT_EYE, Head, lip_gap, load
from core.motion import CHANNELS, EXPRESSION_NAMES, WIDTH, HeadMotion
from core.rotation import FORWARD, axis_angle_to_matrix

MM = 0.001
STEP = 0.5 * MM  # between rays
SPOKEN_P = {
    "jawOpen": 0.2,
    "mouthClose": 0.2,
    "mouthPressLeft": 0.6,
    "mouthPressRight": 0.6,
    "mouthRollLower": 0.3,
    "mouthRollUpper": 0.3,
}


@pytest.fixture(params=["woman", "man"])
def head(request) -> Head:
    return load(request.param)


def pose(expression: dict[str, float] | None = None, **channels: list[float]) -> HeadMotion:
    """One frame: named expression values, and channels such as ``left_eye=[x, y, z]``."""
    packed = np.zeros((1, WIDTH), np.float32)
    for name, value in (expression or {}).items():
        packed[0, EXPRESSION_NAMES.index(name)] = value
    for name, values in channels.items():
        packed[0, CHANNELS[name]] = values
    return HeadMotion(packed)


def looking(yaw: float, pitch: float, expression: dict[str, float] | None = None) -> HeadMotion:
    """Both eyes turned, degrees to the own left and upwards (one of them at a time)."""
    turn = np.radians([-pitch, 0, yaw])
    return pose(expression, left_eye=turn, right_eye=turn)


def vertices_of(head: Head, *materials: str) -> np.ndarray:
    faces = head.faces[np.isin(head.face_materials, [head.materials.index(name) for name in materials])]
    return np.unique(faces[faces >= 0])


def seen_area(head: Head, motion: HeadMotion, material: str, middle: np.ndarray, size: float) -> float:
    """Square millimetres of a material that rays from the front meet before the skin, in a square around a point."""
    posed = head.vertices(motion)[0].astype(float)
    skin, other = (first_hit(posed - middle, triangles_of(head, name), size) for name in ("skin", material))
    return float((other < skin).sum()) * (STEP / MM) ** 2


def triangles_of(head: Head, material: str) -> np.ndarray:
    faces = head.faces[head.face_materials == head.materials.index(material)]
    quads = faces[faces[:, 3] >= 0]
    return np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])


def first_hit(posed: np.ndarray, triangles: np.ndarray, size: float) -> np.ndarray:
    """How far along +Y the rays through a grid of (x, z) from -size to size first meet a triangle; inf without one."""
    grid = np.arange(-size, size, STEP)
    nearest = np.full((len(grid), len(grid)), np.inf)
    flat = posed[triangles][..., [0, 2]]
    low, high = (
        np.clip(np.ceil((edge + size) / STEP), 0, len(grid)).astype(int) for edge in (flat.min(1), flat.max(1))
    )
    areas = cross(flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0])
    met = (low < high).all(axis=1) & (np.abs(areas) >= 1e-14)
    kept = (values[met] for values in (triangles, flat, low, high, areas))
    for triangle, (a, b, c), (i, k), (j, m), area in zip(*kept, strict=True):
        p = np.stack(np.meshgrid(grid[i:j], grid[k:m], indexing="ij"), axis=-1)
        shares = np.stack([cross(b - p, c - p), cross(c - p, a - p), cross(a - p, b - p)], axis=-1) / area
        depth = np.where((shares >= -1e-9).all(axis=-1), shares @ posed[triangle][:, 1], np.inf)
        nearest[i:j, k:m] = np.minimum(nearest[i:j, k:m], depth)
    return nearest


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def best_rigid(points: np.ndarray, moved: np.ndarray) -> tuple[float, float]:
    """How far the moved points are from a rigid motion of the points at most, metres, and its angle, degrees."""
    a, b = points - points.mean(axis=0), moved - moved.mean(axis=0)
    left, _, right = np.linalg.svd(a.T @ b)
    turn = left @ right
    off = np.linalg.norm(a @ turn - b, axis=1).max()
    return off, np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))


def test_both_heads_share_one_topology():
    woman, man = load("woman"), load("man")

    assert np.array_equal(woman.faces, man.faces)
    assert woman.landmarks == man.landmarks
    assert np.array_equal(woman.face_materials, man.face_materials)


def test_the_pose_of_rest_changes_nothing(head):
    assert np.array_equal(head.vertices(pose())[0], head.rest)
    assert np.allclose(head.eye_centres.mean(axis=0), 0, atol=1e-6)


def test_weights_sum_to_one_and_eyeballs_are_rigid(head):
    assert np.allclose(head.weights.sum(axis=1), 1, atol=1e-6)
    assert set(head.weights[vertices_of(head, "eyes")][:, [LEFT_EYE, RIGHT_EYE]].max(axis=1)) == {1}
    assert not head.shapes[:, vertices_of(head, "eyes")].any()


def test_a_long_motion_is_the_same_frame_by_frame_and_vertex_by_vertex(head):
    random = np.random.default_rng(1)
    packed = random.normal(0, 0.2, (70, WIDTH)).astype(np.float32)
    packed[:, CHANNELS["expression"]] = random.uniform(0, 0.5, (70, 44))
    motion = HeadMotion(packed)

    whole, points = head.vertices(motion), head.vertices(motion, only=[5, 1000, 12000])

    assert np.allclose(points, whole[:, [5, 1000, 12000]], atol=1e-6)
    assert np.allclose(head.vertices(HeadMotion(packed[66:67]))[0], whole[66], atol=1e-6)


@pytest.mark.parametrize("opening", [0.25, 0.5, 0.75, 1.0])
def test_mouth_close_seals_the_lips_of_any_open_jaw(head, opening):
    lips = np.flatnonzero(head.masks["lips"] > 0.4)
    lowered = head.shapes[EXPRESSION_NAMES.index("jawOpen"), lips, 2]
    middle = np.abs(head.rest[lips, 0]) < 15 * MM
    upper, lower = lips[middle & (lowered > -6 * MM)], lips[middle & (lowered < -15 * MM)]
    distances = np.linalg.norm(head.rest[upper][:, None] - head.rest[lower], axis=-1)
    facing = distances.argmin(axis=1)
    pairs = np.array([[i, j] for i, j in enumerate(facing) if distances[i, j] < 2.5 * MM])
    posed = head.vertices(pose({"jawOpen": opening, "mouthClose": opening}))[0]

    after = np.linalg.norm(posed[upper[pairs[:, 0]]] - posed[lower[pairs[:, 1]]], axis=1)

    assert len(pairs) > 10
    assert np.abs(after - distances[pairs[:, 0], pairs[:, 1]]).max() < 0.2 * MM


def test_the_lip_gap_is_read_in_the_heads_own_frame(head):
    nodding = {"neck": [0.2, 0.1, 0.3], "head": [-0.3, 0.1, 0.4], "translation": [0.02, 0, 0.01]}

    assert lip_gap(head, pose())[0] == 0
    assert 30 * MM < head.full_opening < 40 * MM
    assert lip_gap(head, pose({"jawOpen": 0.3}))[0] == pytest.approx(0.3 * head.full_opening, abs=0.2 * MM)
    assert lip_gap(head, pose({"jawOpen": 0.3}, **nodding))[0] == pytest.approx(0.3 * head.full_opening, abs=0.2 * MM)
    assert lip_gap(head, pose({"jawOpen": 0.3, "mouthClose": 0.3}))[0] < 0.1 * MM


def test_no_teeth_show_when_lips_are_closed(head):
    mouth = head.rest[head.landmarks["lip_inner_top"]]

    for expression in ({}, SPOKEN_P):
        assert seen_area(head, pose(expression), "teeth", mouth, 32 * MM) <= 1.5
    assert seen_area(head, pose({"jawOpen": 0.4}), "teeth", mouth, 32 * MM) > 40


@pytest.mark.parametrize(
    "blink, gaze", [(0.8, (0, 0)), (1, (0, 0)), (1, (20, 0)), (1, (-20, 0)), (1, (0, 11)), (1, (0, -17))]
)
def test_no_eyeball_shows_through_closed_lids(head, blink, gaze):
    closed = looking(*gaze, {"eyeBlinkLeft": blink, "eyeBlinkRight": blink})

    for centre in head.eye_centres:
        assert seen_area(head, closed, "eyes", centre, 16 * MM) == 0
    assert seen_area(head, looking(*gaze), "eyes", centre, 16 * MM) > 60


def test_upper_teeth_stay_and_lower_teeth_swing_rigidly_with_the_jaw(head):
    teeth = vertices_of(head, "teeth", "gums")
    lower, upper = teeth[head.weights[teeth, JAW] == 1], teeth[head.weights[teeth, HEAD] == 1]
    opened = head.vertices(pose({"jawOpen": 1}))[0].astype(float)

    off, angle = best_rigid(head.rest[lower].astype(float), opened[lower])

    assert len(lower) + len(upper) == len(teeth)
    assert not head.shapes[:, upper].any()
    assert off < 0.05 * MM
    assert 20 < angle < 26


def test_left_and_right_shapes_are_mirror_images(head):
    skin = vertices_of(head, "skin")
    for left in [name for name in EXPRESSION_NAMES if "Left" in name]:
        right = left.replace("Left", "Right")
        a, b = (np.linalg.norm(head.shapes[EXPRESSION_NAMES.index(name)][skin], axis=1) for name in (left, right))
        assert np.abs(np.sort(a) - np.sort(b)).max() < 0.01 * MM, left


def test_gaze_can_be_read_off_the_eyeballs_poles(head):
    turns = {"neck": [0.1, 0, 0.3], "head": [-0.1, 0.1, 0.2], "left_eye": [0.2, 0, 0.3], "right_eye": [0.1, 0, -0.1]}
    neck, skull, *eyes = (axis_angle_to_matrix(np.array(turn)) for turn in turns.values())

    posed = head.vertices(pose(**turns))[0]

    for side, eye in zip(("left", "right"), eyes, strict=True):
        gaze = posed[head.landmarks[f"pupil_{side}"]] - posed[head.landmarks[f"eye_back_{side}"]]
        assert np.allclose(gaze / np.linalg.norm(gaze), neck @ skull @ eye @ FORWARD, atol=1e-4)


def test_the_neck_carries_head_and_eyes_but_not_the_shoulders(head):
    moved = head.vertices(pose(neck=[0, 0, 0.4], translation=[0.01, -0.02, 0]))[0]
    neck = head.joints[JOINT_NAMES.index("neck")]
    expected = axis_angle_to_matrix(np.array([0, 0, 0.4])) @ (head.rest[head.landmarks["nose_tip"]] - neck) + neck

    assert np.allclose(moved[head.landmarks["nose_tip"]], expected + [0.01, -0.02, 0], atol=0.5 * MM)
    lowest = head.rest[:, 2].argmin()
    assert np.allclose(moved[lowest], head.rest[lowest], atol=0.1 * MM)


def test_a_neck_turned_far_does_not_wring(head):
    faces = head.faces[head.face_materials == head.materials.index("skin")]
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    posed = head.vertices(pose(neck=[0, 0, np.radians(22.5)], head=[0, 0, np.radians(22.5)]))[0]

    stretch = np.linalg.norm(posed[a] - posed[b], axis=1) / np.linalg.norm(head.rest[a] - head.rest[b], axis=1)

    assert 0.85 < np.percentile(stretch, 1) and np.percentile(stretch, 99) < 1.2


def test_lids_follow_the_eyes_unless_they_are_closed(head):
    top = head.landmarks["lid_top_left"]

    down, up = (head.vertices(looking(0, pitch))[0][top, 2] - head.rest[top, 2] for pitch in (-17, 11))

    assert down < -2 * MM and up > 1 * MM
    assert head.lid_values(looking(0, -17))[0] == pytest.approx([1, 1, 0, 0, 0, 0, 0, 0], abs=1e-5)
    assert head.lid_values(looking(10.5, 0))[0] == pytest.approx([0, 0, 0, 0, 0, 0.5, 0.5, 0], abs=1e-5)
    assert not head.lid_values(looking(0, 11, {"eyeBlinkLeft": 1, "eyeBlinkRight": 1})).any()


def test_every_shape_moves_the_face(head):
    for name, shape in zip(EXPRESSION_NAMES, head.shapes, strict=True):
        assert np.linalg.norm(shape, axis=1).max() > 3 * MM, name
    lid = np.linalg.norm(head.lid_shapes, axis=2)
    assert (lid.max(axis=1) > 0.5 * MM).all()


def test_landmarks_lie_where_their_names_say(head):
    at = {name: head.rest[vertex] for name, vertex in head.landmarks.items()}

    assert at["mouth_left"][0] > 15 * MM and at["mouth_right"][0] < -15 * MM
    assert at["lid_top_left"][2] > at["lid_bottom_left"][2] and at["lid_top_right"][2] > at["lid_bottom_right"][2]
    assert at["eye_outer_left"][0] > at["eye_inner_left"][0] > at["eye_inner_right"][0] > at["eye_outer_right"][0]
    assert at["nose_tip"][1] == min(point[1] for point in at.values())
    assert at["chin"][2] == min(point[2] for point in at.values())
    assert abs(at["lip_inner_top"] - at["lip_inner_bottom"]).max() < 3 * MM
    assert {"upper_teeth", "lower_teeth"} <= set(at)


def test_who_asks_for_a_head_that_is_none_is_told(tmp_path):
    with pytest.raises(UserError, match='Use "woman", "man"'):
        load("nobody")
    broken = tmp_path / "head.npz"
    np.savez(broken, vertices=np.zeros((3, 3)))
    with pytest.raises(UserError, match="is not a head file"):
        load(broken)


def test_a_copy_of_a_head_file_loads_by_its_path(root, tmp_path):
    copy = tmp_path / "copy.npz"
    copy.write_bytes((root / "assets/heads/woman.npz").read_bytes())

    assert np.array_equal(load(copy).rest, load("woman").rest)
