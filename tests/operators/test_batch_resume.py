from dataclasses import asdict

import pytest

from talking_together.operators import batch_resume
from talking_together.operators.batch_table import Row


@pytest.fixture
def row(tmp_path) -> Row:
    """A row whose recording and two outputs exist."""
    for name in ("talk.wav", "talk.blend", "talk.npz"):
        (tmp_path / name).write_text(name)
    return Row(str(tmp_path / "talk.wav"), output=str(tmp_path / "talk.blend"), take=str(tmp_path / "talk.npz"))


def key(row: Row, **changes) -> str:
    return batch_resume.content_key(repr(asdict(row) | changes), [row.audio])


def test_a_row_is_done_until_an_output_is_missing(row):
    assert not batch_resume.is_done(row.outputs, key(row))
    batch_resume.mark_done(row.outputs, key(row))
    assert batch_resume.is_done(row.outputs, key(row))

    row.outputs[1].unlink()

    assert not batch_resume.is_done(row.outputs, key(row))


def test_a_row_whose_cells_or_recording_changed_is_not_done(row, tmp_path):
    batch_resume.mark_done(row.outputs, key(row))

    assert not batch_resume.is_done(row.outputs, key(row, seed=1))
    (tmp_path / "talk.wav").write_text("another recording")
    assert not batch_resume.is_done(row.outputs, key(row))
