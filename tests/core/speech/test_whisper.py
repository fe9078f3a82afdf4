import numpy as np
import torch

from core.audio.mel import log_mel
from core.speech.whisper import load_whisper

ORIGINAL = [-0.51088, 0.49215, -0.00316]  # first value of tokens 0, 25 and 49


def tone(seconds):
    return torch.from_numpy(0.1 * np.sin(2 * np.pi * 440 * np.arange(int(16_000 * seconds)) / 16_000)).float()


def test_a_second_of_sound_becomes_fifty_tokens_of_four_layers():
    tokens = load_whisper()(log_mel(torch.nn.functional.pad(tone(1), (40, 200)))[None])

    assert tokens.shape == (1, 50, 4 * 384)
    assert torch.isfinite(tokens).all()


def test_recordings_of_a_batch_are_independent():
    loud, quiet = log_mel(tone(1)), log_mel(tone(1) * 0.1)

    together = load_whisper()(torch.stack([loud, quiet]))
    alone = load_whisper()(quiet[None])

    torch.testing.assert_close(together[1:], alone, atol=1e-4, rtol=1e-4)


def test_the_tokens_are_those_of_the_original():
    """ORIGINAL is what CTranslate2 4 gave for the model file of the package, in float32."""
    tokens = load_whisper()(log_mel(torch.nn.functional.pad(tone(1)[None], (200, 200), mode="reflect"))[..., :100])
    final = tokens[0, :, -384:]

    np.testing.assert_allclose(final[[0, 25, 49], 0].numpy(), ORIGINAL, atol=5e-3)
