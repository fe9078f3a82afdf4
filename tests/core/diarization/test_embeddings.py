"""Voice activity and speaker embeddings of a recording can be cut into sections and computed in chunks."""

import numpy as np
import pytest

from core.diarization import clustering, embeddings

FRAMES = 3_000


@pytest.fixture(scope="module")
def recording():
    rng = np.random.default_rng(0)
    wide, narrow = (
        clustering.unit(np.abs(rng.normal(size=(len(range(1, FRAMES, step)), 256)))).astype(np.float16)
        for step in (embeddings.WIDE_STEP, embeddings.NARROW_STEP)
    )
    return embeddings.SpeakerEmbeddings(rng.random(FRAMES).astype(np.float32), wide, narrow)


@pytest.fixture(scope="module")
def centres():
    return clustering.unit(np.abs(np.random.default_rng(1).normal(size=(2, 256)))).astype(np.float32)


def test_a_section_has_the_similarities_of_the_whole_there(recording, centres):
    part = recording.part(600, 1503)

    assert len(part.activity) == 903
    inside = slice(1, 903 - embeddings.WIDE_STEP)  # between the section's own windows
    whole = recording.similarity(centres)[:, 600:1503]
    np.testing.assert_allclose(part.similarity(centres)[:, inside], whole[:, inside], atol=1e-5)
    np.testing.assert_allclose(
        part.lda_scores(centres)[0][:, inside], recording.lda_scores(centres)[0][:, 600:1503][:, inside], atol=1e-4
    )


def test_windows_in_chunks_give_the_same_centres(recording, monkeypatch):
    masks = np.random.default_rng(2).random((2, FRAMES)).astype(np.float32)
    at_once = recording.centres_of(masks)

    monkeypatch.setattr(embeddings, "CHUNK", 64)

    np.testing.assert_allclose(recording.centres_of(masks), at_once, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(at_once, axis=1), 1, atol=1e-5)


def test_windows_of_one_voice_alone_leave_out_both_at_once_and_silence(recording):
    masks = np.zeros((2, FRAMES), np.float32)
    masks[0, :1_000], masks[1, 800:2_000] = 1, 1
    middles = embeddings.WIDE_STEP * np.arange(len(recording.wide)) + 1

    first, second = recording.single_speaker(masks)

    assert first[middles < 750].all() and not first[middles > 850].any()
    assert second[(middles > 1_050) & (middles < 1_950)].all() and not second[middles > 2_050].any()
    assert not (first | second)[(middles > 850) & (middles < 950)].any()
