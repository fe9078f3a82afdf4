import numpy as np
import pytest

from core import engine
from core.audio.mel import log_mel

ORIGINAL = [-0.51088, 0.49215, -0.00316]  # first value of tokens 0, 25 and 49


def tone(seconds: float) -> np.ndarray:
    return (0.1 * np.sin(2 * np.pi * 440 * np.arange(int(16_000 * seconds)) / 16_000)).astype(np.float32)


def encode(mel: np.ndarray) -> np.ndarray:
    return engine.run("whisper", mel=mel)[0]


def test_a_second_of_sound_becomes_fifty_tokens_of_four_layers():
    tokens = encode(log_mel(np.pad(tone(1), (40, 200)))[None])

    assert tokens.shape == (1, 50, 4 * 384)
    assert np.isfinite(tokens).all()


def test_recordings_of_a_batch_are_independent():
    loud, quiet = log_mel(tone(1))[:, :96], log_mel(tone(1) * 0.1)[:, :96]

    together, alone = encode(np.stack([loud, quiet])), encode(quiet[None])

    np.testing.assert_allclose(together[1:], alone, atol=1e-4, rtol=1e-4)


def test_the_tokens_are_those_of_the_original():
    """ORIGINAL is what CTranslate2 4 gave for the model file of the package, in float32."""
    final = encode(log_mel(np.pad(tone(1)[None], ((0, 0), (200, 200)), mode="reflect"))[..., :100])[0, :, -384:]

    assert final[[0, 25, 49], 0] == pytest.approx(np.array(ORIGINAL), abs=5e-3)
