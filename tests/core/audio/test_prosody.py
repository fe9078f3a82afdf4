import numpy as np
import pytest

from core.audio import prosody

RATE = 16_000


def voiced(hertz, seconds=1.0):
    """A buzz with a fundamental and its harmonics, as a voice has."""
    times = np.arange(int(RATE * seconds)) / RATE
    return sum(np.sin(2 * np.pi * hertz * k * times) / k for k in range(1, 12)).astype(np.float32) * 0.1


@pytest.mark.parametrize("hertz", [70, 110, 180, 260, 400])
def test_the_pitch_of_a_voiced_sound_is_found_within_a_quarter_tone(hertz):
    found, voicing = prosody.pitch(voiced(hertz))

    assert np.abs(np.log2(found[3:-3] / hertz)).max() < 1 / 24
    assert voicing[3:-3].min() > 0.8


def test_noise_is_not_voiced():
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)

    assert prosody.pitch(noise)[1].mean() < 0.4


def test_ten_times_the_amplitude_is_twenty_decibels():
    sound = voiced(120)

    np.testing.assert_allclose(prosody.level(sound) - prosody.level(sound / 10), 20, atol=0.1)


def test_silence_is_a_hundred_decibels_down_and_without_voice():
    silence = np.zeros(1000, np.float32)

    assert prosody.level(silence).tolist() == [-100] * 4
    assert prosody.pitch(silence)[1].max() == 0


def test_power_of_frames_is_computed_in_chunks_and_to_the_end():
    mono = np.random.default_rng(0).normal(size=250 * 640 + 100).astype(np.float32)

    power = prosody.frame_power(mono)

    assert len(power) == 251
    np.testing.assert_allclose(power[:250], np.square(mono[: 250 * 640]).reshape(250, 640).mean(1), rtol=1e-4)
