"""The speaker encoder of Resemblyzer 0.1.4 (Apache-2.0) in plain PyTorch, trained with the GE2E loss (Wan et al. 2018).

https://github.com/resemble-ai/Resemblyzer; ``python -m research convert speakers`` reads its weights from the package.
"""

from functools import cache

import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from ..weights import FILES

BANDS = 40  # of its own mel filters
WIDTH = 256


class SpeakerEncoder(nn.Module):
    """Three LSTM layers over mel power; the last state projected to a non-negative unit vector of WIDTH values."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(BANDS, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, WIDTH)

    def forward(self, mel: Tensor) -> Tensor:
        """Embeddings of (B, frames, BANDS) mel power: (B, WIDTH) unit vectors."""
        _, (hidden, _) = self.lstm(mel)
        return F.normalize(F.relu(self.linear(hidden[-1])), dim=1)


@cache
def load() -> SpeakerEncoder:
    """The network with its shipped weights (stored as float16, computed in float32), read once."""
    network = SpeakerEncoder()
    tensors = {key: value.float() for key, value in load_file(FILES["speaker_encoder"]).items()}
    network.load_state_dict({key: value for key, value in tensors.items() if key != "mel_matrix"})
    return network.eval()
