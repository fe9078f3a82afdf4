import json
import os
from dataclasses import asdict

import numpy as np
import pytest

from core.errors import UserError
from core.files import replacing
from core.layout import Layout
from core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion, Take, load_take, save_take


@pytest.fixture
def take():
    packed = np.random.default_rng(1).random((2, 30, WIDTH), np.float32)
    speaking = np.linspace(0, 1, 60, dtype=np.float32).reshape(2, 30)
    return Take(
        tuple(HeadMotion(p) for p in packed), speaking, Layout(distance=2.5, swapped=True), "ab" * 32, 7, "cd" * 32
    )


def test_a_take_reads_back_as_it_was_written(take, tmp_path):
    save_take(take, tmp_path / "take.npz")
    again = load_take(tmp_path / "take.npz")
    assert all(np.array_equal(a.packed, b.packed) for a, b in zip(again.motions, take.motions, strict=True))
    assert np.array_equal(again.speaking, take.speaking)
    for name in ("layout", "audio_sha256", "seed", "weights_sha256", "version"):
        assert getattr(again, name) == getattr(take, name)


def test_a_take_file_is_plain_arrays_by_their_agreed_names(take, tmp_path):
    save_take(take, tmp_path / "take.npz")
    with np.load(tmp_path / "take.npz", allow_pickle=False) as file:
        assert file["expression"].shape == (2, 30, 44)
        assert file["rotation"].shape == (2, 30, 4, 3)
        assert file["translation"].shape == (2, 30, 3)
        assert np.array_equal(file["rotation"][1, 4, 2], take.motions[1].packed[4, 50:53])
        assert list(file["expression_names"]) == list(EXPRESSION_NAMES)
        assert json.loads(str(file["layout"])) == asdict(take.layout)
        assert float(file["fps"]) == 25


def test_reading_no_take_says_so(tmp_path):
    with pytest.raises(UserError, match="There is no take"):
        load_take(tmp_path / "missing.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(UserError, match="is not a take"):
        load_take(tmp_path / "text.npz")


def test_a_folder_in_the_place_of_a_file_is_named_before_anything_is_written(tmp_path):
    with pytest.raises(UserError, match="is a folder"), replacing(tmp_path):
        raise AssertionError("must not get here")
    assert not list(tmp_path.iterdir())


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "x") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_named(take, tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        save_take(take, tmp_path / "nowhere" / "take.npz")


def test_motion_of_another_width_is_refused():
    with pytest.raises(ValueError, match=r"\(T, 59\)"):
        HeadMotion(np.zeros((3, 58), np.float32))
