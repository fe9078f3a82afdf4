import numpy as np
import pytest

from core.layout import Layout
from research.simulator.gaze_behaviour import simulate_gaze
from research.simulator.head_motion import NECK, move_heads
from research.simulator.person import draw_person
from research.simulator.prosodic_cues import GRID, extract_cues, frame_times
from research.simulator.visual_prosody import lung_volume, prosodic_head_motion


def head_motion(dialogue, layout: Layout) -> np.ndarray:
    """(2, T, 9) neck, head (axis-angle, radians) and translation (metres) of both people."""
    rng = np.random.default_rng(0)
    people, cues = (draw_person(rng), draw_person(rng)), extract_cues(dialogue)
    gaze = simulate_gaze(dialogue, cues, layout, people, rng)
    return np.stack(move_heads(dialogue, cues, layout, people, gaze, rng))


@pytest.fixture(scope="module")
def cues(dialogue):
    return extract_cues(dialogue)


def test_neck_and_head_share_every_rotation_and_the_trunk_moves_by_centimetres(dialogue):
    motion = head_motion(dialogue, Layout())
    neck, head, translation = np.split(motion, 3, axis=-1)

    assert np.allclose(neck / 0.42, head / 0.58)
    assert 0.003 < np.abs(translation).max() < 0.12
    assert np.linalg.norm(np.diff(head + neck, axis=1), axis=-1).max() * 25 < np.radians(400)  # per second


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


def test_lungs_empty_over_a_phrase_and_breathe_quietly_while_listening(dialogue, cues):
    times = frame_times(dialogue.masks.shape[1])
    volume = lung_volume(cues, 0, times, 0.25, 0.0)
    long = [p for p in cues.phrases if p.person == 0 and p.end - p.start > 0.8]
    used = [np.interp(p.start + 0.3, times, volume) - np.interp(p.end - 0.3, times, volume) for p in long]

    assert long and np.mean(used) > 0.3
    assert np.abs(volume).max() <= 1 + 1e-6
