"""Voice activity detection with the network of Silero VAD 6.2.3 (MIT), ported to plain PyTorch.

https://github.com/snakers4/silero-vad; ``python -m research convert speakers`` reads its weights out of the package.
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from .. import WEIGHTS
from ..timeseries import padded_slice
from .decoding import SAMPLES_PER_FRAME, frame_count

FILE = WEIGHTS / "silero.safetensors"
SPEECH = 0.5  # probability above which a frame counts as speech
DELAY = 384  # samples: the probabilities lag the speech by so much, measured on the two-channel calls
STEP = 512  # samples of a step, 32 ms
CONTEXT = 64  # samples of the step before that each step takes in too
CHUNK = 2_000  # steps computed at once (64 s), so that memory does not grow with the recording


class Silero(nn.Module):
    """Short-time spectrum by convolution, four convolutions, and one LSTM over the steps."""

    def __init__(self):
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.final_conv = nn.Conv1d(128, 1, 1)

    def forward(self, steps: torch.Tensor, state: tuple | None = None) -> tuple[torch.Tensor, tuple]:
        """Speech probability of S consecutive steps.

        steps:   (S, CONTEXT + STEP) samples at 16 kHz in [-1, 1]
        state:   of the LSTM after the step before; None at the start of a recording
        returns: (S,) probabilities in [0, 1], and the state after the last step
        """
        x = F.pad(steps[:, None], (0, CONTEXT), mode="reflect")
        x = self.stft_conv(x)
        x = torch.sqrt(x[:, :129] ** 2 + x[:, 129:] ** 2)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = F.relu(layer(x))
        x, state = self.lstm(x.squeeze(-1)[None], state)
        return torch.sigmoid(self.final_conv(F.relu(x).transpose(1, 2)))[0, 0], state


@cache
def load() -> Silero:
    """The network with its shipped weights, read once."""
    network = Silero()
    network.load_state_dict(load_file(FILE))
    return network.eval()


@torch.inference_mode()
def speech_probability(network: Silero, mono: np.ndarray) -> np.ndarray:
    """Speech probability of each step, as the original package gives it chunk by chunk.

    mono:    (N,) float32 at 16 kHz in [-1, 1]
    returns: (ceil(N / STEP),) float32 in [0, 1]; step i is samples STEP * i to STEP * (i + 1), zeros after the end
    """
    count = -(-len(mono) // STEP)
    state, found = None, []
    for first in range(0, count, CHUNK):
        samples = padded_slice(mono, first * STEP - CONTEXT, min(first + CHUNK, count) * STEP)
        probability, state = network(torch.from_numpy(samples).unfold(0, CONTEXT + STEP, STEP), state)
        found.append(probability.numpy())
    return np.concatenate(found)


def voice_activity(mono: np.ndarray) -> np.ndarray:
    """Probability that anyone speaks in each motion frame.

    mono:    (N,) float32 at 16 kHz in [-1, 1]
    returns: (T,) float32 in [0, 1], T = ceil(N / 640), with DELAY taken out
    """
    steps = speech_probability(load(), mono)
    centres = np.arange(frame_count(len(mono))) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2 + DELAY
    return np.interp(centres, np.arange(len(steps)) * STEP + STEP // 2, steps).astype(np.float32)
