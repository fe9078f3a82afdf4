"""The mask network: of two known voices, how surely each one speaks in each frame (SPEECH, mask network recipe)."""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn

from .. import WEIGHTS
from .embeddings import SpeakerEmbeddings
from .log_mel import WIDTH as PICTURE

FILE = WEIGHTS / "masks.safetensors"
LIKENESS = 8  # columns that tell the own voice from the other's
ALONE = 3  # columns both share beside the picture: voice activity, closeness of the two voices, their distance
DILATIONS = (1, 2, 4, 8, 16, 4, 1)
KERNEL = 5
REACH = sum(DILATIONS) * (KERNEL // 2)  # frames the network sees to both sides: 72, almost 3 s
SPREADS = 4.0  # of one voice in voice_space: about half of what lies between two
CHUNK = 1_500  # frames computed at once


class Block(nn.Module):
    """A dilated convolution over time, each channel alone, between two layers that mix channels."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, width)
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(KERNEL, width) / KERNEL**0.5)
        self.narrow = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (B, T, width)
        y = F.gelu(self.widen(self.norm(x)))
        return x + self.narrow(F.gelu(self.over_time(y)))

    def over_time(self, y: torch.Tensor) -> torch.Tensor:
        """Each channel of (B, T, width) convolved alone, written as sums: on a CPU that is three times faster."""
        side = self.dilation * (KERNEL // 2)
        padded = F.pad(y, (0, 0, side, side))
        return sum(padded[:, k * self.dilation :][:, : y.shape[1]] * tap for k, tap in enumerate(self.taps))


class TargetSpeakerVAD(nn.Module):
    """One function of (sound, own voice, other voice), used for both: exchange the voices, and the masks follow."""

    def __init__(self, width: int = 112):
        super().__init__()
        self.picture = nn.Linear(PICTURE, width)
        self.likeness = nn.Linear(LIKENESS + ALONE, width)
        self.blocks = nn.ModuleList(Block(width, dilation) for dilation in DILATIONS)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, picture: torch.Tensor, likeness: torch.Tensor) -> torch.Tensor:
        """picture: (B, T, PICTURE), likeness: (B, T, LIKENESS + ALONE) of the own voice; returns (B, T) logits."""
        x = self.dropout(self.picture(picture)) + self.likeness(likeness)
        for block in self.blocks:
            x = block(x)
        return self.out(self.norm(x))[..., 0]


def inputs(evidence: SpeakerEmbeddings, centres: np.ndarray) -> np.ndarray:
    """What tells the two voices apart.

    centres: (2, 256) unit vectors of the two voices
    returns: (2, T, LIKENESS + ALONE) float32: to the own and to the other voice in wide and in narrow windows, so that
             1 is the voice itself and 0 is as unlike as the other one; the lead in both; voice activity; closeness;
             then in spreads of one voice: how far towards the own voice in both kinds of windows; the voices' distance
    """
    closeness = float(centres[0] @ centres[1])
    likeness = (evidence.likeness(centres) - closeness) / max(1 - closeness, 0.05)  # (2 widths, T, 2 voices)
    own, other = np.moveaxis(likeness, 2, 0), np.moveaxis(likeness, 2, 0)[::-1]  # (2, 2, T)
    frames = len(evidence.voice)
    shared = np.broadcast_to(np.stack([evidence.voice, np.full(frames, closeness)]), (2, 2, frames))
    towards, apart = evidence.towards(centres)  # (2 widths, T), a number
    sides = np.stack([towards, -towards]) / SPREADS
    far = np.full((2, 1, frames), apart / (2 * SPREADS))
    columns = np.concatenate([own, other, (own - other) / 2, shared, sides, far], axis=1)
    return np.clip(columns.transpose(0, 2, 1), -3, 3).astype(np.float32)


@cache
def load() -> TargetSpeakerVAD:
    """The network with its weights (stored as float16, computed in float32)."""
    with safe_open(FILE, "pt") as file:
        network = TargetSpeakerVAD(int(file.metadata()["width"]))
        network.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})
    return network.eval()


@torch.inference_mode()
def masks(network: TargetSpeakerVAD, picture: np.ndarray, likeness: np.ndarray) -> np.ndarray:
    """picture: (T, PICTURE), likeness: (2, T, LIKENESS + ALONE) of any length; returns (2, T) float32 in [0, 1]."""
    found = []
    for first in range(0, len(picture), CHUNK):
        low, high = max(0, first - REACH), min(len(picture), first + CHUNK + REACH)
        seen = torch.from_numpy(picture[low:high].astype(np.float32)).expand(2, -1, -1)
        logits = network(seen, torch.from_numpy(likeness[:, low:high]))
        found.append(torch.sigmoid(logits)[:, first - low : first - low + CHUNK].numpy())
    return np.concatenate(found, axis=1)
