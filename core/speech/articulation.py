"""The articulation head: from Whisper's layers, loudness, pitch and both masks to what the own mouth does."""

from dataclasses import dataclass
from functools import cache

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from .. import WEIGHTS

VISEMES = "silence PBM FV TH TDN SZ SH KG L R OO O AA EH EE".split()
SHAPES = ("aperture", "width", "protrusion", "jaw")
CONDITION = 5  # level, pitch, voicing, own mask, partner's mask
TOKEN = 1536
# Median opening of real people while each viseme surely sounds, a share of the most they usually open: numbers of
# mouth_statistics.json, counted by "evaluate openings" over one half of the film clips there.
OPENINGS = (0.27, 0.12, 0.21, 0.5, 0.48, 0.48, 0.59, 0.7, 0.6, 0.3, 0.25, 0.41, 0.82, 0.66, 0.59)
# Visemes are taken as less sure than the head is: a sound that could be two is spoken half-way, as people's mouths do.
DOUBT = 0.3  # of the logits
# What the doubtful mean of OPENINGS is at an opening of 0 and of 1, from the same statistics.
SHUT, WIDE = 0.377, 0.564
# A mouth is the mean of five tokens around it, centred on the next one: it leads the sound by 20 ms, as people's do.
AROUND = (0.1, 0.25, 0.3, 0.25, 0.1)


@dataclass(frozen=True)
class Articulation:
    """Outputs of the head, 50 tokens a second; closure and seal a hundred times a second."""

    visemes: Tensor  # (B, K, 15) logits
    closure: Tensor  # (B, K, 2) logits: lips sealed in the first and second 10 ms of the token
    seal: Tensor  # (B, K, 2) logits: near the middle of a closure
    shapes: Tensor  # (B, K, 4) as SHAPES

    def per_frame(self) -> Tensor:
        """(B, K / 2, 23): visemes 15, closure of both halves, seal, opening, least aperture, width, protrusion, jaw."""
        visemes = self.visemes.softmax(-1).unflatten(1, (-1, 2)).mean(2)
        closure = self.closure.sigmoid().amax(-1).unflatten(1, (-1, 2))  # (B, T, 2)
        seal = self.seal.sigmoid().amax(-1, keepdim=True).unflatten(1, (-1, 2)).amax(2)
        shapes = self.shapes.unflatten(1, (-1, 2))  # (B, T, 2, 4)
        least = shapes[..., :1].amin(2)
        opening = self.opening().unflatten(1, (-1, 2)).mean(2, keepdim=True)
        return torch.cat([visemes, closure, seal, opening, least, shapes.mean(2)[..., 1:]], dim=-1)

    def opening(self) -> Tensor:
        """(B, K): how far the lips part, 1 is as wide as usual speech goes; about 0 when shut."""
        return (usual_opening(self.visemes) - SHUT) / (WIDE - SHUT)


def usual_opening(visemes: Tensor, openings: tuple[float, ...] = OPENINGS) -> Tensor:
    """(B, K): the mean of ``openings`` around every token, as doubtful as the logits (B, K, 15) under DOUBT."""
    each = (DOUBT * visemes).softmax(-1) @ visemes.new_tensor(openings)
    around = nn.functional.pad(each[:, None], (1, len(AROUND) - 2), mode="replicate")
    return nn.functional.conv1d(around, each.new_tensor(AROUND)[None, None])[:, 0]


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
