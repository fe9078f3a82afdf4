import numpy as np
import pytest

from core.gaze import ADULT, aim, gaze_directions
from core.layout import Layout, room_poses
from core.motion import EXPRESSION_NAMES
from research.evaluation.dyad.behaviour import Scene, face_gaze, measure
from research.evaluation.dyad.motion_events import nods
from research.simulator.dialogue import make_dialogue
from research.simulator.person import draw_person, random_layout
from research.simulator.prosodic_cues import extract_cues
from research.simulator.synthesize import synthesize
from research.simulator.turn_taking import default_statistics

COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}


@pytest.fixture(scope="module")
def dialogues(voices):
    return [make_dialogue(voices, default_statistics(), seed, 60.0) for seed in range(5)]


def scene(dialogue, layout: Layout, seed: int = 0) -> Scene:
    intents = synthesize(dialogue, layout, seed)
    turns = [(t.start, t.end, t.person) for t in dialogue.turns]
    motions = aim(intents, room_poses(layout), (ADULT, ADULT))
    return Scene(motions, layout, dialogue.masks, turns, intents[..., 52])


@pytest.fixture(scope="module")
def rows(dialogues):
    return [measure(scene(d, Layout(), seed)) for seed, d in enumerate(dialogues)]


def test_a_performance_has_a_row_a_frame_and_its_seed_decides_it(dialogue):
    first, again, other = (synthesize(dialogue, Layout(), seed) for seed in (1, 1, 2))

    assert first.shape == (2, dialogue.masks.shape[1], 56) and np.isfinite(first).all()
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean() > 0.005


def test_the_limits_of_the_heads_hold_in_any_scene(dialogue):
    for seed in range(6):
        face = synthesize(dialogue, random_layout(np.random.default_rng(seed)), seed)[..., :44]
        assert face.min() >= 0 and face.max() <= 1
        assert (face[..., COLUMN["mouthClose"]] <= face[..., COLUMN["jawOpen"]] + 1e-6).all()
        assert (face[..., COLUMN["eyeBlinkLeft"]] + face[..., COLUMN["eyeSquintLeft"]]).max() <= 1 + 1e-6


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_each_looks_at_the_other_for_the_share_of_time_that_is_asked(dialogues, share):
    layout = Layout(contact_a=share, contact_b=share)
    got = [
        face_gaze(gaze_directions(s.motions, room_poses(layout), s.geometries)).mean()
        for s in (scene(d, layout) for d in dialogues[:4])
    ]

    assert abs(np.mean(got) - share) < 0.06


def test_the_gaze_meets_the_partner_where_contact_is_meant(dialogue):
    assert measure(scene(dialogue, Layout()))["contact error deg"] < 2


def test_long_turns_begin_averted_and_turns_end_on_the_partner(rows):
    assert np.nanmean([row["long turns begin averted"] for row in rows]) > 0.8
    assert np.nanmean([row["turns end on the partner"] for row in rows]) > 0.8
    assert np.mean([row["face gaze listening"] for row in rows]) > 1.3 * np.mean(
        [row["face gaze speaking"] for row in rows]
    )


def test_a_listener_nods_when_the_partner_ends_a_phrase(rows):
    assert np.nanmean([row["nods after phrase ends"] for row in rows]) > 0.45


def test_blinks_come_as_often_as_those_of_people_and_shut_the_eye(rows):
    assert 10 < np.mean([row["blinks per minute listening"] for row in rows]) < 25
    assert np.mean([row["blinks fully closed"] for row in rows]) > 0.9


def test_the_silent_partner_keeps_the_lips_together(dialogues):
    for dialogue in dialogues[:3]:
        intents = synthesize(dialogue, Layout(), 0)
        jaw, masks = intents[..., COLUMN["jawOpen"]], dialogue.masks
        # a breath is drawn before a turn, and a mouth takes its time to rest
        near = np.stack([np.convolve(own > 0, np.ones(31), "same") > 0 for own in masks])
        assert jaw[~near & (masks[::-1] > 0.9)].max() < 0.03 < 0.3 * jaw[masks > 0.9].mean()


def test_a_warm_scene_smiles_and_a_cold_one_frowns(dialogues):
    warm, cold = (
        np.mean([synthesize(d, Layout(warmth=w), 0)[..., :44].mean(axis=(0, 1)) for d in dialogues[:4]], axis=0)
        for w in (0.9, -0.9)
    )

    assert warm[COLUMN["mouthSmileLeft"]] > 2 * cold[COLUMN["mouthSmileLeft"]]
    assert cold[COLUMN["browDownLeft"]] > 2 * warm[COLUMN["browDownLeft"]]


def test_the_two_people_of_a_scene_have_different_habits(dialogue, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "research.simulator.synthesize.draw_person", lambda rng: drawn.append(draw_person(rng)) or drawn[-1]
    )
    synthesize(dialogue, Layout(), 1)
    a, b = (vars(person) for person in drawn)

    assert len(drawn) == 2 and sum(a[habit] != b[habit] for habit in a) > 0.8 * len(a)


def test_one_person_of_a_scene_moves_unlike_the_other_in_the_same_silence(dialogue):
    intents = synthesize(dialogue, Layout(), 1)
    silent = (dialogue.masks == 0).all(axis=0)

    assert silent.sum() > 50
    assert np.abs(intents[0, silent, 44:50] - intents[1, silent, 44:50]).mean() > np.radians(0.5)


def test_accents_lie_in_speech(dialogue):
    cues = extract_cues(dialogue)

    assert len(cues.accents) > 10
    assert all(cues.speaking[a.person][min(int(a.time * 100), cues.speaking.shape[1] - 1)] for a in cues.accents)


def test_what_is_called_a_nod_is_found_as_one():
    time = np.arange(100) / 25
    pitch = np.where((time > 1) & (time < 2), 3 * np.sin(2 * np.pi * 2.5 * (time - 1)), 0)

    assert len(nods(pitch)) == 1
