from dataclasses import replace
from pathlib import Path

import pytest

from talking_together.operators import batch_resume
from talking_together.operators.batch_table import Row

INPUTS = ("talk.wav", "old.npz", "base.blend", "weights.safetensors")


@pytest.fixture
def row(tmp_path, monkeypatch) -> Row:
    """A row whose inputs and two outputs exist."""
    for name in (*INPUTS, "talk.blend", "talk.npz"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(batch_resume, "ASSETS", tmp_path)
    paths = {"audio": "talk.wav", "play": "old.npz", "output": "talk.blend", "take": "talk.npz"}
    return Row(**{column: str(tmp_path / name) for column, name in paths.items()})


def key(row: Row) -> str:
    return batch_resume.row_key(row, str(Path(row.audio).with_name("base.blend")))


def test_a_row_is_done_until_an_output_is_missing(row):
    assert not batch_resume.is_done(row.outputs, key(row))
    batch_resume.mark_done(row.outputs, key(row))
    assert batch_resume.is_done(row.outputs, key(row))

    row.outputs[1].unlink()

    assert not batch_resume.is_done(row.outputs, key(row))


@pytest.mark.parametrize("name", INPUTS)
def test_a_row_with_a_changed_input_or_new_weights_is_not_done(row, tmp_path, name):
    batch_resume.mark_done(row.outputs, key(row))

    (tmp_path / name).write_text("another content")

    assert not batch_resume.is_done(row.outputs, key(row))


def test_a_row_with_a_changed_cell_or_of_another_version_is_not_done(row, monkeypatch):
    batch_resume.mark_done(row.outputs, key(row))

    assert not batch_resume.is_done(row.outputs, key(replace(row, seed=1)))
    monkeypatch.setattr(batch_resume, "VERSION", "another")
    assert not batch_resume.is_done(row.outputs, key(row))
