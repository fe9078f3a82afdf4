from dataclasses import replace

import numpy as np
import pytest

from core.gaze import ADULT, aim, gaze_directions
from core.layout import Layout, room_poses
from research.evaluation.dyad import coupling
from research.evaluation.dyad.gaze_metrics import face_gaze
from research.evaluation.dyad.motion_events import head_angles
from research.simulator.dialogue import make_dialogue
from research.simulator.gaze_behaviour import simulate_gaze
from research.simulator.mimicry import NOD, SMILING, mimicked, mimicked_acts, partner_visibility, spontaneous
from research.simulator.person import draw_person
from research.simulator.prosodic_cues import extract_cues
from research.simulator.synthesize import synthesize
from research.simulator.turn_taking import default_statistics

BACKS = Layout(facing_a=180.0, facing_b=180.0, contact_a=0.0, contact_b=0.0)


def generated(dialogue, layout, seed):
    """The motions and what both heads look at."""
    motions = aim(synthesize(dialogue, layout, seed), room_poses(layout), (ADULT, ADULT))
    return motions, gaze_directions(motions, room_poses(layout), (ADULT, ADULT))


@pytest.fixture(scope="module")
def excess(voices):
    """(dialogues, lags, behaviours) of three performances each."""
    dialogues = [make_dialogue(voices, default_statistics(), seed, 30.0) for seed in range(4)]
    return np.stack(
        [
            coupling.excess_correlation([coupling.behaviours(*generated(d, Layout(), seed)) for seed in range(3)])
            for d in dialogues
        ]
    ).mean(axis=0)


def test_mimicry_follows_within_its_delay_and_outside_the_refractory_time_of_own_acts(dialogue):
    rng = np.random.default_rng(0)
    people = (draw_person(rng), draw_person(rng))
    gaze = simulate_gaze(dialogue, extract_cues(dialogue), Layout(), people, rng)[0]
    seen, own = spontaneous(NOD, dialogue.seconds, 3.0, rng), [5.0, 20.0]
    found = mimicked_acts(NOD, seen, own, people[0], gaze, 1.0, rng)

    assert len(found) > 2
    assert all(0.2 < moment - seen[k] < people[0].lag + NOD.delay[1] + 1e-9 for k, moment in found)
    assert all(abs(moment - other) > NOD.rest for _, moment in found for other in own)
    assert not mimicked_acts(NOD, seen, own, people[0], gaze, 0.0, rng)


def test_a_mimicked_smile_is_delayed_scaled_and_smaller_in_peripheral_vision(dialogue):
    rng = np.random.default_rng(0)
    people = (draw_person(rng), draw_person(rng))
    gaze = simulate_gaze(dialogue, extract_cues(dialogue), Layout(), people, rng)[0]
    watching, away = (replace(gaze, at_partner=np.full_like(gaze.at_partner, on)) for on in (True, False))
    smile = np.zeros(len(gaze.at_partner))
    smile[100:150] = 0.5
    seen, hardly = (mimicked(SMILING, smile, people[0], where, 1.0) for where in (watching, away))

    begins = np.flatnonzero(seen)[0] - 100
    assert abs(begins / 25 - people[0].lag - SMILING.behind) < 0.03
    assert 0.5 * people[0].mimicry * SMILING.share == pytest.approx(seen.max(), rel=1e-3)
    assert hardly.max() == pytest.approx(0.6 * seen.max(), rel=1e-3)
    assert not mimicked(SMILING, smile, people[0], gaze, 0.0).any()


def test_who_stands_back_to_back_sees_nothing_and_keeps_the_head_to_the_front(dialogue):
    motions, seen = generated(dialogue, BACKS, 1)

    assert partner_visibility(BACKS) == (0, 0) and partner_visibility(Layout()) == (1, 1)
    assert not face_gaze(seen).any()
    assert np.abs(head_angles(motions)[0]).max() < 60


def test_smiles_tilts_and_looks_are_coupled_beyond_what_the_speech_explains(excess):
    peak = {name: excess[:, k][np.abs(excess[:, k]).argmax()] for k, name in enumerate(coupling.BEHAVIOURS)}

    assert min(peak[name] for name in ("smile", "brows up", "look at partner", "shift back")) > 0.2
    assert peak["head roll"] < -0.2 and peak["shift aside"] < -0.2  # as in a mirror


def test_no_head_stands_still(dialogue):
    motions, _ = generated(dialogue, Layout(), 2)
    speed = np.linalg.norm(np.diff(head_angles(motions), axis=2), axis=0) * 25
    smooth = np.stack([np.convolve(own, np.ones(12) / 12, "valid") for own in speed])

    assert smooth.min() > 1.0  # degrees a second, over half a second
    assert 8 < np.median(smooth) < 35  # people in talk: 20 to 33


def test_who_looks_seldom_still_looks_every_few_seconds(dialogue):
    layout = Layout(distance=0.75, facing_a=-85.0, facing_b=85.0, contact_a=0.15, contact_b=0.25)
    on = face_gaze(generated(dialogue, layout, 3)[1])

    for person, longest in zip(on, (14, 10), strict=True):
        times = np.flatnonzero(person) / 25
        assert np.diff(np.concatenate([[0], times, [len(person) / 25]])).max() < longest
