"""The metrics of lips tell right from wrong on curves made by hand."""

import numpy as np
import pytest

from core import heads
from research.corpora.recordings import Phone
from research.evaluation.mouth import lip_curves, lip_metrics
from research.evaluation.mouth.labels import MouthLabels, from_narrow, from_phones, read_narrow

LABELS = MouthLabels(closures=[(1.0, 1.08)], open_vowels=[(1.2, 1.6)], speech=[(0.5, 2.0)])


def closed_at(*frames, count=75):
    flags = np.zeros(count, bool)
    flags[list(frames)] = True
    return flags


def test_a_closed_frame_within_a_frame_of_the_sound_counts_as_found():
    assert lip_metrics.count_closures(closed_at(26), LABELS).recall == 1
    assert lip_metrics.count_closures(closed_at(24), LABELS).recall == 1
    assert lip_metrics.count_closures(closed_at(22), LABELS).recall == 0


def test_a_closure_where_none_was_said_is_wrong_and_one_in_an_open_vowel_is_false():
    counts = lip_metrics.count_closures(closed_at(26, 35), LABELS)

    assert (counts.predicted, counts.correct) == (2, 1)
    assert counts.false_closure == pytest.approx(1 / counts.vowel_frames)


def test_a_mouth_that_stays_shut_finds_everything_and_is_caught_by_the_vowels():
    counts = lip_metrics.count_closures(np.ones(75, bool), LABELS)

    assert (counts.recall, counts.false_closure) == (1, 1)


def test_counts_of_recordings_add_up():
    one = lip_metrics.count_closures(closed_at(26), LABELS)

    assert (one + one).counts == tuple(2 * count for count in one.counts)


def test_lips_delayed_by_80_ms_read_as_a_lag_of_80_ms():
    opening = np.convolve(np.random.default_rng(0).random(500), np.ones(5) / 5, "same")
    late = np.interp(np.arange(500) - 2, np.arange(500), opening)

    assert lip_metrics.lag(late, opening) == pytest.approx(0.08, abs=0.005)
    assert lip_metrics.lag(opening, opening) == pytest.approx(0, abs=0.005)


def test_the_error_of_a_closure_is_the_time_between_smallest_gap_and_middle_of_the_sound():
    gap = np.ones(75)
    gap[27] = 0  # its middle is at 1.10 s, the closure's at 1.04 s

    assert lip_metrics.event_errors(gap, LABELS) == pytest.approx([0.06])


def test_a_neutral_face_is_frozen_and_does_not_tremble():
    still, always = np.zeros(100), np.ones(100, bool)

    assert lip_metrics.freeze(still, always) == 1
    assert lip_metrics.tremor(still) == 0
    assert np.isnan(lip_metrics.leak(still, always, always, still)[0])


def test_a_listener_who_mouths_the_partners_words_leaks():
    moves = np.random.default_rng(0).random(200)
    speaking = np.arange(200) < 100

    share, correlation = lip_metrics.leak(moves, speaking, ~speaking, moves)

    assert share == pytest.approx(1, abs=0.2)
    assert correlation == pytest.approx(1)


def test_the_curves_of_a_head_at_rest_are_sealed_and_open_with_the_jaw():
    expression = np.zeros((2, 44), np.float32)
    expression[1, 9] = 0.5  # jawOpen
    mouth = lip_curves.read_mouth(heads.load("man"), expression)

    assert mouth.closed.tolist() == [True, False]
    assert mouth.gap[1] > 10
    assert 40 < mouth.width[0] < 70


def test_arpabet_phones_become_what_the_mouth_must_do():
    labels = from_phones([Phone(0, 0.2, "SIL"), Phone(0.2, 0.3, "M"), Phone(0.3, 0.5, "AA"), Phone(0.5, 0.6, "F")])

    assert labels.closures == [(0.2, 0.3)]
    assert labels.open_vowels == [(0.3, 0.5)]
    assert labels.contacts == [(0.5, 0.6)]
    assert labels.speech == [(0.2, 0.3), (0.3, 0.5), (0.5, 0.6)]


def test_narrow_labels_are_read_with_their_changes_of_voice_and_nasal_releases(tmp_path):
    rows = "0,0.1,\n0.1,0.2,a  2\n0.2,0.25,+lar\n0.25,0.3,b\n0.3,0.32,!b +na\n0.32,0.4,m +sil\n0.4,0.5,p\n0.5,0.52,!p\n"
    path = tmp_path / "x.phones_raw.csv"
    path.write_text("start_s,end_s,phone\n" + rows)

    phones = read_narrow(path)

    assert [p.name for p in phones] == ["SIL", "a", "b", "!nasal", "m", "p", "!"]
    assert phones[1].end == 0.25
    assert from_narrow(phones).closures == [(0.25, 0.5)]


def test_tremor_is_the_power_above_8_hz():
    time = np.arange(250) / 25
    slow, fast = 3 * np.sin(2 * np.pi * 4 * time), 0.2 * np.sin(2 * np.pi * 10 * time)

    assert lip_metrics.tremor(slow) < 1e-12
    assert lip_metrics.tremor(slow + fast) == pytest.approx(0.2**2 / 4, rel=0.01)


def test_a_mouth_is_frozen_only_in_runs_over_a_third_of_a_second_while_speaking():
    gap = np.cumsum(np.r_[np.ones(50), np.zeros(10), np.ones(20), np.zeros(5), np.ones(15)])
    speaking = np.ones(100, bool)

    assert lip_metrics.freeze(gap, speaking) == pytest.approx(0.1)
    assert lip_metrics.freeze(gap, np.arange(100) < 40) == 0


def test_labels_of_the_opening_are_one_in_vowels_and_zero_in_closures():
    opening = lip_metrics.opening_of(LABELS, 75)

    assert (
        opening[25:27].max() < 0.1
        and opening[30:40].min() == 1
        and opening[45] == pytest.approx(0.4)
        and opening[60] == 0
    )
