"""The cheap half of the claims: losses of one denoising on fixed windows."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from core.generator import condition
from core.layout import Layout
from research.evaluation.dyad import denoising
from research.training.batches import measure, read_dialogues


@pytest.fixture
def dialogues(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(2):
        np.savez(
            tmp_path / f"test_0_{i:05d}.npz",
            features=rng.normal(size=(2, 300, 5)).astype(np.float16),
            masks=rng.integers(2, size=(2, 300)).astype(np.float32),
            intents=rng.normal(size=(2, 300, 56)).astype(np.float32),
            layout=json.dumps(asdict(Layout())),
        )
    return read_dialogues(tmp_path)[0]


def test_every_network_is_shown_the_same_and_a_perfect_one_has_no_loss(dialogues):
    scale = measure(dialogues)
    first, second = denoising.windows(dialogues, scale), denoising.windows(dialogues, scale)
    for a, b in zip(first, second, strict=True):
        assert torch.equal(a.noisy, b.noisy) and a.noisy.shape == (len(denoising.ROWS), 2, 250, 56)
    truths = iter([batch.clip.motion for batch in first])
    rows = denoising.evaluate_network(lambda *_: next(truths), first, scale)
    assert all(value == 0 for row in rows for value in row.values())


def test_at_the_last_level_nothing_of_the_motion_is_left(dialogues):
    batch = denoising.windows(dialogues, measure(dialogues))[0]
    alike = [
        float(np.corrcoef(n.flatten(), m.flatten())[0, 1])
        for n, m in zip(batch.noisy[:4], batch.clip.motion[:4], strict=True)
    ]
    assert alike == sorted(alike, reverse=True) and abs(alike[-1]) < 0.05 < 0.5 < alike[0]


def test_the_condition_is_that_of_the_product(dialogues):
    batch = denoising.windows(dialogues, measure(dialogues))[0]
    masks = torch.from_numpy(dialogues[0].masks[:, 25:275]).expand(len(denoising.ROWS), 2, 250)
    assert torch.equal(batch.condition[..., condition.OWN_MASK], masks)
    assert torch.equal(batch.condition[..., condition.PARTNER_MASK], masks.flip(1))


def test_a_network_that_passes_the_noise_on_loses_by_it(dialogues):
    scale = measure(dialogues)
    rows = denoising.evaluate_network(lambda noisy, *_: noisy, denoising.windows(dialogues, scale), scale)
    assert all(row["rotation" + denoising.ALONE] > row["rotation"] > 1 for row in rows)


def test_a_known_partner_is_shown_clean_and_is_not_judged(dialogues):
    batch = denoising.windows(dialogues, measure(dialogues))[0]
    known = batch.levels[denoising.PARTS[denoising.KNOWN]] == 0
    assert known.float().mean() == 0.5
    noisy, motion, counts = (
        x[denoising.PARTS[denoising.KNOWN]] for x in (batch.noisy, batch.clip.motion, batch.clip.counts)
    )
    assert torch.equal(noisy[known], motion[known]) and not counts[known].any() and counts[~known].all()
