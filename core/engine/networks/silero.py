"""The network of Silero VAD 6.2.3 (MIT), ported to plain PyTorch.

https://github.com/snakers4/silero-vad; ``python -m research convert speakers`` reads its weights out of the package.
"""

from functools import cache

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from ..weights import FILES

STEP = 512  # samples of a step, 32 ms
CONTEXT = 64  # samples of the step before that each step takes in too
STATE = 128  # values of the LSTM's state


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

    def forward(self, steps: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Speech probability of S consecutive steps.

        steps:        (S, CONTEXT + STEP) samples at 16 kHz in [-1, 1]
        hidden, cell: (1, 1, STATE) of the LSTM after the step before; zeros at the start of a recording
        returns:      (S,) probabilities in [0, 1], and hidden and cell after the last step
        """
        x = F.pad(steps[:, None], (0, CONTEXT), mode="reflect")
        x = self.stft_conv(x)
        x = torch.sqrt(x[:, :129] ** 2 + x[:, 129:] ** 2)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = F.relu(layer(x))
        x, (hidden, cell) = self.lstm(x.squeeze(-1)[None], (hidden, cell))
        return torch.sigmoid(self.final_conv(F.relu(x).transpose(1, 2)))[0, 0], hidden, cell


@cache
def load() -> Silero:
    """The network with its shipped weights, read once."""
    network = Silero()
    network.load_state_dict(load_file(FILES["silero"]))
    return network.eval()
