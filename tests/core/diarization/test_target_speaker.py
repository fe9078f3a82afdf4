"""The target-speaker VAD and what it is told apart by."""

import numpy as np
import pytest

from core.diarization import clustering, target_speaker
from core.diarization import log_mel as log_mel_features
from core.diarization.embeddings import NARROW_STEP, WIDE_STEP, SpeakerEmbeddings
from core.engine.networks import target_speaker as network

FRAMES = 300


@pytest.fixture(scope="module")
def centres():
    return clustering.unit(np.abs(np.random.default_rng(0).normal(size=(2, 256)))).astype(np.float32)


@pytest.fixture(scope="module")
def embeddings(centres):
    """The first speaker in the first half, then the second."""
    wide, narrow = (
        centres[(np.arange(1, FRAMES, step) > FRAMES / 2).astype(int)].astype(np.float16)
        for step in (WIDE_STEP, NARROW_STEP)
    )
    return SpeakerEmbeddings(np.linspace(0, 1, FRAMES, dtype=np.float32), wide, narrow)


def test_the_target_has_similarity_1_and_the_other_0(embeddings, centres):
    first, second = target_speaker.speaker_features(embeddings, centres)

    assert first.shape == (FRAMES, target_speaker.OWN + target_speaker.SHARED)
    np.testing.assert_allclose(first[10, :6], [1, 1, 0, 0, 0.5, 0.5], atol=0.01)
    np.testing.assert_allclose(first[-10, :6], [0, 0, 1, 1, -0.5, -0.5], atol=0.01)
    np.testing.assert_array_equal(first[:, 6], embeddings.activity)
    np.testing.assert_allclose(first[:, 7], centres[0] @ centres[1], atol=1e-6)
    assert (first[10, 8:10] > 0).all() and (first[-10, 8:10] < 0).all()
    np.testing.assert_allclose(second[:, 8:10], -first[:, 8:10], atol=1e-6)


def test_exchanged_speakers_give_exchanged_masks(embeddings, centres):
    log_mel = np.random.default_rng(1).normal(size=(FRAMES, log_mel_features.WIDTH)).astype(np.float16)
    there = target_speaker.target_masks(log_mel, target_speaker.speaker_features(embeddings, centres))
    back = target_speaker.target_masks(log_mel, target_speaker.speaker_features(embeddings, centres[::-1]))

    assert there.min() >= 0 and there.max() <= 1 and np.abs(there[0] - there[1]).max() > 0.1
    np.testing.assert_allclose(back, there[::-1], atol=1e-5)


def test_the_margin_of_a_chunk_is_the_reach_of_the_network():
    assert target_speaker.REACH == network.REACH
    assert (target_speaker.OWN + target_speaker.SHARED, log_mel_features.WIDTH) == (network.SPEAKER, network.LOG_MEL)


def test_chunks_give_the_masks_of_the_whole(embeddings, centres, monkeypatch):
    log_mel = np.random.default_rng(1).normal(size=(FRAMES, log_mel_features.WIDTH)).astype(np.float16)
    features = target_speaker.speaker_features(embeddings, centres)
    whole = target_speaker.target_masks(log_mel, features)

    monkeypatch.setattr(target_speaker, "CHUNK", 40)

    np.testing.assert_allclose(target_speaker.target_masks(log_mel, features), whole, atol=1e-5)
