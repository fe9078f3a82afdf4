import numpy as np
import pytest

from core.layout import Layout
from research.simulator import head_motion
from research.simulator.prosodic_cues import extract_cues, frame_times
from research.simulator.visual_prosody import DECLINATION, lung_volume, prosodic_head_motion


def test_the_neck_is_free_in_the_middle_and_never_turns_beyond_its_limit():
    yaw = np.radians(np.linspace(-150, 150, 301))
    turned = np.degrees(head_motion._within_neck_range(yaw))
    easy, most = head_motion.NECK

    middle = np.abs(yaw) <= np.radians(easy)
    assert np.allclose(turned[middle], np.degrees(yaw[middle]))
    assert np.abs(turned).max() <= most and (np.diff(turned) >= 0).all()


def test_neck_and_head_share_a_rotation():
    angles = np.radians([[10.0], [20.0], [5.0]])
    joints = head_motion._joints(angles)[0]

    assert joints[:3] + joints[3:] == pytest.approx(np.radians([-10, 5, 20]))
    assert joints[:3] / (joints[:3] + joints[3:]) == pytest.approx(head_motion.NECK_SHARE)


def test_a_posture_is_held_until_the_next_one_and_a_passing_tilt_ends():
    times = np.arange(0, 20, 0.04)
    lasting = head_motion.Shift(2.0, 1.0, 0, 0.1, 0, 0.01, 0)
    passing = head_motion.Shift(8.0, 1.0, 0.2, 0, 0, 0, 0, hold=2.0)
    pitch, _, roll, lean, *_ = head_motion._posture_curve([lasting, passing], times)

    assert pitch[0] == 0 and pitch[-1] == pytest.approx(0.1) and lean[-1] == pytest.approx(0.01)
    assert roll[(times > 9) & (times < 11)] == pytest.approx(0.2)
    assert roll[-1] == pytest.approx(0, abs=1e-9)


def test_the_head_sinks_through_a_phrase_and_stays_up_with_more_liveliness(dialogue):
    cues = extract_cues(dialogue)
    phrase = max(cues.phrases, key=lambda p: p.end - p.start)
    times = frame_times(dialogue.masks.shape[1])
    still, lively = (prosodic_head_motion(cues, dialogue.turns, phrase.person, x, 0.0, times)[0] for x in (0.0, 1.0))
    moved = np.degrees(lively - still)
    length = phrase.end - phrase.start
    first = (times > phrase.start) & (times < phrase.start + 0.3 * length)
    last = (times > phrase.end - 0.3 * length) & (times < phrase.end)

    assert moved[first].mean() - moved[last].mean() > 0.5 * DECLINATION[0]


def test_the_lungs_are_fuller_at_the_start_of_a_phrase_than_at_its_end(dialogue):
    cues = extract_cues(dialogue)
    phrase = max(cues.phrases, key=lambda p: p.end - p.start)
    times = frame_times(dialogue.masks.shape[1])
    full = lung_volume(cues, phrase.person, times, 0.25, 0.0)

    assert np.abs(full).max() <= 1.01
    assert np.interp(phrase.start + 0.4, times, full) > np.interp(phrase.end - 0.4, times, full) + 0.5


def test_heads_of_a_restless_scene_move_more(dialogue):
    from research.simulator.synthesize import synthesize

    calm, restless = (synthesize(dialogue, Layout(energy=e), 1)[..., 44:50] for e in (0.0, 1.0))
    speed = [np.abs(np.diff(x, axis=1)).mean() for x in (calm, restless)]

    assert speed[1] > 1.2 * speed[0]
