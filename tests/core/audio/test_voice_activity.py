"""The port of Silero VAD against the original package, and where its probabilities lie in time."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import decoding, voice_activity
from core.engine.networks import silero
from core.turns import read_csv

SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample"


@pytest.fixture(scope="module")
def mono():
    return decoding.load(SAMPLE / "dialogue.flac", duration=8.0).mono


def test_probabilities_are_those_of_the_original_package(mono):
    """silero_reference.npz holds what silero-vad 6.2.3 gives for the same 8 s.

    Made with ``model = silero_vad.load_silero_vad()`` (the TorchScript network) and, chunk after chunk of 512 samples,
    ``model(torch.from_numpy(chunk), 16000).item()``. The port was equal within 8e-7.
    """
    original = np.load(Path(__file__).with_name("silero_reference.npz"))["probability"]

    ours = voice_activity.speech_probability(mono)

    assert original.min() < 0.1 and original.max() > 0.99  # both silence and speech are compared
    np.testing.assert_allclose(ours, original, atol=1e-5)


def test_the_steps_are_those_of_the_network():
    assert (voice_activity.STEP, voice_activity.CONTEXT) == (silero.STEP, silero.CONTEXT)
    assert voice_activity.STATE.shape == (1, 1, silero.STATE)


def test_a_recording_in_chunks_gives_the_same_probabilities(mono, monkeypatch):
    at_once = voice_activity.speech_probability(mono[:50_000])

    monkeypatch.setattr(voice_activity, "CHUNK", 30)

    chunked = voice_activity.speech_probability(mono[:50_000])
    assert len(chunked) == 98
    np.testing.assert_allclose(chunked, at_once, atol=1e-5)


def test_activity_begins_where_speech_begins(mono):
    activity = voice_activity.voice_activity(np.concatenate([np.zeros(16_000, np.float32), mono]))
    first = min(turn.start_s for turn in read_csv(SAMPLE / "dialogue.turns.csv"))

    onset = (np.flatnonzero(activity > voice_activity.SPEECH)[0] + 0.5) / 25 - 1

    assert len(activity) == decoding.frame_count(len(mono) + 16_000) and activity.dtype == np.float32
    assert onset == pytest.approx(first, abs=0.08)
    assert activity[:20].max() < 0.1
