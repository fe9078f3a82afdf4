"""The sentences about a recording's quality name what was done to it."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import decoding
from core.audio.quality import read_quality
from core.diarization.diarize import Diarization

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample" / "dialogue.flac"


@pytest.fixture(scope="module")
def mono():
    return decoding.load(SAMPLE).mono


def words(samples: np.ndarray) -> str:
    return " ".join(read_quality(decoding.from_samples(samples.astype(np.float32))).words)


def telephone(mono: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(mono)
    spectrum[np.fft.rfftfreq(len(mono), 1 / decoding.SAMPLE_RATE) > 3_400] = 0
    return np.fft.irfft(spectrum, len(mono))


def test_a_good_recording_is_called_good(mono):
    assert words(mono).startswith("A good recording")


def test_each_fault_is_named(mono):
    noise = np.random.default_rng(0).normal(0, 1, len(mono))
    assert "Very quiet" in words(mono * 0.01)
    assert "Distorted" in words(np.clip(mono * 8, -0.9, 0.9))
    assert "Very noisy" in words(mono + 0.03 * noise)
    assert "Some noise" in words(mono + 0.012 * noise)
    assert "Telephone" in words(telephone(mono))
    assert "No voice" in words(0.01 * noise)


def test_overlap_and_uncertain_speakers_are_reported(mono):
    frames = decoding.frame_count(len(mono))
    unclear = Diarization(np.full((2, frames), 0.6, np.float32), [], [])

    reading = read_quality(decoding.from_samples(mono), unclear.masks)

    assert reading.overlap == 1 and reading.uncertain == 1
    assert "same time in 100 %" in " ".join(reading.words) and "not clear who speaks" in " ".join(reading.words)
