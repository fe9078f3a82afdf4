import numpy as np
import pytest

from core.engine.networks import generator
from core.errors import UserError
from core.generate import GENERATOR, load_model
from core.generator.checkpoint import load_checkpoint, shipped
from research.training.trained import denoise_by


def test_the_shipped_units_have_an_origin():
    checkpoint = load_checkpoint(GENERATOR)

    assert len(checkpoint.mean) == len(checkpoint.std) == 62 and (checkpoint.std > 0).all()
    assert len(checkpoint.sha256) == 64 and "train generator" in checkpoint.header["command"]


@pytest.mark.parametrize("frames", [1, 3, 40, 250])
def test_the_shipped_network_takes_any_number_of_frames(frames):
    rng, columns = np.random.default_rng(0), len(load_model().mean)
    noisy = rng.normal(size=(2, 2, frames, columns)).astype(np.float32)
    condition = rng.normal(size=(2, 2, frames, 139)).astype(np.float32)

    clean = shipped(noisy, condition, np.full((2, 2, frames), 0.5, np.float32))

    assert clean.shape == noisy.shape
    by_torch = denoise_by(generator.load())(noisy, condition, np.full((2, 2, frames), 0.5, np.float32), False)
    np.testing.assert_allclose(clean, by_torch, atol=1e-4)  # which pads by itself


def test_missing_or_broken_weights_are_one_line(tmp_path):
    with pytest.raises(UserError, match="missing"):
        load_checkpoint(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(UserError, match="Install the extension again"):
        load_checkpoint(tmp_path / "text.safetensors")
