"""What the tests of the generator begin with."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded():
    """Random tensors are the same whatever ran before."""
    torch.manual_seed(0)
