"""The articulation head: Whisper's layers, loudness, pitch and both masks to visemes, closures and lip shapes."""

from dataclasses import dataclass
from functools import cache

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from ..weights import FILES

VISEMES = "silence PBM FV TH TDN SZ SH KG L R OO O AA EH EE".split()
SHAPES = ("aperture", "width", "protrusion", "jaw")
CONDITION = 5  # level, pitch, voicing, own mask, partner's mask
TOKEN = 1536
# Median lip opening of real people at frames of confident visemes, as a share of their usual widest opening: from
# mouth_statistics.json, measured by "evaluate openings" on one half of the film clips there.
OPENINGS = (0.27, 0.12, 0.21, 0.5, 0.48, 0.48, 0.59, 0.7, 0.6, 0.3, 0.25, 0.41, 0.82, 0.66, 0.59)
# Inverse softmax temperature: an ambiguous sound gets an opening between those of its candidates, as real lips have.
SOFTEN = 0.3
# The softened mean of OPENINGS at an opening of 0 and of 1, from the same statistics.
SHUT, WIDE = 0.377, 0.564
# Smoothing over five tokens, centred on the next one: lips lead the sound by 20 ms, as people's do.
SMOOTHING = (0.1, 0.25, 0.3, 0.25, 0.1)


@dataclass(frozen=True)
class Articulation:
    """Outputs of the head for K tokens, 50 a second; closure and bilabial 100 times a second."""

    visemes: Tensor  # (B, K, 15) logits
    closure: Tensor  # (B, K, 2) logits: lips closed for p, b, m in the first and second 10 ms of the token
    bilabial: Tensor  # (B, K, 2) logits: near the middle of such a closure
    shapes: Tensor  # (B, K, 4) as SHAPES, of about 0 to 1; width may be negative

    def per_frame(self) -> Tensor:
        """(B, K / 2, 23) per motion frame: 15 visemes, closure of both halves, bilabial, opening, least aperture,
        width, protrusion, jaw; the first 18 are probabilities."""
        visemes = self.visemes.softmax(-1).unflatten(1, (-1, 2)).mean(2)
        closure = self.closure.sigmoid().amax(-1).unflatten(1, (-1, 2))  # (B, T, 2)
        bilabial = self.bilabial.sigmoid().amax(-1, keepdim=True).unflatten(1, (-1, 2)).amax(2)
        shapes = self.shapes.unflatten(1, (-1, 2))  # (B, T, 2, 4)
        least = shapes[..., :1].amin(2)
        opening = self.opening().unflatten(1, (-1, 2)).mean(2, keepdim=True)
        return torch.cat([visemes, closure, bilabial, opening, least, shapes.mean(2)[..., 1:]], dim=-1)

    def opening(self) -> Tensor:
        """(B, K): lip opening, about 0 when shut, 1 as wide as usual speech goes."""
        return (usual_opening(self.visemes) - SHUT) / (WIDE - SHUT)


def usual_opening(visemes: Tensor, openings: tuple[float, ...] = OPENINGS) -> Tensor:
    """(B, K): mean of ``openings`` (one a viseme) under the softened logits (B, K, 15), smoothed and 20 ms early."""
    each = (SOFTEN * visemes).softmax(-1) @ visemes.new_tensor(openings)
    padded = nn.functional.pad(each[:, None], (1, len(SMOOTHING) - 2), mode="replicate")
    return nn.functional.conv1d(padded, each.new_tensor(SMOOTHING)[None, None])[:, 0]


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
    """A temporal convolutional network with a receptive field of 0.32 s to both sides of a token."""

    def __init__(self, width: int = 160, dilations: tuple[int, ...] = (1, 2, 4, 8, 1), dropout: float = 0.1):
        super().__init__()
        self.read = nn.Linear(TOKEN, width)
        self.condition = nn.Linear(CONDITION, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, dilation, dropout) for dilation in dilations)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, len(VISEMES) + 2 + 2 + len(SHAPES))

    def forward(self, tokens: Tensor, condition: Tensor) -> Articulation:
        """Articulation of the person whose gated stream ``tokens`` encodes.

        tokens:    (B, K, 1536) standardised, as features.whisper_tokens gives them
        condition: (B, K, 5) level, pitch, voicing as streams.stream_prosody gives them, own and partner's mask
        """
        x = self.dropout(self.read(tokens)) + self.condition(condition)
        for block in self.blocks:
            x = block(x)
        visemes, closure, bilabial, shapes = self.out(self.norm(x)).split([len(VISEMES), 2, 2, len(SHAPES)], dim=-1)
        return Articulation(visemes, closure, bilabial, shapes)


@cache
def load_head() -> ArticulationHead:
    """The shipped head, frozen, read once."""
    path = FILES["articulation"]
    with safe_open(path, "pt") as file:
        width = int(file.metadata()["width"])
    head = ArticulationHead(width)
    head.load_state_dict(load_file(path))
    return head.eval().requires_grad_(False)


class PerFrame(nn.Module):
    """The head as the product runs it: tokens and condition to the columns of :meth:`Articulation.per_frame`."""

    def __init__(self, head: ArticulationHead):
        super().__init__()
        self.head = head

    def forward(self, tokens: Tensor, condition: Tensor) -> Tensor:
        """(B, K, 1536) tokens and (B, K, 5) condition to (B, K / 2, 23)."""
        return self.head(tokens, condition).per_frame()


def load_per_frame() -> PerFrame:
    """The shipped head, frozen."""
    return PerFrame(load_head())
