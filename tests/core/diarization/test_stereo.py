"""Stereo files with one person on each channel, with crosstalk."""

import numpy as np

from core.diarization import stereo

FRAMES = 200
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, FRAMES * 640)).astype(np.float32)
ACTIVE = np.stack([np.arange(FRAMES) < 100, np.arange(FRAMES) >= 90]).astype(np.float32)  # 10 frames of overlap


def channels(crosstalk: float) -> np.ndarray:
    voices = NOISE * np.repeat(ACTIVE, 640, axis=1)
    return voices + crosstalk * voices[::-1] + 1e-4 * NOISE[::-1]


def test_levels_are_decibels_of_full_scale_and_never_below_silence():
    half = np.full((2, 640 + 320), 0.1, np.float32)
    half[1] = 0

    np.testing.assert_allclose(stereo.levels(half), [[-20, -23.01], [stereo.SILENCE] * 2], atol=0.01)


def test_a_person_on_each_channel_is_told_from_one_off_centre():
    both = np.ones((2, FRAMES), np.float32)

    assert stereo.one_person_each(channels(0.3), both)
    assert not stereo.one_person_each(np.stack([NOISE[0], 0.4 * NOISE[0]]), both)
    assert not stereo.one_person_each(channels(0.3), both * 0.1)


def test_crosstalk_is_in_no_mask_and_overlap_in_both():
    masks = stereo.channel_masks(channels(0.3), np.ones((2, FRAMES), np.float32))

    assert masks[0, :100].min() > 0.5 and masks[1, 90:].min() > 0.5
    assert masks[0, 101:].max() < 0.2 and masks[1, :89].max() < 0.2
