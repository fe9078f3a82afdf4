"""Diarization of the sample dialogue, whose true turns are known, and of recordings made from it."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import decoding
from core.diarization.diarize import FROM_CHANNELS, MORE_VOICES, NO_VOICE, ONE_VOICE, diarize
from core.turns import masks_from_turns, read_csv
from research.evaluation.diarization.error_rates import Truth, boundary_error, errors

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample"
NOISE = np.random.default_rng(0).normal(0, 1e-3, 60 * decoding.SAMPLE_RATE).astype(np.float32)


@pytest.fixture(scope="module")
def sample():
    return decoding.load(SAMPLE / "dialogue.flac")


@pytest.fixture(scope="module")
def turns():
    return read_csv(SAMPLE / "dialogue.turns.csv")


@pytest.fixture(scope="module")
def truth(sample, turns):
    return Truth(tuple((t.start_s, t.end_s, t.speaker) for t in turns), sample.seconds)


@pytest.fixture(scope="module")
def found(sample):
    return diarize(sample)


def alone(sample, turns, speaker: str) -> np.ndarray:
    """(N,) the sample where only ``speaker`` speaks, silence elsewhere."""
    masks = masks_from_turns(turns, decoding.frame_count(len(sample.mono)))
    own, other = masks if speaker == "A" else masks[::-1]
    gate = np.repeat(own * (1 - other), decoding.SAMPLES_PER_FRAME)[: len(sample.mono)]
    return sample.mono * gate


def test_the_sample_is_told_apart(found, truth):
    assert found.notes == []
    assert errors(truth, found.turns).der < 15
    assert errors(truth, found.turns, collar=0.25).der < 6
    assert boundary_error(truth, found.turns) <= 80


def test_masks_cover_every_frame_and_stay_in_range(found, sample):
    assert found.masks.shape == (2, decoding.frame_count(len(sample.mono))) and found.masks.dtype == np.float32
    assert found.masks.min() >= 0 and found.masks.max() <= 1
    assert found.confidence.shape == found.masks.shape[1:] and found.confidence.mean() > 0.6


def test_who_speaks_first_is_a(found):
    assert min(found.turns).speaker == "A"


def test_the_same_sound_gives_the_same_masks(found, sample):
    np.testing.assert_array_equal(diarize(sample).masks, found.masks)


def test_loudness_changes_nothing(found, sample):
    softer = diarize(decoding.from_samples(sample.mono / 8))

    assert np.abs(softer.masks - found.masks).mean() < 0.03


def test_a_person_a_channel_is_found_also_when_the_microphones_hear_both(sample, turns, truth):
    a, b = alone(sample, turns, "A"), alone(sample, turns, "B")
    heard = np.stack([a + 0.2 * b, b + 0.2 * a]) + NOISE[: len(a)] * [[1], [0.7]]

    found = diarize(decoding.from_samples(heard))

    assert found.notes == [FROM_CHANNELS]
    assert errors(truth, found.turns, collar=0.25).confused == 0


def test_ordinary_stereo_is_not_taken_for_a_person_a_channel(sample):
    found = diarize(decoding.from_samples(np.stack([sample.mono, 0.6 * sample.mono])))

    assert found.notes == []


def test_with_one_voice_the_partner_listens(sample, turns):
    found = diarize(decoding.from_samples(alone(sample, turns, "B") + NOISE[: len(sample.mono)]))

    assert found.notes == [ONE_VOICE]
    assert not found.masks[1].any() and {turn.speaker for turn in found.turns} == {"A"}


def test_a_third_voice_is_reported_and_in_no_mask(sample, turns, truth):
    said = alone(sample, turns, "A")
    said = said[said != 0]  # A's words one after the other, as somebody smaller says them
    third = np.interp(np.arange(0, len(said) - 1, 1.25), np.arange(len(said)), said)[: 6 * decoding.SAMPLE_RATE]
    apart = diarize(decoding.from_samples(np.concatenate([sample.mono, third, sample.mono]).astype(np.float32)))

    assert apart.notes == [MORE_VOICES]
    first = decoding.frame_count(len(sample.mono))
    assert (apart.masks[:, first + 12 : first + 138].max(axis=0) > 0.5).mean() < 0.1
    again = [t for t in apart.turns if t.end_s <= sample.seconds + 0.2]
    assert errors(truth, again).der < 15


def test_noise_and_tones_are_in_no_mask():
    seconds = np.arange(8 * decoding.SAMPLE_RATE) / decoding.SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * hertz * seconds) for hertz in (220, 277, 330)) * 0.1 * np.exp(-(seconds % 0.5) * 4)

    found = diarize(decoding.from_samples(chord + NOISE[: len(seconds)]))

    assert found.notes == [NO_VOICE] and not found.masks.any() and not found.turns


def test_work_can_be_cancelled(sample):
    class Cancelled(Exception):
        pass

    def cancel(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        diarize(sample, progress=cancel)
