"""The dual-stream denoiser: one 1-D U-Net over time, run on both streams as a batch (DESIGN §7).

Tensors are (streams, frames, channels) inside: channels last is what CPU convolutions are fastest in, and a norm over
channels looks at one frame only, so nothing but convolutions and attention carries anything along time.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..motion import MOTION_FPS
from .diffusion import signal

INTENT = 56  # columns of the motion the network predicts, see core/gaze.py


@dataclass(frozen=True)
class Sight:
    """Where the heads of an attention look at first, in the partner's motion."""

    first: float  # s back from now, of the first head; below 0 is what follows
    last: float  # s back from now, of the last head
    reach: float  # s, how far around its moment each head looks


# By level: at 25 frames a second glances, brows and blinks, at 6.25 what is taken over late, postures and moods
SIGHTS = (Sight(-0.1, 1.0, 0.08), Sight(-0.4, 1.7, 0.15), Sight(-1.0, 3.0, 0.35))


@dataclass(frozen=True)
class Config:
    """What it takes to build the network again; saved in the header of the weights."""

    condition: int  # K, width of the condition
    intent: int = INTENT  # or bands.WIDTH, with the turns of neck and head in two bands
    widths: tuple[int, ...] = (128, 192, 256)  # channels at 25, 12.5 and 6.25 frames a second
    blocks: int = 2  # residual blocks a level, down and up
    embedding: int = 128  # width of what FiLM reads
    role: int = 32  # width of the role embedding
    heads: int = 8  # attention heads
    # Changed only for the ablations (research/evaluation/ablations.py); role 0 goes without the role embedding.
    cross_attention: bool = True  # the streams see each other
    concatenation: bool = True  # the condition lies beside the noisy motion
    film: bool = True  # the condition scales and shifts every block
    hidden: tuple[int, ...] = ()  # columns of the condition that read 0


class Conv(nn.Conv2d):
    """Convolution over time of (B, T, C), kernel 3, same length. A 2-D one of height 1, as that is faster on CPUs."""

    def __init__(self, inside: int, outside: int):
        super().__init__(inside, outside, (1, 3), padding=(0, 1))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)


class Block(nn.Module):
    """Residual block with FiLM: (gamma(c) + 1) h + beta(c)."""

    def __init__(self, inside: int, outside: int, embedding: int):
        super().__init__()
        self.film = nn.Linear(embedding, 2 * outside)
        self.first, self.second = Conv(inside, outside), Conv(outside, outside)
        self.skip = nn.Linear(inside, outside, bias=False) if inside != outside else nn.Identity()
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """x: (B, T, inside), c: (B, T, embedding) -> (B, T, outside)"""
        gamma, beta = self.film(c).chunk(2, dim=-1)
        h = self.first(F.silu(F.layer_norm(x, x.shape[-1:])))
        h = torch.addcmul(h + beta, h, gamma)
        return self.skip(x) + self.second(F.silu(F.layer_norm(h, h.shape[-1:])))


class CrossAttention(nn.Module):
    """h'_A = h_A + Attn(Q_A, K_B, V_B) and back; positions are relative, so a window may start anywhere.

    Keys and values read the partner's motion beside the partner's state: the state at a coarse level has no reason of
    its own to hold a brow or a glance, and so nobody would learn to answer them. What people answer lies a reaction
    time back. Attention that begins by looking at all ten seconds alike sees only their mean and never finds it; here
    every head begins at its own moment of the partner, and learns to move it.
    """

    def __init__(self, width: int, heads: int, folded: int, intent: int, sight: Sight):
        """folded: frames of the motion that are one here; intent: columns of the motion"""
        super().__init__()
        self.heads, self.folded = heads, folded
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)
        self.shown = nn.Linear(folded * intent, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.out.weight)
        self.back = nn.Parameter(torch.linspace(sight.first, sight.last, heads))  # s
        self.log_reach = nn.Parameter(torch.full((heads,), math.log(sight.reach)))

    def forward(self, h: Tensor, motion: Tensor) -> Tensor:
        """Add to each person's state what is seen of the other; streams A and B of a pair follow each other.

        h: (2 B, T, C), motion: (2 B, T folded, intent) as far as it is visible in the noise
        """
        own = F.layer_norm(h, h.shape[-1:])
        seen = self.key_value(_partners(own)) + self.shown(_partners(motion).unflatten(1, (-1, self.folded)).flatten(2))
        key, value = seen.chunk(2, dim=-1)
        q, k, v = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (self.query(own), key, value))
        near = self.nearness(h.shape[1]).to(q.dtype).expand(len(q), -1, -1, -1)  # torch is slow where it must expand it
        mixed = F.scaled_dot_product_attention(rotary(q), rotary(k), v, near)
        return h + self.out(mixed.transpose(1, 2).flatten(2))

    def nearness(self, frames: int) -> Tensor:
        """(heads, frames, frames) what is added to the scores: 0 where a head looks, less away from there."""
        at = torch.arange(frames, device=self.back.device) * (self.folded / MOTION_FPS)
        off = (at[:, None] - at - self.back[:, None, None]) / self.log_reach.exp()[:, None, None]
        return -off.square() / 2


def _partners(x: Tensor) -> Tensor:
    """(2 B, T, C) of A and B as of B and A."""
    return x.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)


def rotary(x: Tensor) -> Tensor:
    """Turn pairs of channels of (B, heads, T, C) by angles that grow with time: a product sees only the distance."""
    frames, half = x.shape[-2], x.shape[-1] // 2
    rates = 0.5 ** (torch.arange(half, device=x.device) * (10 / half))  # radians a frame, 1 down to 1/1000
    angle = torch.arange(frames, device=x.device)[:, None] * rates
    first, second = x.chunk(2, dim=-1)
    c, s = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    return torch.cat([first * c - second * s, first * s + second * c], dim=-1)


class Embedding(nn.Module):
    """What FiLM reads at each frame: the condition with the role, plus the diffusion time."""

    def __init__(self, condition: int, width: int):
        super().__init__()
        self.condition = nn.Sequential(nn.Linear(condition, width), nn.SiLU(), Conv(width, width))
        self.time = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, condition: Tensor, t: Tensor) -> Tensor:
        """condition: (B, T, K'), t: (B, T) in [0, 1] -> (B, T, width)"""
        rates = torch.exp(torch.arange(32, device=t.device) * (math.log(200.0) / 31))
        angle = t[..., None] * rates
        return F.silu(self.condition(condition) + self.time(torch.cat([angle.sin(), angle.cos()], dim=-1)))


class DualStream(nn.Module):
    """Predicts the clean motion of both people from their noisy motion, the condition and the noise level."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        widths, e = config.widths, config.embedding
        self.speak, self.listen = (nn.Parameter(torch.randn(config.role) * 0.5) for _ in range(2))
        self.nothing = nn.Parameter(torch.zeros(config.condition))  # stands for a dropped condition
        conditioned = config.condition + config.role
        self.embed = Embedding(conditioned, e)
        self.inlet = Conv(config.intent + conditioned, widths[0])
        self.down = nn.ModuleList(nn.ModuleList(Block(w, w, e) for _ in range(config.blocks)) for w in widths)
        # Two frames become one, and one two, by a matrix: no frame is thrown away.
        self.coarser = nn.ModuleList(nn.Linear(2 * a, b) for a, b in zip(widths, widths[1:], strict=False))
        self.finer = nn.ModuleList(nn.Linear(b, 2 * a) for a, b in zip(widths, widths[1:], strict=False))
        self.up = nn.ModuleList(
            nn.ModuleList(Block(2 * w if i == 0 else w, w, e) for i in range(config.blocks)) for w in widths
        )
        self.cross = nn.ModuleList(
            CrossAttention(width, config.heads, 2**level, config.intent, sight)
            for level, (width, sight) in enumerate(zip(widths, SIGHTS, strict=False))
            if config.cross_attention
        )
        self.outlet = Conv(widths[0], config.intent)
        nn.init.zeros_(self.outlet.weight)

    def forward(self, noisy: Tensor, condition: Tensor, t: Tensor, dropped: Tensor | None = None) -> Tensor:
        """Predict clean motion.

        noisy:     (B, 2, T, intent) motion in z units, any T
        condition: (B, 2, T, K) from core/generator/condition.py; column 0 is the own mask
        t:         (B, 2, T) noise level in [0, 1] of each frame; 0 says the frame is given and clean
        dropped:   (B,) bool, the pairs whose condition is withheld (training and guidance)
        returns:   (B, 2, T, intent)
        """
        pairs, _, frames, _ = noisy.shape
        if self.config.hidden:
            condition = condition.index_fill(-1, torch.tensor(self.config.hidden, device=condition.device), 0)
        mask = condition[..., :1]
        role = mask * self.speak + (1 - mask) * self.listen
        if dropped is not None:
            gone = dropped[:, None, None, None]
            condition = torch.where(gone, self.nothing, condition)
            role = torch.where(gone, (self.speak + self.listen) / 2, role)
        streams = [x.flatten(0, 1) for x in (noisy, torch.cat([condition, role], dim=-1), t[..., None])]
        extra = -frames % 2 ** (len(self.config.widths) - 1)
        noisy, condition, t = (F.pad(x.transpose(1, 2), (0, extra), mode="replicate").transpose(1, 2) for x in streams)
        beside, scaling = condition * self.config.concatenation, condition * self.config.film
        out = self._unet(torch.cat([noisy, beside], dim=-1), self.embed(scaling, t[..., 0]), signal(t) * noisy)
        return out[:, :frames].unflatten(0, (pairs, 2))

    def _unet(self, x: Tensor, c: Tensor, visible: Tensor) -> Tensor:
        """x: (2 B, T, intent + K'), c: (2 B, T, embedding), visible: (2 B, T, intent) -> (2 B, T, intent)"""
        embeddings, skips = [c], []
        for _ in self.coarser:
            embeddings.append(embeddings[-1].unflatten(1, (-1, 2)).mean(2))
        h = self.inlet(x)
        for level, blocks in enumerate(self.down):
            for block in blocks:
                h = block(h, embeddings[level])
            skips.append(h)
            if level < len(self.coarser):
                h = self.coarser[level](h.unflatten(1, (-1, 2)).flatten(2))
        for level in reversed(range(len(self.up))):
            if self.config.cross_attention:
                h = self.cross[level](h, visible)  # before the blocks, which make a motion of what is seen
            h = torch.cat([h, skips[level]], dim=-1)
            for block in self.up[level]:
                h = block(h, embeddings[level])
            if level > 0:
                h = self.finer[level - 1](h).unflatten(-1, (2, -1)).flatten(1, 2)
        return self.outlet(F.silu(F.layer_norm(h, h.shape[-1:])))
