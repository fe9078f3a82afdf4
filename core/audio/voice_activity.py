"""Silero's voice activity network in plain torch: how likely each moment holds a voice."""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from .. import WEIGHTS
from .decoding import SAMPLES_PER_FRAME, frame_count

FILE = WEIGHTS / "silero.safetensors"
VOICED = 0.5  # probability above which a frame holds a voice
DELAY = 384  # samples: the network answers this late, measured on the two-channel calls
CHUNK = 512  # samples a step at 16 kHz: 32 ms
CONTEXT = 64  # samples of the step before that each step sees too
BLOCK = 2_000  # steps computed at once (64 s): an hour needs no more memory than a minute


class Silero(nn.Module):
    """Spectrum by convolution, four convolutions, one LSTM over time."""

    def __init__(self):
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.final_conv = nn.Conv1d(128, 1, 1)

    def forward(self, chunks: torch.Tensor, state: tuple | None = None) -> tuple[torch.Tensor, tuple]:
        """chunks: (S, CONTEXT + CHUNK) samples of S steps in order; returns (S,) probabilities and the state after."""
        x = F.pad(chunks[:, None], (0, CONTEXT), mode="reflect")
        x = self.stft_conv(x)
        x = torch.sqrt(x[:, :129] ** 2 + x[:, 129:] ** 2)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = F.relu(layer(x))
        x, state = self.lstm(x.squeeze(-1)[None], state)
        return torch.sigmoid(self.final_conv(F.relu(x).transpose(1, 2)))[0, 0], state


@cache
def load() -> Silero:
    """The network with its weights, read once."""
    network = Silero()
    network.load_state_dict(load_file(FILE))
    return network.eval()


@torch.inference_mode()
def voice_probability(network: Silero, mono: np.ndarray) -> np.ndarray:
    """Probability of a voice for each step.

    mono:    (N,) float32 at 16 kHz
    returns: (ceil(N / CHUNK),) float32 in [0, 1]; step i is samples CHUNK * i .. CHUNK * (i + 1)
    """
    steps = -(-len(mono) // CHUNK)
    state, found = None, []
    for first in range(0, steps, BLOCK):
        begin, end = first * CHUNK - CONTEXT, min(first + BLOCK, steps) * CHUNK
        piece = np.zeros(end - begin, np.float32)
        known = mono[max(begin, 0) : end]
        piece[max(-begin, 0) : max(-begin, 0) + len(known)] = known
        chunks = torch.from_numpy(piece).unfold(0, CONTEXT + CHUNK, CHUNK)
        probability, state = network(chunks, state)
        found.append(probability.numpy())
    return np.concatenate(found)


def voice_activity(mono: np.ndarray) -> np.ndarray:
    """Probability that anyone speaks: (N,) samples to (T,) motion frames, float32."""
    steps = voice_probability(load(), mono)
    centres = np.arange(frame_count(len(mono))) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2 + DELAY
    return np.interp(centres, np.arange(len(steps)) * CHUNK + CHUNK // 2, steps).astype(np.float32)
