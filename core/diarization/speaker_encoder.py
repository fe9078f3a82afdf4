"""The speaker encoder of Resemblyzer 0.1.4 (Apache-2.0) in plain PyTorch, trained with the GE2E loss (Wan et al. 2018).

https://github.com/resemble-ai/Resemblyzer; ``python -m research convert speakers`` reads its weights from the package.
"""

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from .. import WEIGHTS
from ..audio import SAMPLE_RATE
from ..audio.mel import HOP, WINDOW
from ..timeseries import padded_slice

FILE = WEIGHTS / "speaker.safetensors"
BANDS = 40  # of its own mel filters
WIDTH = 256
MIN_POWER = 1e-9  # mean square; quieter windows are not amplified further
LEVEL = 10 ** (-30 / 20)  # root mean square of the training data


class SpeakerEncoder(nn.Module):
    """Three LSTM layers over mel power; the last state projected to a non-negative unit vector of WIDTH values."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(BANDS, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, WIDTH)
        self.register_buffer("mel_matrix", torch.zeros(BANDS, WINDOW // 2 + 1))

    def mel(self, samples: torch.Tensor) -> torch.Tensor:
        """Mel power of (N,) samples at 16 kHz: (N // HOP + 1, BANDS), spectrum i centred on sample HOP * i."""
        window = torch.hann_window(WINDOW)
        spectrum = torch.stft(samples, WINDOW, HOP, window=window, pad_mode="constant", return_complex=True)
        return (self.mel_matrix @ spectrum.abs().square()).T

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        """Embeddings of (B, frames, BANDS) mel power: (B, WIDTH) unit vectors."""
        _, (hidden, _) = self.lstm(mel)
        return F.normalize(F.relu(self.linear(hidden[-1])), dim=1)


def load() -> SpeakerEncoder:
    """The network with its shipped weights (stored as float16, computed in float32)."""
    network = SpeakerEncoder()
    network.load_state_dict({key: value.float() for key, value in load_file(FILE).items()})
    return network.eval()


@torch.inference_mode()
def embed(
    network: SpeakerEncoder, mono: np.ndarray, centres: np.ndarray, seconds: float, batch: int = 256
) -> np.ndarray:
    """Speaker embeddings of windows, each normalised to LEVEL.

    mono:    (N,) float32 at 16 kHz in [-1, 1]
    centres: (W,) middles of the windows in samples, ascending; windows that reach over an end are padded with zeros
    seconds: length of each window
    batch:   windows computed at once
    returns: (W, WIDTH) float32 unit vectors
    """
    frames = round(seconds * SAMPLE_RATE / HOP)
    found = np.zeros((len(centres), WIDTH), np.float32)
    for first in range(0, len(centres), batch):
        part = centres[first : first + batch]
        begin = int(part[0]) // HOP * HOP - frames * HOP  # room for half a window and for the spectrum's own edge
        end = int(part[-1]) + frames * HOP
        piece = padded_slice(mono, begin, end)
        mel = network.mel(torch.from_numpy(piece))
        starts = torch.from_numpy((part - begin) // HOP - frames // 2)
        windows = mel[starts[:, None] + torch.arange(frames)]
        energy = torch.from_numpy(np.concatenate([[0.0], np.cumsum(np.square(piece, dtype=np.float64))]))
        power = (energy[(starts + frames) * HOP] - energy[starts * HOP]) / (frames * HOP)
        gain = LEVEL**2 / power.clamp(min=MIN_POWER)
        found[first : first + batch] = network(windows * gain[:, None, None].float()).numpy()
    return found
