"""Who speaks when in the sample dialogue, whose true turns are known."""

from pathlib import Path

import numpy as np
import pytest

from talking_together.core import audio
from talking_together.core.evaluation.turn_errors import Truth, boundary_error, errors
from talking_together.core.speakers import find_speakers
from talking_together.core.turns import read_csv

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"


@pytest.fixture(scope="module")
def sample():
    return audio.load(SAMPLE / "dialogue.flac")


@pytest.fixture(scope="module")
def truth(sample):
    turns = read_csv(SAMPLE / "dialogue.turns.csv")
    return Truth(tuple((t.start_s, t.end_s, t.speaker) for t in turns), sample.seconds)


@pytest.fixture(scope="module")
def found(sample):
    return find_speakers(sample)


def test_the_sample_is_told_apart(found, truth):
    assert errors(truth, found.turns).der < 15
    assert errors(truth, found.turns, collar=0.25).der < 6
    assert boundary_error(truth, found.turns) <= 80


def test_masks_cover_every_frame_and_stay_in_range(found, sample):
    assert found.masks.shape == (2, audio.frame_count(len(sample.mono))) and found.masks.dtype == np.float32
    assert found.masks.min() >= 0 and found.masks.max() <= 1


def test_who_speaks_first_is_a(found):
    assert min(found.turns).speaker == "A"


def test_the_same_sound_gives_the_same_masks(found, sample):
    np.testing.assert_array_equal(find_speakers(sample).masks, found.masks)
