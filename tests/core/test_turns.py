"""Turns and masks are two sides of one thing; the table says which line is wrong."""

import numpy as np
import pytest

from core.errors import UserError
from core.turns import Turn, masks_from_turns, read_csv, turns_from_masks, write_csv

TALK = [Turn(0.5, 3.0, "A"), Turn(2.013, 2.4, "B"), Turn(3.21, 5.0, "B")]


def test_masks_say_exactly_what_the_turns_say():
    masks = masks_from_turns(TALK, 130)

    assert masks.shape == (2, 130) and masks.dtype == np.float32
    np.testing.assert_allclose(masks.sum(axis=1) / 25, [2.5, 0.387 + 1.79], atol=1e-5)
    assert masks[0, 12] == pytest.approx(0.5) and masks[0, 13] == 1 and masks[0, 75] == 0


def test_turns_survive_the_way_through_masks():
    back = turns_from_masks(masks_from_turns(TALK, 130))

    assert [turn.speaker for turn in back] == ["A", "B", "B"]
    for turn, truth in zip(back, TALK, strict=True):
        assert abs(turn.start_s - truth.start_s) < 0.02 and abs(turn.end_s - truth.end_s) < 0.02


def test_touching_and_overlapping_turns_never_count_more_than_once():
    masks = masks_from_turns([Turn(0, 1.01, "A"), Turn(1.01, 2, "A"), Turn(0.5, 1.5, "A")], 50)

    assert masks[0].max() == 1 and masks[0, :50].min() == 1


def test_turns_that_reach_over_the_end_are_cut():
    assert masks_from_turns([Turn(1, 9, "B")], 30)[1].tolist() == [0.0] * 25 + [1.0] * 5
    assert not masks_from_turns([Turn(4, 9, "B")], 30).any()


def test_a_backchannel_stays_and_a_flicker_goes():
    masks = np.zeros((2, 100))
    masks[0, 10:90] = 0.9
    masks[0, 50:53] = 0.1  # a breath
    masks[1, 40:48] = 0.7  # "mm-hm", 0.3 s
    masks[1, 70:72] = 0.6  # a click, 0.08 s
    masks[1, 80:95] = 0.45  # never sure

    turns = turns_from_masks(masks)

    assert [turn.speaker for turn in turns] == ["A", "B"]
    assert turns[0].end_s == pytest.approx(3.6, abs=0.05)


def test_a_table_comes_back_as_it_was_written(tmp_path):
    write_csv(TALK, tmp_path / "turns.csv")

    assert read_csv(tmp_path / "turns.csv") == sorted(TALK)
    assert (tmp_path / "turns.csv").read_text().splitlines()[:2] == ["start_s,end_s,speaker", "0.500,3.000,A"]


@pytest.mark.parametrize(
    "text,words",
    [
        ("", "is not a table of turns"),
        ("who,when\nA,1\n", "is not a table of turns"),
        ("start_s,end_s,speaker\n0,1,A\n1,x,B\n", "Line 3"),
        ("start_s,end_s,speaker\n0,1\n", "Line 2"),
        ("start_s,end_s,speaker\n0,1,C\n", "Write A or B"),
        ("start_s,end_s,speaker\n2,1,A\n", "an end after it"),
    ],
)
def test_a_wrong_table_is_told_in_one_line(tmp_path, text, words):
    (tmp_path / "turns.csv").write_text(text)

    with pytest.raises(UserError, match=words) as error:
        read_csv(tmp_path / "turns.csv")
    assert "\n" not in str(error.value)


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        read_csv(tmp_path / "turns.csv")


def test_a_table_by_hand_may_have_small_letters_spaces_and_any_order(tmp_path):
    (tmp_path / "turns.csv").write_text("\ufeffstart_s, end_s, speaker\n3, 4.5, b\n0, 2, a\n", encoding="utf-8")

    assert read_csv(tmp_path / "turns.csv") == [Turn(0, 2, "A"), Turn(3, 4.5, "B")]
