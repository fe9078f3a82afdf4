import csv
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from core.engine.networks.generator import Config
from core.errors import UserError
from core.generator.condition import FEATURES, PARTNER
from core.generator.noise_schedule import signal
from core.layout import Layout
from core.motion import EXPRESSION_NAMES
from research.training import batches, generator
from research.training.batches import Recipe, draw_batch, measure, read_dialogues, roughen
from research.training.generator import Plan, Stage, train
from research.training.losses import level_weight
from research.training.trained import load_trained

VOICE = 6  # features of the made-up voices
TINY = Config(condition=FEATURES + VOICE, widths=(16, 24), blocks=1, embedding=16, role=4, heads=2)
JAW, BLINK = EXPRESSION_NAMES.index("jawOpen"), EXPRESSION_NAMES.index("eyeBlinkLeft")


@pytest.fixture
def folder(tmp_path):
    """Made-up dialogues: the jaw of who speaks follows a voice feature."""
    for number in range(13):
        rng = np.random.default_rng(number)
        first = np.repeat(rng.random(8) < 0.5, 25)
        masks = np.stack([first, ~first]).astype(np.float32)
        features = rng.standard_normal((2, 20, VOICE)).astype(np.float16).repeat(10, axis=1)
        intents = rng.normal(0, 0.002, (2, 20, 56)).astype(np.float32).repeat(10, axis=1)
        intents[..., JAW] = masks * (0.3 + 0.2 * features[..., 0])
        layout = json.dumps(asdict(Layout(facing_a=float(rng.uniform(-60, 60)))))
        np.savez(tmp_path / f"train_0_{number:05d}.npz", features=features, masks=masks, intents=intents, layout=layout)
    return tmp_path


def a_plan(steps=60, seed=0):
    recipe = Recipe(pairs=4, frames=32, drop=0.1)
    stages = Stage("prior", 5, Recipe(4, 32, drop=1.0)), Stage("conversation", steps - 5, recipe)
    return Plan((*stages, Stage("dubbing", 5, Recipe(4, 32, drop=0.1, dubbing=0.5))), rate=1e-2, warm_up=5, seed=seed)


def run(folder, name, plan, **header):
    out = folder / name
    out.mkdir(exist_ok=True)
    return train(out, read_dialogues(folder)[0], plan, TINY, header)


def test_the_loss_falls_and_the_weights_can_be_loaded(folder, monkeypatch):
    monkeypatch.setattr(generator, "SAVE_EVERY", 10)
    run(folder, "out", a_plan(60), command="python -m research train")
    with open(folder / "out" / "log.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["stage"] == "held out"]
    for name, most in (("expression", 0.5), ("total", 0.9)):  # of that after ten steps; most of the total is noise here
        losses = [float(row[name]) for row in rows]
        assert losses[-1] < most * losses[0]
    loaded = load_trained(folder / "out" / "generator.safetensors")
    assert loaded.header["command"] == "python -m research train" and loaded.header["step"] == "65"
    assert loaded.network.config == TINY


def test_the_same_seed_trains_exactly_the_same_weights(folder):
    first, again, other = (run(folder, name, a_plan(10, seed)) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    pairs = [list(state.network.parameters()) for state in (first, again, other)]
    assert all(torch.equal(a, b) for a, b in zip(pairs[0], pairs[1], strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(pairs[0], pairs[2], strict=True))


def test_a_resumed_training_gives_the_same_weights_as_one_without_a_stop(folder, monkeypatch):
    monkeypatch.setattr(generator, "SAVE_EVERY", 5)
    monkeypatch.setattr(generator, "LOG_EVERY", 4)
    whole = run(folder, "whole", a_plan(10))

    def stop(*arguments):
        if arguments[1] == 8:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(generator, "log", stop)
        run(folder, "halves", a_plan(10))
    resumed = run(folder, "halves", a_plan(10))
    for a, b in zip(whole.network.parameters(), resumed.network.parameters(), strict=True):
        assert torch.equal(a, b)
    with pytest.raises(UserError, match="another plan"):
        run(folder, "halves", a_plan(12))


def test_two_processes_train_one_network(folder, root):
    """As the documentation says it, one step a stage."""
    command = "-m torch.distributed.run --standalone --nproc_per_node 2 -m research train generator --shorter 0".split()
    done = subprocess.run(
        [sys.executable, *command, "--data", str(folder), "--out", str(folder / "out")],
        cwd=root,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("steps on 13 dialogues") == 1
    loaded = load_trained(folder / "out" / "generator.safetensors")
    with open(folder / "out" / "log.csv") as file:
        held_out = [row for row in csv.DictReader(file) if row["stage"] == "held out"]
    assert len(held_out) == 1 and held_out[0]["step"] == loaded.header["step"] == str(len(generator.STAGES))


def test_who_is_mirrored_is_still_a_person(folder):
    motion = torch.randn(5, 62)
    mirrored = batches.mirrored(motion)
    assert torch.equal(batches.mirrored(motion[:, :56]), mirrored[:, :56])
    assert torch.equal(mirrored[:, 56], motion[:, 56]) and torch.equal(mirrored[:, 58], -motion[:, 58])
    assert torch.equal(mirrored[:, BLINK], motion[:, EXPRESSION_NAMES.index("eyeBlinkRight")])
    assert torch.equal(mirrored[:, 44], motion[:, 44]) and torch.equal(mirrored[:, 46], -motion[:, 46])  # nod, turn
    assert torch.equal(batches.mirrored(mirrored), motion)


def test_a_mirrored_window_has_its_partner_on_the_other_side(folder):
    dialogues, _ = read_dialogues(folder)
    recipe, scale = Recipe(64, 16, drop=0.0), measure(dialogues)
    batch = draw_batch(dialogues, scale, recipe, np.random.default_rng(0))
    partner_left = batch.condition[:, 0, 0, PARTNER.start]
    assert torch.equal(partner_left.sign(), batch.clip.toward[:, 0, 0].sign())
    assert (partner_left > 0).any() and (partner_left < 0).any()


def test_a_part_of_the_motion_is_given_clean_and_without_loss(folder):
    dialogues, _ = read_dialogues(folder)
    recipe = Recipe(16, 32, drop=0.0, given=1.0)
    batch = draw_batch(dialogues, measure(dialogues), recipe, np.random.default_rng(0))
    given = batch.levels == 0
    assert 0.2 < given.float().mean() < 0.8
    assert torch.allclose(batch.noisy[given], batch.clip.motion[given])
    assert (batch.clip.counts[given] == 0).all() and (batch.clip.counts[~given] >= 1).all()


def test_one_person_is_often_clearer_than_the_other(folder):
    """Who is clear shows the other what to answer."""
    dialogues, _ = read_dialogues(folder)
    recipe = Recipe(64, 16, drop=0.0, given=0.0, apart=0.5)
    levels = draw_batch(dialogues, measure(dialogues), recipe, np.random.default_rng(0)).levels
    differ = (levels[:, 0] - levels[:, 1]).abs()
    assert torch.equal(levels, levels[..., :1].expand(levels.shape)), "for the whole window"
    assert 0.3 < (differ > 0).float().mean() < 0.7 and differ.max() > 0.5
    together = draw_batch(
        dialogues, measure(dialogues), Recipe(64, 16, 0.0, given=0.0, apart=0.0), np.random.default_rng(0)
    )
    assert torch.equal(together.levels[:, 0], together.levels[:, 1])


def test_an_answer_to_somebody_who_is_clear_counts_most(folder):
    dialogues, _ = read_dialogues(folder)
    recipe = Recipe(64, 16, drop=0.0, given=0.0, apart=1.0)
    batch = draw_batch(dialogues, measure(dialogues), recipe, np.random.default_rng(0))
    usual = level_weight(torch.from_numpy(signal(batch.levels.numpy())))
    answers = batch.levels > batch.levels.flip(1) + 0.2
    assert (batch.clip.counts[answers] > 1.2 * usual[answers]).all()
    noisier = batch.levels < batch.levels.flip(1)
    assert torch.allclose(batch.clip.counts[noisier], usual[noisier])


def test_rough_masks_are_late_and_soft_but_still_masks():
    masks = np.zeros((2, 200), np.float32)
    masks[0, 50:100] = masks[1, 110:180] = 1
    rough = torch.stack([roughen(masks, np.random.default_rng(seed)) for seed in range(50)])
    assert rough.min() >= 0 and rough.max() <= 1
    assert 0.01 < (rough - torch.from_numpy(masks)).abs().mean() < 0.15


def test_the_condition_has_the_imprecise_masks_that_the_features_were_computed_with(folder):
    path = sorted(folder.glob("*.npz"))[0]
    with np.load(path) as file:
        values = dict(file)
    used = np.clip(values["masks"], 0.2, 0.7).astype(np.float32)
    np.savez(path, **values, told=used)
    dialogue = read_dialogues(folder)[0][0]
    batch = draw_batch([dialogue], measure([dialogue]), Recipe(2, 200, drop=0.0), np.random.default_rng(0))
    assert torch.equal(batch.condition[0, ..., 0], torch.from_numpy(used))


def test_a_folder_without_dialogues_is_a_users_error(tmp_path):
    with pytest.raises(UserError, match="no dialogues"):
        read_dialogues(tmp_path)


@pytest.mark.parametrize("numbers, held", [((1, 2, 13), 0), ((0, 24), 2)])
def test_dialogues_that_are_all_on_one_side_are_refused(folder, numbers, held):
    dialogue = batches.read_dialogues(folder)[0][0]

    with pytest.raises(UserError, match=f"of {len(numbers)} dialogues {held} are held out"):
        generator.split([replace(dialogue, number=number) for number in numbers])
