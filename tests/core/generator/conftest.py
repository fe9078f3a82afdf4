"""What the tests of the generator begin with."""

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def nearby():
    """A denoiser that looks at its neighbours: an average over nine frames."""

    def predict(noisy, levels, starts):
        padded = np.pad(noisy, ((0, 0), (0, 0), (4, 4), (0, 0)), mode="edge")
        return np.lib.stride_tricks.sliding_window_view(padded, 9, axis=2).mean(-1)

    return predict
