"""Batches and loss of the target-speaker VAD's training, on mixtures made of numbers."""

import numpy as np
import pytest
import torch

from core.diarization.log_mel import WIDTH
from core.engine.networks.target_speaker import TargetSpeakerVAD, load
from research.training.target_speaker import BATCH, CROP, Example, batch, loss_of, validate


@pytest.fixture
def mixture() -> Example:
    """Three quarters of a crop in which A speaks first and B after; the speaker features say so plainly."""
    rng, frames = np.random.default_rng(0), 3 * CROP // 4
    truth = np.zeros((2, frames), np.float32)
    truth[0, : frames // 2], truth[1, frames // 2 :] = 1, 1
    columns = load().speaker.in_features
    speakers = np.repeat(truth[..., None], columns, axis=-1).astype(np.float16)
    return Example(rng.normal(size=(frames, WIDTH)).astype(np.float16), [speakers], truth)


def test_each_mixture_is_seen_from_both_sides_and_its_end_is_marked(mixture):
    log_mel, speakers, truth = batch([mixture], np.random.default_rng(0))

    assert len(log_mel) == len(speakers) == len(truth) == 2 * BATCH and truth.shape[1] == CROP
    assert torch.equal(truth[0, : 3 * CROP // 4], 1 - truth[1, : 3 * CROP // 4])
    assert truth[:, 3 * CROP // 4 :].isnan().all()


def test_frames_beyond_the_end_do_not_count_and_training_learns_who_speaks(mixture):
    torch.manual_seed(0)
    network = TargetSpeakerVAD(16)
    before, rng = validate(network.eval(), [mixture]), np.random.default_rng(0)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    for _ in range(15):
        loss = loss_of(network, *batch([mixture], rng))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert np.isfinite(loss.item())
    assert validate(network, [mixture]) < 0.5 * before
