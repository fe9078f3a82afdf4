"""Resemblyzer's voice encoder in plain torch: 256 numbers that say whose voice a short window holds."""

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from .. import WEIGHTS

FILE = WEIGHTS / "speaker.safetensors"
WINDOW = 400  # samples of a spectrum: 25 ms
HOP = 160  # samples from one spectrum to the next: 10 ms
BANDS = 40
WIDTH = 256
QUIETEST = 1e-9  # mean square, below it a window is silence and stays so
LEVEL = 10 ** (-30 / 20)  # root mean square the network was trained at


class SpeakerEncoder(nn.Module):
    """Three LSTM layers over mel power, the last state projected to a unit vector of WIDTH values, none negative."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(BANDS, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, WIDTH)
        self.register_buffer("mel_matrix", torch.zeros(BANDS, WINDOW // 2 + 1))

    def mel(self, samples: torch.Tensor) -> torch.Tensor:
        """samples: (N,) at 16 kHz; returns (N // HOP + 1, BANDS) mel power, spectrum i centred on sample HOP * i."""
        window = torch.hann_window(WINDOW)
        spectrum = torch.stft(samples, WINDOW, HOP, window=window, pad_mode="constant", return_complex=True)
        return (self.mel_matrix @ spectrum.abs().square()).T

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        """mel: (B, frames, BANDS) power; returns (B, WIDTH) unit vectors."""
        _, (hidden, _) = self.lstm(mel)
        return F.normalize(F.relu(self.linear(hidden[-1])), dim=1)


def load() -> SpeakerEncoder:
    """The network with its weights (stored as float16, computed in float32)."""
    network = SpeakerEncoder()
    network.load_state_dict({key: value.float() for key, value in load_file(FILE).items()})
    return network.eval()


@torch.inference_mode()
def embed(
    network: SpeakerEncoder, mono: np.ndarray, centres: np.ndarray, seconds: float, batch: int = 256
) -> np.ndarray:
    """Whose voice is heard around each of ``centres``.

    mono:    (N,) float32 at 16 kHz; each window is brought to LEVEL, so a soft voice is the same voice
    centres: (W,) samples, rising; windows that reach over an end are filled with silence
    seconds: width of each window
    returns: (W, WIDTH) float32 unit vectors
    """
    frames = round(seconds * 16_000 / HOP)
    found = np.zeros((len(centres), WIDTH), np.float32)
    for first in range(0, len(centres), batch):
        part = centres[first : first + batch]
        begin = int(part[0]) // HOP * HOP - frames * HOP  # room for half a window and for the spectrum's own edge
        end = int(part[-1]) + frames * HOP
        piece = np.zeros(end - begin, np.float32)
        known = mono[max(begin, 0) : end]
        piece[max(-begin, 0) : max(-begin, 0) + len(known)] = known
        mel = network.mel(torch.from_numpy(piece))
        starts = torch.from_numpy((part - begin) // HOP - frames // 2)
        windows = mel[starts[:, None] + torch.arange(frames)]
        energy = torch.from_numpy(np.concatenate([[0.0], np.cumsum(np.square(piece, dtype=np.float64))]))
        power = (energy[(starts + frames) * HOP] - energy[starts * HOP]) / (frames * HOP)
        gain = LEVEL**2 / power.clamp(min=QUIETEST)
        found[first : first + batch] = network(windows * gain[:, None, None].float()).numpy()
    return found
