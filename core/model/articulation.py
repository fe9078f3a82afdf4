"""The articulation head: from Whisper's layers, loudness, pitch and both masks to what the own mouth does."""

from dataclasses import dataclass
from functools import cache

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from ..weights import WEIGHTS

VISEMES = "silence PBM FV TH TDN SZ SH KG L R OO O AA EH EE".split()
SHAPES = ("aperture", "width", "protrusion", "jaw")
CONDITION = 5  # level, pitch, voicing, own mask, partner's mask
TOKEN = 1536


@dataclass(frozen=True)
class Articulation:
    """Outputs of the head, 50 tokens a second; closure and seal a hundred times a second."""

    visemes: Tensor  # (B, K, 15) logits
    closure: Tensor  # (B, K, 2) logits: lips sealed in the first and second 10 ms of the token
    seal: Tensor  # (B, K, 2) logits: near the middle of a closure
    shapes: Tensor  # (B, K, 4) as SHAPES

    def per_frame(self) -> Tensor:
        """(B, K / 2, 23): visemes 15, closure of both halves, seal, aperture mean and least, width, protrusion, jaw."""
        visemes = self.visemes.softmax(-1).unflatten(1, (-1, 2)).mean(2)
        closure = self.closure.sigmoid().amax(-1).unflatten(1, (-1, 2))  # (B, T, 2)
        seal = self.seal.sigmoid().amax(-1, keepdim=True).unflatten(1, (-1, 2)).amax(2)
        shapes = self.shapes.unflatten(1, (-1, 2))  # (B, T, 2, 4)
        least = shapes[..., :1].amin(2)
        mean = shapes.mean(2)
        return torch.cat([visemes, closure, seal, mean[..., :1], least, mean[..., 1:]], dim=-1)


class Block(nn.Module):
    """A residual dilated convolution over time."""

    def __init__(self, width: int, dilation: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:  # (B, K, width)
        y = nn.functional.gelu(self.conv(self.norm(x).transpose(1, 2)).transpose(1, 2))
        return x + self.dropout(self.mix(y))


class ArticulationHead(nn.Module):
    """A small TCN: looks 0.4 s back and ahead beyond what Whisper's own attention has gathered."""

    def __init__(self, width: int = 160, dilations: tuple[int, ...] = (1, 2, 4, 8, 1), dropout: float = 0.1):
        super().__init__()
        self.read = nn.Linear(TOKEN, width)
        self.condition = nn.Linear(CONDITION, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, dilation, dropout) for dilation in dilations)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, len(VISEMES) + 2 + 2 + len(SHAPES))

    def forward(self, tokens: Tensor, condition: Tensor) -> Articulation:
        """tokens (B, K, 1536) standardised, condition (B, K, 5): level, pitch, voicing, own and partner's mask."""
        x = self.dropout(self.read(tokens)) + self.condition(condition)
        for block in self.blocks:
            x = block(x)
        visemes, closure, seal, shapes = self.out(self.norm(x)).split([len(VISEMES), 2, 2, len(SHAPES)], dim=-1)
        return Articulation(visemes, closure, seal, shapes)


@cache
def load_head() -> ArticulationHead:
    """The shipped head, frozen."""
    path = WEIGHTS / "articulation.safetensors"
    with safe_open(path, "pt") as file:
        width = int(file.metadata()["width"])
    head = ArticulationHead(width)
    head.load_state_dict(load_file(path))
    return head.eval().requires_grad_(False)
