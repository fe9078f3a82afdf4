from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from research.corpora.recordings import read_corpus
from research.evaluation.mouth import labelled_dialogues

HEADER = "file,speaker,sex,seconds,transcript,language,licence,source,align\n"


@pytest.fixture
def recordings(tmp_path):
    """Two utterances of one second by each of two speakers: silence, an m, an open vowel."""
    rng, rows = np.random.default_rng(0), []
    for name, speaker in (("a1", "anna"), ("a2", "anna"), ("b1", "bert"), ("b2", "bert")):
        soundfile.write(tmp_path / f"{name}.flac", rng.normal(0, 0.05, 16_000), 16_000)
        (tmp_path / f"{name}.phones.csv").write_text(
            "start_s,end_s,phone\n0,0.2,SIL\n0.2,0.4,M\n0.4,0.9,AA\n0.9,1,SIL\n"
        )
        rows.append(f"{name}.flac,{speaker},F,1.0,ma,en,CC0,here,ok")
    (tmp_path / "index.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return read_corpus(tmp_path)


def test_two_speakers_take_turns_and_their_labels_move_with_their_sound(recordings):
    (labelled,) = labelled_dialogues.pair_speakers(recordings)
    masks = labelled.dialogue.masks

    assert [turn.person for turn in labelled.dialogue.turns] == [0, 1, 0, 1]
    assert not ((masks[0] > 0) & (masks[1] > 0)).any()
    for person in (0, 1):
        for start, end in labelled.labels[person].closures:
            assert masks[person, round(start * 25) : round(end * 25)].min() > 0.9
            sound = labelled.dialogue.tracks[person, int(start * 16_000) : int(end * 16_000)]
            assert np.abs(sound).max() > 0.01


def test_with_an_overlap_both_speak_at_once(recordings):
    (labelled,) = labelled_dialogues.pair_speakers(recordings, overlap=0.5)
    masks = labelled.dialogue.masks

    assert ((masks[0] > 0.5) & (masks[1] > 0.5)).any()


def test_alone_only_one_is_heard_and_asked(recordings):
    (labelled,) = labelled_dialogues.pair_speakers(recordings)
    only = labelled_dialogues.one_speaker(labelled, 1)

    assert not only.labels[0].closures and only.labels[1].closures == labelled.labels[1].closures
    assert np.array_equal(only.dialogue.mix, labelled.dialogue.tracks[1])
    assert only.dialogue.masks[0].max() == 0


def test_noise_is_added_at_the_level_asked_for(recordings):
    (labelled,) = labelled_dialogues.pair_speakers(recordings)
    noise = np.random.default_rng(1).normal(0, 1, 16_000)
    added = labelled_dialogues.with_noise(labelled, noise, 10).dialogue.mix - labelled.dialogue.mix

    assert 20 * np.log10(0.05 / added.std()) == pytest.approx(10, abs=1)


def test_estimated_masks_are_assigned_to_the_people_they_agree_with(recordings, monkeypatch):
    (talk,) = labelled_dialogues.pair_speakers(recordings)
    exchanged = SimpleNamespace(masks=talk.dialogue.masks[::-1] * 0.9)
    monkeypatch.setattr(labelled_dialogues, "diarize", lambda sound: exchanged)

    assert np.allclose(labelled_dialogues.with_estimated_masks(talk).masks, talk.dialogue.masks * 0.9)
