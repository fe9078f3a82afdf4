"""Gated streams and their loudness and pitch, of two buzzes that take turns."""

import numpy as np
import pytest

from core.speech import streams

FRAMES = 100
TIMES = np.arange(FRAMES * 640) / 16_000
MASKS = np.stack([np.arange(FRAMES) < 50, np.arange(FRAMES) >= 50]).astype(np.float32)


def buzz(hertz: float) -> np.ndarray:
    return sum(np.sin(2 * np.pi * hertz * k * TIMES) / k for k in range(1, 12)) * 0.1


SOUND = np.where(TIMES < 2, buzz(120), 0.25 * buzz(240)).astype(np.float32)


def test_a_stream_is_silent_where_only_the_partner_speaks_and_at_the_usual_level_elsewhere():
    gated = streams.gated_streams(SOUND, MASKS, streams.usual_levels(SOUND, MASKS), 0, FRAMES, 40, 200)
    power = np.square(gated[:, 40:-200]).reshape(2, FRAMES, 640).mean(axis=2)

    assert gated.shape == (2, 40 + FRAMES * 640 + 200) and not gated[:, :40].any() and not gated[:, -200:].any()
    assert power[0, 52:].max() == 0 and power[1, :48].max() == 0
    assert 10 * np.log10(power[0, :48].mean()) == pytest.approx(streams.USUAL_LEVEL, abs=1)
    assert 10 * np.log10(power[1, 52:].mean()) == pytest.approx(streams.USUAL_LEVEL, abs=1)


def test_pitch_is_relative_to_the_pitch_where_the_person_speaks():
    found = streams.stream_prosody(SOUND, MASKS, streams.usual_levels(SOUND, MASKS))

    assert np.abs(found[0, 10:90, 1]).max() < 0.05 and np.abs(found[1, 110:190, 1]).max() < 0.05
    assert found[0, 10:90, 2].min() > 0.8 and found[0, 110:, 2].max() == 0
    assert found[0, 110:, 0].max() == -4
