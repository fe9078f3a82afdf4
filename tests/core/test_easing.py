import numpy as np
import pytest

from core.timeseries import smooth_step


def test_a_step_is_level_at_both_ends_and_half_way_in_the_middle():
    assert smooth_step(np.array([-3.0, 1.0, 2.0, 3.0, 9.0]), 1.0, 3.0) == pytest.approx([0, 0, 0.5, 1, 1])
    assert np.diff(smooth_step(np.linspace(0, 1, 1001)))[[0, -1]] == pytest.approx([0, 0], abs=1e-5)
