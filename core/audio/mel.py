"""Whisper's log-mel spectrogram (Radford et al. 2022, section 2.2) in PyTorch; librosa's filter matrix is an asset."""

from functools import cache

import torch
from safetensors.torch import load_file

from .. import WEIGHTS

WINDOW = 400  # samples, 25 ms at 16 kHz
HOP = 160  # samples, 10 ms
BANDS = 80
DYNAMIC_RANGE = 8.0  # log10 units under the highest value, to which lower ones are raised, as Whisper was trained


@cache
def mel_matrix() -> torch.Tensor:
    """(80, 201) float32: Slaney mel filters from power spectrum to bands, equal to librosa's."""
    return load_file(WEIGHTS / "mel_80.safetensors")["mel"]


def log_mel(samples: torch.Tensor) -> torch.Tensor:
    """Log-mel spectrogram, normalised as Whisper's; frame j is centred on sample 200 + 160 j.

    samples: (..., N) in [-1, 1] at 16 kHz, N >= 400; pad 200 at both ends to get Whisper's own frames
    returns: (..., 80, 1 + (N - 400) // 160), about -1 to 2
    """
    spectrum = torch.stft(
        samples, WINDOW, HOP, window=torch.hann_window(WINDOW), center=False, return_complex=True
    )  # (..., 201, frames)
    power = mel_matrix() @ spectrum.abs().square()
    logs = power.clamp(min=1e-10).log10()
    loudest = logs.amax(dim=(-2, -1), keepdim=True)
    return (torch.maximum(logs, loudest - DYNAMIC_RANGE) + 4) / 4
