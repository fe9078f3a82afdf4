"""The network of the target-speaker voice activity detection (Medennikov et al. 2020).

A convolutional network gets the log-mel features of the recording, and how similar each moment is to both speakers.
"""

from functools import cache

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor, nn

from ..weights import FILES

LOG_MEL = 224  # columns of core/diarization/log_mel.py
SPEAKER = 11  # columns of core/diarization/target_speaker.py
DILATIONS = (1, 2, 4, 8, 16, 4, 1)
KERNEL = 5
REACH = sum(DILATIONS) * (KERNEL // 2)  # receptive field to both sides: 72 frames, almost 3 s


class Block(nn.Module):
    """A residual depthwise dilated convolution over time between two linear layers."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, width)
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(KERNEL, width) / KERNEL**0.5)
        self.narrow = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, width)
        y = F.gelu(self.widen(self.norm(x)))
        return x + self.narrow(F.gelu(self.convolve(y)))

    def convolve(self, y: Tensor) -> Tensor:
        """Depthwise convolution of (B, T, width), written as a sum over taps: three times faster on a CPU."""
        side = self.dilation * (KERNEL // 2)
        padded = F.pad(y, (0, 0, side, side))
        return sum(padded[:, k * self.dilation :][:, : y.shape[1]] * tap for k, tap in enumerate(self.taps))


class TargetSpeakerVAD(nn.Module):
    """One network for both speakers, run with either as the target: exchanged speakers give exchanged masks."""

    def __init__(self, width: int = 112):
        super().__init__()
        self.log_mel = nn.Linear(LOG_MEL, width)
        self.speaker = nn.Linear(SPEAKER, width)
        self.blocks = nn.ModuleList(Block(width, dilation) for dilation in DILATIONS)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, log_mel: Tensor, speaker: Tensor) -> Tensor:
        """Logits (B, T) that the target speaks, of (B, T, LOG_MEL) and (B, T, SPEAKER) features."""
        x = self.dropout(self.log_mel(log_mel)) + self.speaker(speaker)
        for block in self.blocks:
            x = block(x)
        return self.out(self.norm(x))[..., 0]


@cache
def load() -> TargetSpeakerVAD:
    """The network with its shipped weights (stored as float16, computed in float32), read once."""
    with safe_open(FILES["target_speaker"], "pt") as file:
        network = TargetSpeakerVAD(int(file.metadata()["width"]))
        network.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})
    return network.eval()
