import numpy as np
import pytest

from core.gaze import CONTACT_COLUMN, INTENT_CHANNELS, INTENT_WIDTH
from core.generate import load_model
from core.generator import condition
from core.generator.sample_intents import contact_means, from_z, sample_intents, to_z
from core.generator.window_averaging import WINDOW
from core.layout import Layout
from core.speech import features

FRAMES = 3 * WINDOW


def conditions(layout: Layout, directions=(), frames=FRAMES) -> np.ndarray:
    """(2, T, K) of two people who say nothing."""
    silence = np.zeros((2, frames, features.WIDTH), np.float32)
    return condition.build(silence, np.zeros((2, frames), np.float32), layout, directions=directions)


def shares(means: np.ndarray) -> np.ndarray:
    """(P, 2) contact that the means ask for."""
    model = load_model()
    return means[..., CONTACT_COLUMN] * model.std[CONTACT_COLUMN] + model.mean[CONTACT_COLUMN]


def test_each_person_is_asked_for_the_contact_of_the_layout_and_for_no_other_mean():
    means, parts = contact_means(load_model(), conditions(Layout(contact_a=0.3, contact_b=0.8)), None)
    assert shares(means) == pytest.approx(np.array([[0.3, 0.8]]), abs=1e-5)
    assert np.isnan(np.delete(means, CONTACT_COLUMN, axis=-1)).all() and not parts.any()


def test_a_direction_begins_a_part_of_its_own_and_short_parts_are_free():
    means, parts = contact_means(load_model(), conditions(Layout(contact_b=0.9), [(15.0, Layout(contact_b=0.1))]), None)
    lengths = np.bincount(parts)
    assert (np.isnan(shares(means)).all(axis=1) == (lengths < WINDOW // 2)).all()
    assert shares(means)[[0, -1], 1] == pytest.approx([0.9, 0.1], abs=1e-5)


def test_nobody_is_asked_to_look_at_a_partner_behind():
    means, _ = contact_means(load_model(), conditions(Layout(facing_a=180.0)), None)
    assert np.isnan(shares(means)[0, 0]) and not np.isnan(shares(means)[0, 1])


def test_nobody_of_whom_something_is_kept_is_asked():
    mask = np.zeros((2, FRAMES, INTENT_WIDTH), bool)
    mask[0, :3] = True
    means, _ = contact_means(load_model(), conditions(Layout()), (np.zeros(mask.shape), mask))
    assert np.isnan(shares(means)[0, 0]) and not np.isnan(shares(means)[0, 1])


def test_units_of_the_network_and_back_change_nothing_that_a_face_can_do():
    intents = np.zeros((2, 100, INTENT_WIDTH), np.float32)
    intents[..., INTENT_CHANNELS["head"]] = 0.1 * np.sin(np.arange(100) / 40)[:, None]
    again = from_z(load_model(), to_z(load_model(), intents), 1.0)
    heads = INTENT_CHANNELS["head"]
    assert again[:, 10:-10, heads] == pytest.approx(intents[:, 10:-10, heads], abs=1e-3)


def test_what_is_kept_comes_back_and_the_rest_is_sampled():
    known, mask = np.zeros((2, 60, INTENT_WIDTH), np.float32), np.zeros((2, 60, INTENT_WIDTH), bool)
    head = INTENT_CHANNELS["head"]
    known[0, :, head], mask[0, :, head] = 0.05, True
    sampled = sample_intents(load_model(), conditions(Layout(), frames=60), 0, (known, mask), steps=2)
    assert sampled[0, :, head] == pytest.approx(np.full((60, 3), 0.05), abs=1e-3)
    assert np.abs(sampled[1, :, head] - 0.05).max() > 0.01
