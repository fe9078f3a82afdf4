import numpy as np
import pytest
import soundfile

from core.errors import UserError
from research.corpora import recordings

HEADER = "file,speaker,sex,seconds,transcript,transcript_source,language,licence,source,notes,align,align_min_share\n"


@pytest.fixture
def data(tmp_path):
    """A corpus of two recordings, one that may train and one that may not."""
    folder = tmp_path / "speech" / "readers"
    folder.mkdir(parents=True)
    rows = [
        "a.flac,anna,F,1.0,Pam came,corpus,en,CC BY 4.0 (Readers),a place,,ok,0.1",
        "b.flac,bert,M,1.0,Pam went,corpus,en,CC BY-NC 4.0,a place,,ok,0.1",
    ]
    (folder / "index.csv").write_text(HEADER + "\n".join(rows) + "\n")
    soundfile.write(folder / "a.flac", np.zeros(16_000), 16_000)
    (folder / "a.phones.csv").write_text("start_s,end_s,phone\n0.00,0.25,SIL\n0.25,0.40,P\n")
    return tmp_path


def test_a_row_becomes_a_recording_with_its_sound_and_phones(data):
    anna = recordings.read_speech(data)[0]

    assert (anna.speaker, anna.sex, anna.corpus, anna.language) == ("anna", "F", "readers", "en")
    assert len(recordings.read_samples(anna.path)) == 16_000
    assert recordings.read_phones(anna.phones_path)[1] == recordings.Phone(0.25, 0.40, "P")


def test_only_permissive_licences_may_train(data):
    assert [r.speaker for r in recordings.trainable(recordings.read_speech(data))] == ["anna"]


def test_recordings_without_phone_times_are_left_out(data):
    assert [r.speaker for r in recordings.aligned(recordings.read_speech(data))] == ["anna"]


@pytest.mark.parametrize(
    "licence, allowed",
    [
        ("CC0", True),
        ("public domain (LJSpeech)", True),
        ("CC BY-SA 3.0 (see package copyright)", True),
        ("CMU ARCTIC (BSD-like, free)", True),
        ("MIT (repository licence)", True),
        ("Apache-2.0 (repository licence)", True),
        ("CC BY-NC (ESC-50); augmentation only if NC is acceptable", False),
        ("CC BY-ND 4.0", False),
        ("EmoDB (TU Berlin), free download; republished as CC0-1.0 by audEERING (verify)", False),
        ("unstated, research test only", False),
        ("VidTIMIT, research only", False),
        ("", False),
    ],
)
def test_licences_are_read_as_they_are_written_in_the_indexes(licence, allowed):
    assert recordings.may_train(licence) is allowed


def test_a_speaker_is_always_on_the_same_side_of_the_split():
    sides = [recordings.split_of(f"speaker {k}") for k in range(2000)]

    assert sides == [recordings.split_of(f"speaker {k}") for k in range(2000)]
    assert sides.count("test") / 2000 == pytest.approx(0.12, abs=0.03)
    assert sides.count("validation") / 2000 == pytest.approx(0.06, abs=0.02)


def test_a_folder_without_corpora_is_named_in_the_error(tmp_path):
    with pytest.raises(UserError, match="speech"):
        recordings.read_speech(tmp_path)
