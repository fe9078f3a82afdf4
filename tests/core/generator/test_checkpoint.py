import numpy as np
import pytest
import torch

from core.errors import UserError
from core.generator.checkpoint import load_checkpoint, save_checkpoint
from core.generator.network import Config, DualStream


def test_what_is_saved_is_loaded_with_where_it_comes_from(tmp_path):
    network = DualStream(Config(condition=9, widths=(8, 16), embedding=8, role=4, heads=2))
    mean, std = np.linspace(-1, 1, 56), np.linspace(0.5, 2, 56)
    save_checkpoint(tmp_path / "weights.safetensors", network, mean, std, {"seed": "3", "command": "train"})

    loaded = load_checkpoint(tmp_path / "weights.safetensors")

    assert loaded.network.config == network.config
    assert loaded.header == {"seed": "3", "command": "train"}
    assert loaded.mean == pytest.approx(mean, abs=1e-6) and loaded.std == pytest.approx(std, abs=1e-6)
    assert len(loaded.sha256) == 64
    for name, value in network.state_dict().items():
        assert torch.allclose(loaded.network.state_dict()[name], value, rtol=1e-3, atol=1e-4)


def test_missing_or_broken_weights_are_told_in_one_line(tmp_path):
    with pytest.raises(UserError, match="missing"):
        load_checkpoint(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(UserError, match="Install the extension again"):
        load_checkpoint(tmp_path / "text.safetensors")


def test_weights_of_another_version_are_told_in_one_line(tmp_path):
    network = DualStream(Config(condition=9, widths=(8, 16), embedding=8, role=4, heads=2))
    del network.outlet
    save_checkpoint(tmp_path / "other.safetensors", network, np.zeros(56), np.ones(56), {})
    with pytest.raises(UserError, match="another version. Install the extension again"):
        load_checkpoint(tmp_path / "other.safetensors")
