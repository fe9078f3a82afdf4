import numpy as np
import pytest

from core.layout import Layout
from research.simulator.gaze_behaviour import simulate_gaze
from research.simulator.head_motion import NECK, move_heads
from research.simulator.person import draw_person
from research.simulator.prosodic_cues import GRID, extract_cues, frame_times
from research.simulator.visual_prosody import prosodic_head_motion


@pytest.fixture(scope="module")
def cues(dialogue):
    return extract_cues(dialogue)


def test_yaw_stays_within_the_neck_range_when_the_partner_is_behind(dialogue):
    layout = Layout(facing_a=-110.0, facing_b=110.0, contact_a=0.9, contact_b=0.9)
    rng = np.random.default_rng(0)
    people, cues = (draw_person(rng), draw_person(rng)), extract_cues(dialogue)
    gaze = simulate_gaze(dialogue, cues, layout, people, rng)
    motion = move_heads(dialogue, cues, layout, people, gaze, rng)

    for own, track in zip(motion, gaze, strict=True):
        yaw = np.degrees(track.turned + own[:, 2] + own[:, 5])
        assert np.abs(yaw).max() < NECK[1] + 1e-6
        assert np.abs(yaw).max() > NECK[0] - 20  # it is a large turn


def test_the_head_of_the_speaker_follows_pitch_and_lowers_on_accents(dialogue, cues):
    times = frame_times(dialogue.masks.shape[1])
    lively, still = (prosodic_head_motion(cues, dialogue.turns, 0, gain, 0.5, times) for gain in (1.0, 0.0))
    beats = (lively - still)[0]
    accents = [a for a in cues.accents if a.person == 0 and a.rise < 0.5]
    at = np.array([min(int((a.time + 0.03) * 25), len(beats) - 1) for a in accents])
    before = np.maximum(at - 7, 0)

    assert len(accents) > 5
    assert np.median(beats[at] - beats[before]) < -np.radians(0.5)
    listening = np.interp(times, np.arange(len(cues.floor)) / GRID, (cues.floor == 1).astype(float)) > 0.99
    speaking = np.interp(times, np.arange(len(cues.floor)) / GRID, (cues.floor == 0).astype(float)) > 0.99
    assert np.degrees(still[0][speaking].mean() - still[0][listening].mean()) > 2  # ROLE
