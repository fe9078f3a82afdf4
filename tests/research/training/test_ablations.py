"""What the ablations and learnt baselines are shown and what their networks leave out."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from core.engine.networks.generator import Config, DualStream, save_network
from core.errors import UserError
from core.generator.condition import FEATURES, LAYOUT_NAMES
from core.layout import Layout
from core.speech import features
from research.training import ablations
from research.training.batches import Recipe, measure, read_dialogues
from research.training.generator import split
from research.training.losses import EVEN_GAZE, PLAIN_GAZE, WEIGHTS, losses

K = FEATURES + features.WIDTH
SMALL = {"condition": K, "widths": (16, 24), "blocks": 1, "embedding": 16, "role": 4, "heads": 2}


def network(build=DualStream, **changes):
    torch.manual_seed(0)
    net = build(Config(**SMALL | changes))
    attentions = [cross for cross in net.cross if hasattr(cross, "out")]
    for part in (net.outlet, *attentions, *(b.second for level in net.down for b in level)):
        torch.nn.init.normal_((part.out if hasattr(part, "out") else part).weight, std=0.2)  # they begin at 0
    return net.eval()


def predicted(net, noisy, condition):
    with torch.no_grad():
        return net(noisy, condition, torch.full(noisy.shape[:3], 0.5))


@pytest.fixture
def shown():
    torch.manual_seed(1)
    return torch.randn(1, 2, 16, 56), torch.randn(1, 2, 16, K)


def test_hidden_columns_change_nothing_and_the_others_do(shown):
    noisy, condition = shown
    blind = network(ablations.WithoutLayout)
    other = condition.clone()
    other[..., list(ablations.LAYOUT)] += 1
    assert torch.equal(predicted(blind, noisy, condition), predicted(blind, noisy, other))
    other[..., FEATURES + 3] += 1
    assert not torch.equal(predicted(blind, noisy, condition), predicted(blind, noisy, other))


def test_the_columns_that_are_hidden_are_those_of_their_name():
    assert len(ablations.LAYOUT) == len(LAYOUT_NAMES) and max(ablations.PARTNER) == K - 1
    assert set(ablations.LAYOUT) < set(ablations.PARTNER) and 0 not in ablations.PARTNER


@pytest.mark.parametrize("run", ["FiLM only", "concatenation only", "no roles"])
def test_one_way_of_the_condition_is_enough_to_be_moved_by_it(shown, run):
    noisy, condition = shown
    net = network(ablations.RUNS[run].network, **ablations.RUNS[run].config)
    assert not torch.equal(predicted(net, noisy, condition), predicted(net, noisy, condition + 1))


def test_with_neither_way_the_condition_changes_nothing(shown):
    class Neither(ablations.FilmOnly, ablations.ConcatenationOnly):
        pass

    noisy, condition = shown
    deaf = network(Neither)
    assert torch.equal(predicted(deaf, noisy, condition), predicted(deaf, noisy, condition + 1))


def test_without_cross_attention_nobody_reads_the_partner(shown):
    noisy, condition = shown
    other = noisy.clone()
    other[:, 1] += 1
    alone, pair = network(ablations.WithoutCrossAttention), network()
    assert torch.equal(predicted(alone, noisy, condition)[:, 0], predicted(alone, other, condition)[:, 0])
    assert not torch.equal(predicted(pair, noisy, condition)[:, 0], predicted(pair, other, condition)[:, 0])


def test_an_ablation_is_saved_and_loaded_as_what_it_is(tmp_path, shown):
    for name in ("no cross-attention", "no layout", "FiLM only", "concatenation only", "B4 FaceFormer-like"):
        path, net = ablations.weights_of(tmp_path, name), network(ablations.RUNS[name].network)
        path.parent.mkdir()
        save_network(path, net, torch.zeros(56), torch.ones(56), {"step": "600"})
        loaded = ablations.finished(tmp_path)[name].network
        assert type(loaded) is ablations.RUNS[name].network
        assert torch.allclose(predicted(loaded, *shown), predicted(net, *shown), atol=0.02)


@pytest.fixture
def dialogues(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(3):
        np.savez(
            tmp_path / f"train_0_{i:05d}.npz",
            features=rng.normal(size=(2, 100, features.WIDTH)).astype(np.float16),
            masks=rng.integers(2, size=(2, 100)).astype(np.float32),
            intents=rng.normal(size=(2, 100, 56)).astype(np.float32),
            layout=json.dumps(asdict(Layout())),
        )
    return read_dialogues(tmp_path)[0]


def test_a_regression_begins_with_nothing(dialogues):
    batch = ablations.regression(dialogues, measure(dialogues), Recipe(6, 50, drop=0.0), np.random.default_rng(0))
    assert not batch.noisy.any() and (batch.levels == 1).all() and (batch.clip.counts == 1).all()


def test_a_partner_regression_is_given_one_person_or_none_and_its_loss_is_that_of_the_others(dialogues):
    rng = np.random.default_rng(0)
    batch = ablations.partner_regression(dialogues, measure(dialogues), Recipe(64, 50, drop=0.0), rng)
    known = batch.levels[..., 0] == 0
    assert known.any() and not known.all(dim=1).any() and (~known).all(dim=1).any()
    assert torch.equal(batch.noisy[known], batch.clip.motion[known]) and not batch.noisy[~known].any()
    assert torch.equal(batch.clip.counts == 0, batch.levels == 0)


def test_every_run_has_the_same_steps_and_about_the_same_size():
    sizes = []
    for run in ablations.RUNS.values():
        assert sum(stage.steps for stage in run.stages(600)) == 600
        net = run.network(Config(condition=K, widths=ablations.WIDTHS, **run.config))
        sizes.append(sum(p.numel() for p in net.parameters()))
    assert min(sizes) > 0.8 * sizes[0] and max(sizes) < 1.2 * sizes[0]


def test_without_the_gaze_loss_the_gaze_counts_like_any_channel(dialogues):
    scale = measure(dialogues)
    batch = ablations.regression(dialogues, scale, Recipe(4, 50, drop=0.0), np.random.default_rng(0))
    right = losses(batch.clip.motion, batch.clip, scale, PLAIN_GAZE)
    wrong = losses(batch.clip.motion + torch.eye(56)[52], batch.clip, scale, PLAIN_GAZE)
    assert right["gaze channels"] == 0 and wrong["gaze channels"] == pytest.approx(1)
    assert wrong["total"] > right["total"]


def test_a_run_that_stopped_half_way_is_left_out(tmp_path):
    for name, step in (("full", "600"), ("no layout", "250"), ("no roles", "600")):
        path = ablations.weights_of(tmp_path, name)
        path.parent.mkdir()
        save_network(path, network(), torch.zeros(56), torch.ones(56), {"step": step})
    assert list(ablations.finished(tmp_path)) == ["full", "no roles"]


def test_one_mix_is_the_input_of_both_and_is_that_of_the_dialogue(dialogues, tmp_path):
    mixes = {}
    for path in sorted(tmp_path.glob("*.npz")):
        with np.load(path) as file:
            content = dict(file)
        mixes[int(path.stem[-5:])] = content["features"].mean(axis=0)
        np.savez(path, **content, mixed=mixes[int(path.stem[-5:])])
    for dialogue in ablations.RUNS["one mix"].training_set(dialogues, tmp_path):
        assert np.array_equal(dialogue.features[0], dialogue.features[1])
        assert np.array_equal(dialogue.features[0], mixes[dialogue.number])
    assert np.array_equal(ablations.RUNS["full"].training_set(dialogues, tmp_path)[0].features, dialogues[0].features)


def test_dialogues_made_without_the_mix_are_said_to_lack_it(dialogues, tmp_path):
    with pytest.raises(UserError, match="unmasked mix"):
        ablations.RUNS["one mix"].training_set(dialogues, tmp_path)


def test_a_share_of_the_data_is_that_share_and_keeps_some_for_validation(dialogues):
    many = [replace(dialogues[0], number=number) for number in range(240)]
    kept = ablations.RUNS["a tenth of the data"].training_set(many, None)
    assert len(kept) == 24 and all(split(kept))
    assert len(ablations.RUNS["30 % of the data"].training_set(many, None)) == 72


def test_hard_masks_are_0_or_1_and_others_are_unsure(dialogues):
    unsure = [replace(d, used_masks=0.8 * d.used_masks + 0.1) for d in dialogues]
    hard, recipe = ablations.RUNS["hard masks"], Recipe(16, 50, drop=0.0)
    for run, sure in ((hard, True), (ablations.RUNS["full"], False)):
        batch = run.draw(run.training_set(unsure, None), measure(unsure), recipe, np.random.default_rng(0))
        masks = batch.condition[..., :2]
        assert bool(((masks == 0) | (masks == 1)).all()) == sure


def test_without_the_selective_weight_a_restless_head_counts_like_any(dialogues):
    scale = replace(measure(dialogues), restless=0.0)  # every clip is restless
    batch = ablations.regression(dialogues, scale, Recipe(4, 50, drop=0.0), np.random.default_rng(0))
    wrong = batch.clip.motion + torch.eye(56)[50]
    twice, once = (float(losses(wrong, batch.clip, scale, weights)["gaze"]) for weights in (WEIGHTS, EVEN_GAZE))
    assert twice == pytest.approx(2 * once, rel=1e-5)
