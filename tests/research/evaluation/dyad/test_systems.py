"""The baselines and sanity checks of the generator's table, on one short dialogue and the shipped weights."""

from dataclasses import replace

import numpy as np
import pytest

from core import gaze, generate
from core.layout import Layout
from core.speech import features
from research.corpora.recordings import Phone
from research.evaluation.dyad import networks, systems
from research.evaluation.mouth import dialogue_metrics

FRAMES = 400


def case(seed: int) -> systems.Case:
    rng = np.random.default_rng(seed)
    masks = np.zeros((2, FRAMES), np.float32)
    masks[0, :200] = masks[1, 200:] = 1
    encoded = (rng.normal(size=(2, FRAMES, features.WIDTH)) * masks[..., None]).astype(np.float32)
    intents = np.zeros((2, FRAMES, gaze.INTENT_WIDTH), np.float32)
    intents[..., 9] = 0.3 * masks * (1 + np.sin(np.arange(FRAMES)))  # jawOpen while speaking
    phones = ([Phone(1.0, 1.1, "P"), Phone(1.1, 1.5, "AA")], [Phone(9.0, 9.1, "M")])
    return systems.Case(encoded, masks, intents, Layout(), np.array([[0, 8, 0], [8, 16, 1]]), phones)


@pytest.fixture(scope="module")
def cases():
    return [case(seed) for seed in range(3)]


def test_the_network_moves_and_is_moved_by_masks_and_voices(cases):
    model = generate.load_model()
    motion = networks.network(model)(cases[0], 0)
    assert motion.shape == cases[0].intents.shape
    for check in (networks.swapped_masks, networks.swapped_voices):
        assert np.abs(check(model)(cases[0], 0) - motion).max() > 0.05


def test_still_systems_never_move(cases):
    assert not np.diff(systems.constant_pose(np.ones(56))(cases[0], 0), axis=1).any()


def test_borrowed_clips_have_the_right_length_and_come_from_the_training(cases):
    short = case(7)
    for system in (systems.random_clip(cases), systems.nearest_clip(cases, seconds=4)):
        assert system(short, 1).shape == short.intents.shape
    jaw = systems.nearest_clip(cases, seconds=4)(short, 0)[..., 9]
    assert not jaw[0, 200:].any() and not jaw[1, :200].any()  # the nearest masks are those that say who is silent
    assert jaw[0, :200].std() > 0.1 and jaw[1, 200:].std() > 0.1


def test_an_open_mouth_misses_its_closures_and_a_shut_one_closes_its_vowels(cases):
    opened, shut = np.zeros((2, 2, FRAMES, 59), np.float32)
    opened[..., 9] = 0.5
    assert dialogue_metrics.mouth_metrics(cases[0], opened, opened)[1].recall == 0
    counts = dialogue_metrics.mouth_metrics(cases[0], shut, opened)[1]
    assert counts.recall == 1 and counts.false_closure == 1


def test_leak_is_read_where_the_partner_speaks_and_against_the_partners_loudness(cases):
    one = cases[0]
    motions = np.zeros((2, FRAMES, 59), np.float32)
    motions[..., 9] = one.intents[..., 9]
    loudness = 0.1 + 0.1 * np.sin(np.arange(FRAMES) / 7)
    silence = replace(one, masks=one.masks * (np.arange(FRAMES) % 200 < 100))  # the second half of each turn
    encoded = np.zeros_like(one.features)
    encoded[1, :, dialogue_metrics.LEVEL] = loudness
    motions[0, 300:, 9] = 0.4  # A's mouth opens while both are silent
    quiet = dialogue_metrics.mouth_metrics(replace(silence, features=encoded), motions, motions)[0]
    assert quiet["leak"] == quiet["leak correlation"] == 0
    motions[0, 200:, 9] = loudness[200:]  # A mouths B's words
    leaking = dialogue_metrics.mouth_metrics(replace(silence, features=encoded), motions, motions)[0]
    assert leaking["leak"] > 0.1 and leaking["leak correlation"] == pytest.approx(0.5, abs=0.02)  # of both people


def test_one_mix_is_the_same_for_both_and_masks_can_be_made_sure(cases):
    mixed = networks.one_mix(replace(cases[0], mixed=cases[0].features.sum(axis=0)))
    assert np.array_equal(mixed.features[0], mixed.features[1]) and mixed.features.any()
    assert not (networks.binary_masks(replace(cases[0], masks=np.full((2, FRAMES), 0.7, np.float32))).masks - 1).any()


def test_each_is_generated_with_the_true_partner_given(cases):
    made = networks.with_given_partner(generate.load_model())(cases[0], 0)
    other = networks.with_given_partner(generate.load_model())(replace(cases[0], intents=cases[0].intents + 0.1), 0)
    assert made.shape == cases[0].intents.shape
    assert np.abs(made - networks.network(generate.load_model())(cases[0], 0)).max() > 0.01
    assert np.abs(made - other).max() > 0.001  # the partner is seen


def test_the_simulator_takes_given_masks(cases):
    sound = np.random.default_rng(0).normal(0, 3000, FRAMES * 640).astype(np.int16)
    generated = systems.simulator_with_masks(lambda case: case.masks)(replace(cases[0], sound=sound), 0)
    assert generated.shape == cases[0].intents.shape and np.isfinite(generated).all()
    assert generated[0, :200, 9].max() > 0.05 > generated[0, 250:, 9].max()  # jawOpen of who speaks
