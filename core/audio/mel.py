"""Spectra and Whisper's log-mel spectrogram (Radford et al. 2022, section 2.2); librosa's filter matrix is an asset."""

from functools import cache

import numpy as np
from safetensors.numpy import load_file

from .. import WEIGHTS

WINDOW = 400  # samples, 25 ms at 16 kHz
HOP = 160  # samples, 10 ms
BANDS = 80
DYNAMIC_RANGE = 8.0  # log10 units under the highest value, to which lower ones are raised, as Whisper was trained
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
CHUNK = 4096  # spectra computed at once, so that memory does not grow with the recording


def power_spectrum(samples: np.ndarray) -> np.ndarray:
    """Power of short-time spectra with a Hann window of WINDOW samples; spectrum j begins at sample HOP * j.

    samples: (..., N) float32, N >= WINDOW
    returns: (..., WINDOW // 2 + 1, 1 + (N - WINDOW) // HOP) float32
    """
    pieces = np.lib.stride_tricks.sliding_window_view(samples, WINDOW, axis=-1)[..., ::HOP, :]
    found = np.empty((*pieces.shape[:-1], WINDOW // 2 + 1), np.float32)
    for first in range(0, pieces.shape[-2], CHUNK):
        spectrum = np.fft.rfft(pieces[..., first : first + CHUNK, :] * HANN)
        found[..., first : first + CHUNK, :] = spectrum.real**2 + spectrum.imag**2
    return np.swapaxes(found, -1, -2)


@cache
def mel_matrix() -> np.ndarray:
    """(80, 201) float32: Slaney mel filters from power spectrum to bands, equal to librosa's."""
    return load_file(WEIGHTS / "mel_80.safetensors")["mel"]


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Log-mel spectrogram, normalised as Whisper's; frame j is centred on sample 200 + 160 j.

    samples: (..., N) float32 in [-1, 1] at 16 kHz, N >= 400; pad 200 at both ends to get Whisper's own frames
    returns: (..., 80, 1 + (N - 400) // 160) float32, about -1 to 2
    """
    logs = np.log10(np.maximum(mel_matrix() @ power_spectrum(samples), 1e-10))
    loudest = logs.max(axis=(-2, -1), keepdims=True)
    return (np.maximum(logs, loudest - DYNAMIC_RANGE) + 4) / 4
