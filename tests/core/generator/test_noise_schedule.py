import torch

from core.generator.noise_schedule import noise_share, signal


def test_signal_and_noise_share_the_power():
    t = torch.linspace(0, 1, 9)
    assert torch.allclose(signal(t) ** 2 + noise_share(t) ** 2, torch.ones(9))
    assert signal(t[0]) == 1 and noise_share(t[0]) == 0
