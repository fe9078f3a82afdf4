import numpy as np
import torch

from core.engine.networks import generator
from core.generator.noise_schedule import POWER, noise_levels, noise_share, signal


def test_signal_and_noise_share_the_power():
    t = np.linspace(0, 1, 9, dtype=np.float32)
    np.testing.assert_allclose(signal(t) ** 2 + noise_share(t) ** 2, 1, atol=1e-6)
    assert signal(t[0]) == 1 and noise_share(t[0]) == 0 and signal(t).dtype == np.float32


def test_the_network_shows_the_partner_by_the_same_signal():
    """Motion that the partner's stream sees is scaled as the sampler scales it."""
    t = np.linspace(0, 1, 9, dtype=np.float32)
    np.testing.assert_allclose(generator.signal(torch.from_numpy(t)).numpy(), signal(t), atol=1e-6)


def test_levels_fall_from_one_to_zero_and_are_finer_at_first():
    levels = noise_levels(8)
    assert levels[0] == 1 and levels[-1] == 0 and POWER < 1
    assert (np.diff(-np.diff(levels)) > 0).all()
