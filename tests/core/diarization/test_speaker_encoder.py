"""The port of Resemblyzer's speaker encoder against the original package."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import decoding
from core.diarization import speaker_encoder

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample" / "dialogue.flac"


@pytest.fixture(scope="module")
def mono():
    return decoding.load(SAMPLE, duration=8.0).mono


@pytest.fixture(scope="module")
def original():
    return np.load(Path(__file__).with_name("speaker_encoder_reference.npz"))


@pytest.mark.parametrize("name, seconds", [("wide", 1.6), ("narrow", 0.8)])
def test_embeddings_are_those_of_the_original_package(name, seconds, mono, original):
    """speaker_encoder_reference.npz holds what Resemblyzer 0.1.4 gives for four windows of the same 8 s.

    Made with its ``normalize_volume(window, -30)`` for the gain of each window, its ``wav_to_mel_spectrogram`` of the
    8 s at that gain, cut to the window, and ``VoiceEncoder`` of that. The port was equal within 4.3e-4: its weights are
    rounded to float16.
    """
    ours = speaker_encoder.embed(mono, original["centres"], seconds)

    assert (original[name] @ original[name].T).min() < 0.5  # two speakers are compared
    np.testing.assert_allclose(ours, original[name], atol=1e-3)


def test_loudness_batches_and_the_ends_of_a_recording_do_not_matter(mono, original):
    centres = original["centres"]
    at_once = speaker_encoder.embed(mono, centres, 1.6)

    np.testing.assert_allclose(speaker_encoder.embed(mono / 50, centres, 1.6), at_once, atol=1e-4)
    np.testing.assert_allclose(speaker_encoder.embed(mono, centres, 1.6, batch=1), at_once, atol=1e-4)
    ends = speaker_encoder.embed(mono, np.array([320, len(mono) - 320]), 1.6)
    np.testing.assert_allclose(np.linalg.norm(ends, axis=1), 1, atol=1e-5)
