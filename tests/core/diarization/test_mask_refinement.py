"""Score fusion: neither the network nor the voice activity adds speech alone, and speakers can be exchanged."""

import numpy as np

from core.diarization.mask_refinement import fuse

SURE, NEVER = 0.98, 0.02


def test_a_voice_both_hear_is_kept_and_one_that_neither_hears_is_not():
    found = np.array([[SURE] * 40 + [NEVER] * 40, [NEVER] * 80])

    masks = fuse(found, np.array([SURE] * 40 + [NEVER] * 40), np.zeros(80))

    assert masks[0, :35].min() > 0.9 and masks[:, 45:].max() < 0.1 and masks[1].max() < 0.1


def test_noise_that_only_the_network_takes_for_a_voice_moves_no_mouth():
    assert fuse(np.array([[0.7] * 50, [NEVER] * 50]), np.full(50, NEVER), np.zeros(50)).max() < 0.3


def test_talking_at_once_needs_the_network_to_be_sure_of_both():
    both, doubtful = np.array([[SURE] * 50, [0.95] * 50]), np.array([[SURE] * 50, [0.55] * 50])

    assert fuse(both, np.full(50, SURE), np.zeros(50)).min() > 0.5
    assert fuse(doubtful, np.full(50, SURE), np.zeros(50))[1].max() < 0.4


def test_a_second_voice_of_a_single_frame_is_none():
    flash = np.array([[SURE] * 50, [NEVER] * 50])
    flash[1, 25] = SURE

    assert fuse(flash, np.full(50, SURE), np.zeros(50))[1].max() < 0.4


def test_exchanged_voices_give_exchanged_masks():
    rng = np.random.default_rng(0)
    found, voice, lead = rng.random((2, 100)), rng.random(100), rng.normal(size=100)

    np.testing.assert_allclose(fuse(found[::-1], voice, -lead), fuse(found, voice, lead)[::-1], atol=1e-6)
