"""Alignment: its rules in plain lists, and a real sentence where PocketSphinx is installed (at build time only)."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from core.audio import SAMPLE_RATE, load
from research.corpora import align, recordings

SAMPLE = Path(__file__).parents[3] / "assets" / "sample" / "dialogue.flac"
START, END, TEXT = 0.35, 2.976, "hey did you finally see the new place by the harbor"


def test_phones_of_usual_lengths_fit_and_phones_at_the_floor_do_not():
    usual = [(0.0, 0.2, "SIL"), (0.2, 0.3, "M"), (0.3, 0.42, "AA"), (0.42, 0.45, "T")]
    squeezed = [(0.03 * i, 0.03 * (i + 1), "T") for i in range(10)] + [(0.3, 0.6, "AA")]

    assert align.fits(usual[:3])
    assert not align.fits(squeezed)
    assert not align.fits([(0.0, 1.0, "SIL")])


def test_times_are_those_of_the_file_and_end_with_the_sentence():
    rows = [(-0.2, -0.1, "SIL"), (-0.1, 0.1, "M"), (0.1, 0.3, "AA"), (0.3, 0.9, "SIL"), (0.9, 1.2, "SIL")]

    assert align.in_file_time(rows, 10.0, 10.5) == [
        (10.0, pytest.approx(10.1), "M"),
        (pytest.approx(10.1), pytest.approx(10.3), "AA"),
        (pytest.approx(10.3), 10.5, "SIL"),
    ]


def test_files_that_are_done_are_not_done_again(tmp_path, capsys):
    corpus = tmp_path / "data" / "speech" / "readers"
    corpus.mkdir(parents=True)
    (corpus / "utterances.csv").write_text("file,start_s,end_s,text\none.flac,0,1,hello\n")
    done = tmp_path / "out" / "readers" / "one.phones.csv"
    done.parent.mkdir(parents=True)
    done.write_text("start_s,end_s,phone\n0.0,1.0,AH\n")

    align.main(Namespace(data=tmp_path / "data", out=tmp_path / "out"))

    assert [phone.name for phone in recordings.read_phones(done)] == ["AH"]
    assert "0 of 0" in capsys.readouterr().out


@pytest.fixture
def engine():
    pytest.importorskip("pocketsphinx")
    return align.decoder()


def spoken() -> np.ndarray:
    return load(SAMPLE).mono[round(START * SAMPLE_RATE) : round(END * SAMPLE_RATE)]


def test_a_sentence_gets_its_phones_in_order(engine):
    phones, words = align.align(engine, spoken(), TEXT)

    assert [name for _, _, name in words if not name.startswith("<")] == TEXT.split()
    assert all(end > start for start, end, _ in phones)
    assert all(one[1] <= other[0] + 1e-6 for one, other in zip(phones, phones[1:], strict=False))
    assert "B" in [name for _, _, name in phones]  # "by", "harbor"


def test_a_sentence_with_an_unknown_word_is_left_out(engine):
    assert align.align(engine, spoken(), "hey qwxyz") is None
