"""Windows cover a recording, and their fades add up."""

import numpy as np
import pytest

from core.speech import windows
from core.speech.windows import OVERLAP_FRAMES, WINDOW_FRAMES


@pytest.mark.parametrize("frames", [1, 25, 26, 250, 251, 475, 476, 3000])
def test_windows_cover_every_frame_and_overlap_by_a_second(frames):
    found = list(windows.windows(frames))

    assert found[0][0] == 0 and found[-1][1] == frames
    assert all(b[0] == a[1] - OVERLAP_FRAMES for a, b in zip(found, found[1:], strict=False))
    assert all(0 < stop - start <= WINDOW_FRAMES for start, stop in found)


def test_fades_of_neighbouring_windows_add_up_to_one():
    total = windows.total_fade(2 * WINDOW_FRAMES)

    np.testing.assert_allclose(total[OVERLAP_FRAMES : WINDOW_FRAMES + 100], 1, atol=1e-6)
    assert total.min() > 0


def test_dither_is_the_same_for_every_window_and_refused_beyond_one():
    assert windows.dither(100_000).std() == pytest.approx(windows.DITHER, rel=0.02)
    np.testing.assert_array_equal(windows.dither(500), windows.dither(100_000)[:500])
    with pytest.raises(ValueError, match="160400 samples, got 200000"):
        windows.dither(200_000)
