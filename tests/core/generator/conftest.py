"""What the tests of the generator begin with."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded():
    """Random tensors are the same whatever ran before."""
    torch.manual_seed(0)


@pytest.fixture
def nearby():
    """A denoiser that looks at its neighbours: an average over nine frames."""

    def predict(noisy, levels, starts):
        pairs, _, _, width = noisy.shape
        padded = torch.nn.functional.pad(noisy.flatten(0, 1).transpose(1, 2), (4, 4), mode="replicate")
        smooth = torch.nn.functional.conv1d(padded, torch.ones(width, 1, 9) / 9, groups=width)
        return smooth.transpose(1, 2).unflatten(0, (pairs, 2))

    return predict
