import numpy as np
import pytest

from talking_together.core.audio import SAMPLE_RATE
from talking_together.core.errors import UserError
from talking_together.core.layout import Layout
from talking_together.core.teacher.cast import Piece, Voice
from talking_together.core.teacher.dialogue import default_statistics, make_dialogue
from talking_together.core.training.batches import read_dialogues
from talking_together.core.training.dataset import cast_for, performances_of, write_dialogue


@pytest.fixture(scope="module")
def dialogue():
    rng = np.random.default_rng(0)
    phones = ((0.06, 0.3, "AA"), (0.3, 0.4, "M"), (0.4, 0.7, "IY"))
    voices = [
        Voice(
            name, "F", tuple(Piece(rng.normal(0, 0.1, SAMPLE_RATE).astype(np.float32), phones, (0.7,)) for _ in "abc")
        )
        for name in ("one", "other")
    ]
    return make_dialogue(voices, default_statistics(), 0, 12.0)


def test_a_written_performance_is_read_by_the_training(dialogue, tmp_path):
    layout, intents = next(performances_of(dialogue, 1))
    features = np.ones((*dialogue.masks.shape, 7), np.float32)
    write_dialogue(tmp_path / "train_0_00000.npz", dialogue, features, intents, layout, with_sound=True)
    (read,), _ = read_dialogues(tmp_path)

    assert np.array_equal(read.intents, intents) and np.array_equal(read.masks, dialogue.masks)
    assert read.features.shape == features.shape
    with np.load(tmp_path / "train_0_00000.npz") as file:
        assert file["sound"].shape == dialogue.mix.shape
        assert file["turns"].shape == (len(dialogue.turns), 3)


def test_performances_of_one_dialogue_differ_in_scene_and_motion(dialogue):
    (first, motion), (second, other) = performances_of(dialogue, 2)

    assert isinstance(first, Layout) and first != second
    assert np.abs(motion - other).mean() > 0.005


def test_a_folder_without_speech_is_named(tmp_path):
    with pytest.raises(UserError, match="speech"):
        cast_for(tmp_path, "train")
