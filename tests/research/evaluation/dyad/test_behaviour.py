from dataclasses import replace

import numpy as np
import pytest

from core.gaze import ADULT, aim, gaze_directions
from core.layout import Layout, room_poses
from core.motion import EXPRESSION_NAMES, WIDTH
from core.rotation import direction
from research.evaluation.dyad.behaviour import Scene, face_gaze, measure, slopes, summarise, table
from research.evaluation.dyad.gaze_metrics import vergence_error
from research.evaluation.dyad.motion_events import blinks, nods, saccades

BLINK = EXPRESSION_NAMES.index("eyeBlinkLeft")


def scene(yaw_off: float = 0.0, contact: float = 1.0, layout: Layout | None = None, frames: int = 250) -> Scene:
    """Both look ``yaw_off`` degrees beside the partner's eyes all the time; A speaks first, then B."""
    layout = layout or Layout()
    intents = np.zeros((2, frames, 56), np.float32)
    intents[..., 50], intents[..., 52] = np.radians(yaw_off), contact
    masks = np.zeros((2, frames), np.float32)
    masks[0, : frames // 2] = masks[1, frames // 2 :] = 1
    turns = [(0.0, frames / 50, 0), (frames / 50, frames / 25, 1)]
    return Scene(aim(intents, room_poses(layout), (ADULT, ADULT)), layout, masks, turns, np.full((2, frames), 1.0))


def test_eyes_on_the_partner_read_no_error_and_all_contact():
    numbers = measure(scene())

    assert numbers["contact error deg"] < 0.01
    assert numbers["face gaze"] == numbers["mutual eye contact"] == 1
    assert numbers["long turns begin averted"] == 0 and numbers["turns end on the partner"] == 1


def test_eyes_turned_five_degrees_off_contact_read_five():
    assert measure(scene(5.0, contact=0.0))["contact error deg"] == pytest.approx(5, abs=0.05)


@pytest.mark.parametrize(("degrees", "meets"), [(3.5, True), (5.5, False)])
def test_a_gaze_meets_the_face_inside_its_ellipse(degrees, meets):
    seen = scene(degrees, contact=0.0)  # 7.5 cm at one metre are 4.3 degrees

    assert face_gaze(gaze_directions(seen.motions, room_poses(seen.layout), seen.geometries)).all() == meets


def test_eyes_converge_on_the_partner():
    for distance in (0.5, 1.0, 3.0):
        assert measure(scene(layout=Layout(distance=distance)))["vergence error dpt"] < 0.03


def test_heads_intersect_only_where_they_are_too_near():
    assert measure(scene(layout=Layout(distance=0.6)))["penetration"] == 0
    assert measure(scene(layout=Layout(distance=0.2, facing_a=90.0, facing_b=-90.0)))["penetration"] == 0
    assert measure(scene(layout=Layout(distance=0.16, facing_a=90.0, facing_b=-90.0)))["penetration"] == 1


def test_looking_away_all_the_time_is_no_face_gaze_and_all_turns_begin_averted():
    numbers = measure(scene(20.0, contact=0.0))

    assert numbers["face gaze"] == 0 and numbers["long turns begin averted"] == 1
    assert numbers["turns end on the partner"] == 0 and np.isnan(numbers["mutual bout s"])


def test_eyes_that_hold_the_target_while_the_head_moves_leave_no_residual():
    constant_pose = scene()
    intents = np.zeros((2, 250, 56), np.float32)
    intents[..., 52] = 1
    intents[..., 49] = np.radians(8) * np.sin(2 * np.pi * 0.5 * np.arange(250) / 25)
    motions = aim(intents, room_poses(constant_pose.layout), (ADULT, ADULT))
    held = measure(Scene(motions, constant_pose.layout, constant_pose.masks, constant_pose.turns))
    stuck = motions.copy()
    stuck[..., 50:56] = stuck[:, :1, 50:56]

    assert held["VOR residual"] < 0.02
    assert measure(Scene(stuck, constant_pose.layout, constant_pose.masks, constant_pose.turns))["VOR residual"] > 0.3


def test_saccades_are_counted_with_their_sizes():
    yaw = np.radians(np.repeat([0, 10, 10, 3], 10))
    sizes, speeds = saccades(direction(yaw, np.zeros(40)))

    assert np.allclose(sizes, [10, 7], atol=0.01) and np.allclose(speeds, [250, 175], atol=0.3)


def test_nods_are_those_of_the_definition():
    time = np.arange(250) / 25
    during = (time > 3) & (time < 4.2)

    assert len(nods(np.where(during, 2 * np.sin(2 * np.pi * 2.5 * (time - 3)), 0))) == 1
    assert len(nods(np.where(during, 0.5 * np.sin(2 * np.pi * 2.5 * (time - 3)), 0))) == 0  # too small
    assert len(nods(8 * np.sin(2 * np.pi * 0.3 * time))) == 0  # too slow


def test_blinks_are_counted_by_role_and_tell_whether_they_shut():
    seen = scene()
    seen.motions[0, [20, 21, 60], BLINK] = 1.0, 0.5, 0.7
    numbers = measure(seen)

    assert blinks(seen.motions[0, :, BLINK]) == [(20, 22, 1.0), (60, 61, pytest.approx(0.7))]
    assert numbers["blinks per minute speaking"] == pytest.approx(2 / (250 / 25 / 60), rel=0.02)
    assert numbers["blinks fully closed"] == 0.5


def test_a_neutral_face_does_nothing():
    seen = scene()
    neutral = Scene(np.zeros((2, 250, WIDTH), np.float32), seen.layout, seen.masks, seen.turns)
    numbers = measure(neutral)

    assert numbers["nods per minute listening"] == numbers["blinks per minute speaking"] == numbers["smiling"] == 0
    assert numbers["head yaw sd deg"] == numbers["saccades per minute"] == 0


def test_heads_that_face_the_partner_obey_the_layout():
    scenes = [scene(layout=Layout(facing_a=float(a), facing_b=float(-a))) for a in (-50, -20, 0, 30, 50)]

    assert slopes(scenes)["layout obedience"] == pytest.approx(0.85, abs=0.05)
    assert "layout obedience" in table(summarise(scenes))


def test_face_gaze_is_read_by_role_and_pauses_have_none():
    quiet = scene()
    intents = np.zeros((2, 250, 56), np.float32)
    intents[..., 50] = np.radians(20)
    intents[0, 100:, 52] = intents[1, :, 52] = 1  # A looks at B from frame 100 on, B always looks at A
    motions = aim(intents, room_poses(quiet.layout), (ADULT, ADULT))
    masks = np.zeros((2, 250), np.float32)
    masks[0, :90], masks[1, 110:150] = 1, 1  # then both are silent
    numbers = measure(Scene(motions, quiet.layout, masks, []))

    assert numbers["face gaze speaking"] == pytest.approx(40 / 130)
    assert numbers["face gaze listening"] == 1
    motions = motions[:, ::-1].copy()  # A looks away at the end, while both are silent
    assert measure(Scene(motions, quiet.layout, masks[:, ::-1], []))["face gaze listening"] == 1
    assert measure(Scene(motions, quiet.layout, masks, []))["face gaze listening"] == 1
    assert measure(Scene(motions, quiet.layout, masks, []))["face gaze"] < 0.9


def nodding(first: int, frames: int = 250) -> np.ndarray:
    """Pitch (frames,), degrees: three cycles of a nod at 2.5 Hz, 2 degrees, from frame ``first``."""
    time = (np.arange(frames) - first) / 25
    return np.where((time > 0) & (time < 1.2), 2 * np.sin(2 * np.pi * 2.5 * time), 0)


def test_a_nod_is_where_the_head_nods():
    ((start, end),) = nods(nodding(150))

    assert start == pytest.approx(6, abs=0.2) and end == pytest.approx(7.2, abs=0.2)


@pytest.mark.parametrize(("first", "share"), [(132, 1.0), (190, 0.0)])
def test_nods_after_the_partners_phrase_are_responses(first, share):
    seen = scene()  # A's phrase ends in frame 125
    motions = np.zeros((2, 250, WIDTH), np.float32)
    motions[1, :, 47] = np.radians(-nodding(first))
    masks = seen.masks.copy()
    masks[1] = 0  # B listens; the end of the file is no phrase end
    numbers = measure(Scene(motions, seen.layout, masks, []))

    assert numbers["nods after phrase ends"] == share
    assert measure(Scene(motions, seen.layout, masks[::-1], []))["nods per minute listening"] == 0


def test_parallel_eyes_miss_the_convergence_of_their_distance():
    seen = scene(layout=Layout(distance=0.5))
    gaze = gaze_directions(seen.motions, room_poses(seen.layout), seen.geometries)
    parallel = replace(gaze, axes=gaze.gaze[:, :, None].repeat(2, axis=2))

    assert vergence_error(parallel) == pytest.approx(2, rel=0.1)  # dioptres, at half a metre
