import numpy as np
import pytest

from core.turns import AROUND, Turn, changed_spans, masks_from_turns

TURNS = [Turn(0.5, 2.0, "A"), Turn(2.2, 4.0, "B"), Turn(5.0, 8.0, "A")]
MASKS = masks_from_turns(TURNS, 250)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_turns_that_were_only_laid_on_scene_frames_change_nothing(fps):
    laid = [Turn(round(t.start_s * fps) / fps, round(t.end_s * fps) / fps, t.speaker) for t in TURNS]

    assert changed_spans(MASKS, laid) == []
    assert changed_spans(MASKS * 0.9 + 0.02, laid) == []  # as heard, not as drawn


def test_a_dragged_end_changes_what_lies_between():
    turns = [TURNS[0], Turn(2.2, 4.6, "B"), TURNS[2]]

    assert changed_spans(MASKS, turns) == [pytest.approx((4.0 - AROUND, 4.6 + AROUND), abs=0.05)]


def test_a_renamed_turn_changes_all_of_it():
    turns = [*TURNS[:2], Turn(5.0, 8.0, "B")]

    assert changed_spans(MASKS, turns) == [pytest.approx((5.0 - AROUND, 8.0 + AROUND), abs=0.05)]


def test_changes_far_apart_are_redone_apart():
    spans = changed_spans(MASKS, [Turn(0.5, 1.0, "A"), TURNS[1], Turn(5.0, 9.0, "A")])

    assert len(spans) == 2
    assert np.all(np.diff(np.ravel(spans)) > 0)


def test_no_turns_at_all_change_where_there_were_some():
    assert changed_spans(MASKS, [])[0][0] == pytest.approx(0.5 - AROUND, abs=0.05)
