import numpy as np
import pytest
import torch

from core.engine.networks.generator import Config, DualStream, save_network
from core.errors import UserError
from research.training.trained import load_trained


@pytest.fixture
def network():
    torch.manual_seed(0)
    return DualStream(Config(condition=9, widths=(8, 16), embedding=8, role=4, heads=2))


def test_what_is_saved_is_loaded_with_its_origin(tmp_path, network):
    mean, std = torch.linspace(-1, 1, 56), torch.linspace(0.5, 2, 56)
    save_network(tmp_path / "weights.safetensors", network, mean, std, {"seed": "3", "command": "train"})

    loaded = load_trained(tmp_path / "weights.safetensors")

    assert loaded.network.config == network.config
    assert loaded.header["seed"] == "3" and loaded.header["command"] == "train"
    assert loaded.mean == pytest.approx(mean.numpy(), abs=1e-6) and loaded.std == pytest.approx(std.numpy(), abs=1e-6)
    assert len(loaded.sha256) == 64
    for name, value in network.state_dict().items():
        assert torch.allclose(loaded.network.state_dict()[name], value, rtol=1e-3, atol=1e-4)


def test_a_dropped_condition_is_not_seen(tmp_path, network):
    torch.nn.init.normal_(network.outlet.weight, std=0.1)
    save_network(tmp_path / "weights.safetensors", network, torch.zeros(56), torch.ones(56), {})
    denoise, rng = load_trained(tmp_path / "weights.safetensors").denoise, np.random.default_rng(0)
    noisy, levels = rng.normal(size=(1, 2, 13, 56)).astype(np.float32), np.full((1, 2, 13), 0.5, np.float32)
    one, other = (rng.normal(size=(1, 2, 13, 9)).astype(np.float32) for _ in range(2))

    assert not np.array_equal(denoise(noisy, one, levels, False), denoise(noisy, other, levels, False))
    np.testing.assert_array_equal(denoise(noisy, one, levels, True), denoise(noisy, other, levels, True))


def test_weights_of_another_version_are_one_line(tmp_path, network):
    del network.outlet
    save_network(tmp_path / "other.safetensors", network, torch.zeros(56), torch.ones(56), {})

    with pytest.raises(UserError, match="another version"):
        load_trained(tmp_path / "other.safetensors")
