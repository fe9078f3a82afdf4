import time

import numpy as np
import pytest

from core.gaze import ADULT, EYE_COMFORT, INTENT_CHANNELS, Geometry, aim, facing, gaze_directions, intents, toward
from core.layout import Layout, room_poses
from core.motion import CHANNELS
from core.rotation import FORWARD, axis_angle_to_matrix, matrix_to_axis_angle, yaw_pitch

CHILD = Geometry(*(0.8 * np.array([ADULT.neck, ADULT.head, ADULT.left_eye, ADULT.right_eye])))
PAIR = (ADULT, CHILD)
LAYOUTS = [
    Layout(),
    Layout(distance=0.5, height_a=1.2),
    Layout(facing_a=-60, facing_b=60, distance=0.7),
    Layout(facing_a=-90, facing_b=90, distance=0.8),
    Layout(facing_a=100, facing_b=-40, distance=1.5, height_b=1.2),
    Layout(distance=30, facing_b=20, swapped=True),
]


def wandering(frames: int, seed: int = 0, contact: float = 1.0) -> np.ndarray:
    """(2, T, 56) intents with smooth head movement, expression, and gaze on the partner's eyes."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(frames)[:, None] / 25
    meant = np.zeros((2, frames, 56), np.float32)
    for stream in meant:
        stream[:, 44:50] = 0.06 * np.sin(seconds * rng.uniform(0.5, 4, 6) + rng.uniform(0, 6, 6))
        stream[:, 53:56] = 0.02 * np.sin(seconds * rng.uniform(0.5, 2, 3) + rng.uniform(0, 6, 3))
    meant[..., INTENT_CHANNELS["expression"]] = rng.random((2, frames, 44))
    meant[..., 52] = contact
    return meant


def eye_angles(motions: np.ndarray) -> np.ndarray:
    """(2, T, 2) how far each eye is turned in the head, radians."""
    return np.linalg.norm(motions[..., 50:56].reshape(*motions.shape[:2], 2, 3), axis=-1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_contact_the_gaze_meets_the_point_between_the_partners_eyes(layout):
    poses = room_poses(layout)
    seen = gaze_directions(aim(wandering(200), poses, PAIR), poses, PAIR)
    assert seen.contact_error.max() < 0.1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_eye_meets_the_point_looked_at(layout):
    poses = room_poses(layout)
    seen = gaze_directions(aim(wandering(50), poses, PAIR), poses, PAIR)
    to_partner = seen.origin[::-1][:, :, None] - seen.eyes
    missed = np.linalg.norm(np.cross(seen.axes, to_partner), axis=-1)  # metres beside the point
    assert (missed / np.linalg.norm(to_partner, axis=-1)).max() < 1e-5


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_eye_is_turned_further_than_people_turn_them(layout):
    meant = wandering(300)
    meant[:, 100:140, 50:52] = np.radians([-50, -20])  # both look away, far to the side and down
    meant[:, 100:140, 52] = 0
    motions = aim(meant, room_poses(layout), PAIR)
    assert eye_angles(motions).max() < np.radians(25.1)


def test_what_the_eyes_cannot_reach_the_head_carries_without_a_jerk():
    meant = wandering(200)
    meant[..., 44:50] = 0
    meant[:, 80:120, 50] = np.radians(45)  # a saccade within one frame
    meant[:, 80:120, 52] = 0
    poses = room_poses(Layout())
    face = gaze_directions(aim(meant, poses, PAIR), poses, PAIR).face[0]
    turned = np.degrees(np.unwrap(np.arctan2(face[:, 1], face[:, 0])))
    assert turned[100] - turned[20] == pytest.approx(20, abs=3)
    assert np.abs(np.diff(turned)).max() < 6  # degrees a frame: below the 150 degrees a second of a quick head
    assert np.abs(np.diff(turned, 2)).max() < 3


def test_the_gaze_is_held_while_the_head_moves():
    meant = wandering(100, contact=0.0)
    meant[..., 50:52] = [0.2, -0.1]
    meant[1, :, 44:50] = meant[1, :, 53:56].repeat(2, -1) * 0  # the partner stays where it is
    poses = room_poses(Layout(distance=200))
    gaze = gaze_directions(aim(meant, poses, PAIR), poses, PAIR).gaze[0]
    assert np.linalg.norm(gaze - gaze[0], axis=-1).max() < np.radians(0.05)


def test_the_eyes_have_no_roll():
    motions = aim(wandering(50), room_poses(LAYOUTS[4]), PAIR)
    assert np.all(motions[..., 50:56].reshape(2, 50, 2, 3)[..., 1] == 0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_intents_are_the_inverse_of_aim(layout):
    poses = room_poses(layout)
    meant = wandering(200, contact=0.0)
    meant[:, :80, 50:52] = [0.3, -0.2]
    meant[:, 100:140, 52] = 1
    motions = aim(meant, poses, PAIR)
    again = aim(intents(motions, poses, PAIR), poses, PAIR)
    assert np.abs(again - motions).max() < 1e-5
    assert np.array_equal(again[..., CHANNELS["expression"]], motions[..., CHANNELS["expression"]])
    assert np.array_equal(again[..., CHANNELS["translation"]], motions[..., CHANNELS["translation"]])


def test_intents_tell_contact_from_looking_away():
    meant = wandering(60, contact=0.0)
    meant[:, :30, 50:52] = np.radians([12, -5])
    meant[:, 30:, 52] = 1
    found = intents(aim(meant, room_poses(Layout()), PAIR), room_poses(Layout()), PAIR)
    assert np.allclose(found[..., 50:53], meant[..., 50:53], atol=1e-5)
    assert np.allclose(found[..., 44:50], meant[..., 44:50], atol=1e-5)


@pytest.mark.parametrize("moved", [Layout(distance=1.3), Layout(height_b=1.2), Layout(swapped=True), LAYOUTS[2]])
def test_a_take_is_aimed_again_after_a_rig_was_moved(moved):
    before, after = room_poses(Layout()), room_poses(moved)
    take = aim(wandering(100), before, PAIR)
    again = aim(intents(take, before, PAIR), after, PAIR)
    assert gaze_directions(again, after, PAIR).contact_error.max() < 0.1
    assert np.array_equal(again[..., :44], take[..., :44])


def test_rigs_may_move_during_the_take():
    steps = np.linspace(1.0, 0.6, 80)
    poses = np.stack([room_poses(Layout(distance=d, facing_b=50 * d)) for d in steps], axis=1)  # (2, T, 4, 4)
    assert gaze_directions(aim(wandering(80), poses, PAIR), poses, PAIR).contact_error.max() < 0.1


def test_contact_fades_in_and_small_scanning_stays():
    meant = wandering(3)
    meant[..., 44:50] = meant[..., 53:56] = 0
    meant[..., 50] = np.radians([2, 20, 20])
    meant[..., 52] = [1, 0.4, 0]
    poses = room_poses(Layout())
    error = gaze_directions(aim(meant, poses, PAIR), poses, PAIR).contact_error[0]
    assert error[0] == pytest.approx(2, abs=0.05)
    assert 2.5 < error[1] < 20
    assert error[2] == pytest.approx(20, abs=0.1)


def test_a_partner_right_behind_is_looked_for_over_one_shoulder():
    poses = room_poses(Layout(facing_a=180, facing_b=180))
    motions = aim(wandering(200), poses, PAIR)
    seen = gaze_directions(motions, poses, PAIR)
    local = (np.swapaxes(poses[:, None, :3, :3], -1, -2) @ seen.gaze[..., None])[..., 0]
    yaw = np.degrees(yaw_pitch(local)[0])
    assert np.all(np.sign(yaw) == np.sign(yaw[:, :1]))
    assert np.abs(yaw).min() > 90
    assert np.isfinite(motions).all()


def test_looking_straight_ahead_is_the_opposite_of_toward():
    poses = room_poses(Layout(facing_a=-90, facing_b=90))
    meant = wandering(40, contact=0.0)
    meant[..., 44:50] = meant[..., 53:56] = 0
    meant[..., 50:52] = -toward(poses)[:, None]
    gaze = gaze_directions(aim(meant, poses, PAIR), poses, PAIR).gaze
    assert np.degrees(np.arccos(gaze @ [0, -1, 0])).max() < 5  # both look at the camera, but for their parallax


def test_the_face_follows_the_layout():
    turned = np.array([-60, -30, 0, 30, 60])
    faces = [facing(room_poses(Layout(facing_a=float(angle)))) for angle in turned]
    yaw = [yaw_pitch((neck @ head @ FORWARD)[0])[0] for neck, head in faces]
    slope = np.polyfit(-turned, np.degrees(yaw), 1)[0]
    assert 0.8 <= slope <= 1.1
    for angle in np.arange(-180.0, 180.0, 5):
        neck, head = facing(room_poses(Layout(facing_a=float(angle))))
        assert abs(np.degrees(yaw_pitch((neck @ head @ FORWARD)[0])[0])) <= 68.1


def test_the_mean_gaze_reads_five_degrees_when_turned_five_degrees():
    poses = room_poses(Layout(distance=2))
    motions = aim(wandering(1) * 0 + np.eye(1, 56, 52, dtype=np.float32), poses, PAIR)
    balls = axis_angle_to_matrix(motions[..., 50:56].reshape(2, 1, 2, 3).astype(float))
    turn = axis_angle_to_matrix(np.radians([0, 0, 5]))
    motions[..., 50:56] = matrix_to_axis_angle(turn @ balls).reshape(2, 1, 6)
    assert gaze_directions(motions, poses, PAIR).contact_error == pytest.approx(5, abs=0.02)


def test_a_minute_is_aimed_in_no_time():
    meant, poses = wandering(1500), room_poses(LAYOUTS[2])
    aim(meant[:, :10], poses, PAIR)
    begin = time.process_time()
    aim(meant, poses, PAIR)
    assert time.process_time() - begin < 0.1
    assert EYE_COMFORT == pytest.approx(np.radians(25))
