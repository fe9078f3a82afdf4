import numpy as np
import pytest

from core.audio import SAMPLE_RATE
from core.errors import UserError
from core.layout import Layout
from research.corpora.surroundings import Surroundings
from research.corpora.voices import Piece, Voice
from research.simulator.dialogue import make_dialogue
from research.simulator.turn_taking import default_statistics
from research.training import batches, dataset
from research.training.batches import read_dialogues
from research.training.dataset import Encoded, performances_of, read_dialogue_voices, write_dialogue


@pytest.fixture(scope="module")
def voices() -> list[Voice]:
    rng, phones = np.random.default_rng(0), ((0.06, 0.3, "AA"), (0.3, 0.4, "M"), (0.4, 0.7, "IY"))
    pieces = [Piece(rng.normal(0, 0.1, SAMPLE_RATE).astype(np.float32), phones, (0.7,)) for _ in range(3)]
    return [Voice(name, "F", tuple(pieces)) for name in ("one", "other")]


@pytest.fixture(scope="module")
def dialogue(voices):
    return make_dialogue(voices, default_statistics(), 0, 12.0)


def test_a_written_performance_is_read_by_the_training(dialogue, tmp_path):
    layout, intents = next(performances_of(dialogue, 1))
    features = np.ones((*dialogue.masks.shape, 7), np.float32)
    encoded = Encoded(dialogue.masks, features)
    write_dialogue(tmp_path / "train_0_00000.npz", dialogue, encoded, intents, layout, with_sound=True)
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


def test_other_people_move_differently_in_the_same_layout(dialogue):
    (scene, motion), (same, other) = (next(performances_of(dialogue, 1, people)) for people in (0, 1))

    assert scene == same and np.abs(motion - other).mean() > 0.005


def test_a_folder_without_speech_is_named(tmp_path):
    with pytest.raises(UserError, match="speech"):
        read_dialogue_voices(tmp_path, "train")


def test_dialogues_are_made_whole_with_exact_and_with_imprecise_masks(voices, tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "SECONDS", 6.0)
    maker = dataset.Maker(voices, Surroundings(), tmp_path, "train", performances=2, people=0, seed=0)
    maker.make(3)
    exact, imprecise = (np.load(path) for path in maker.paths(3))

    assert np.array_equal(exact["told"], exact["masks"]) and np.array_equal(exact["masks"], imprecise["masks"])
    assert 0.01 < np.abs(imprecise["told"] - imprecise["masks"]).mean() < 0.3
    assert np.abs(imprecise["features"].astype(float) - exact["features"]).max() > 0.01
    assert "mixed" not in imprecise  # once a dialogue is enough
    mixed = batches.read_mixes(tmp_path)[3].astype(float)
    assert mixed.shape == exact["features"].shape[1:]
    assert min(np.abs(mixed - own).mean() for own in exact["features"].astype(float)) > 0.01


def test_motion_synthesized_again_keeps_the_stored_features(voices, tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "SECONDS", 6.0)
    first, anew = tmp_path / "first", tmp_path / "anew"
    for folder in (first, anew):
        folder.mkdir()
    dataset.Maker(voices, Surroundings(), first, "train", performances=2, people=0, seed=0).make(3)
    maker = dataset.Maker(voices, Surroundings(), anew, "train", performances=2, people=1, seed=0, features_from=first)
    maker.make(3)

    for path in maker.paths(3):
        with np.load(path) as new, np.load(first / path.name) as old:
            assert all(np.array_equal(new[name], old[name]) for name in ("features", "told", "masks"))
            assert np.abs(new["intents"] - old["intents"]).mean() > 0.005
    assert 3 in batches.read_mixes(anew)


def test_features_of_another_dialogue_are_not_reused(voices, tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "SECONDS", 6.0)
    dataset.Maker(voices, Surroundings(), tmp_path, "train", performances=1, people=0, seed=0).make(3)
    other = dataset.Maker(
        voices, Surroundings(), tmp_path, "train", performances=1, people=0, seed=1, features_from=tmp_path
    )
    with pytest.raises(UserError, match="another dialogue"):
        other.make(3)
    with pytest.raises(UserError, match="Leave --features-from out"):
        other.make(4)
