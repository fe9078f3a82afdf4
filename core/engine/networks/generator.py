"""The dual-stream denoiser: one 1-D U-Net over time, run on both streams as a batch (DESIGN §7).

Tensors are (streams, frames, channels) inside: channels last is what CPU convolutions are fastest in, and a norm over
channels looks at one frame only, so nothing but convolutions and attention carries anything along time.
"""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ...files import replacing
from ..weights import FILES

INTENT, FPS = 56, 25  # as core.gaze and core.motion have them; the engine imports none of the rooms above it

# Of configurations in the headers of weights that were trained while ablations were flags of the network
FORMER_KEYS = {"cross_attention", "concatenation", "film", "hidden"}


@dataclass(frozen=True)
class Delays:
    """Initial delays of a cross-attention's heads: how far back in the partner's motion each attends."""

    first: float  # s, of the first head; below 0 lies in the future
    last: float  # s, of the last head
    spread: float  # s, standard deviation of each head's attention about its delay


# By level: at 25 frames a second glances, brows and blinks, at 6.25 slow answers, postures and moods
DELAYS = (Delays(-0.1, 1.0, 0.08), Delays(-0.4, 1.7, 0.15), Delays(-1.0, 3.0, 0.35))


@dataclass(frozen=True)
class Config:
    """Sizes of the network; saved in the header of the weights."""

    condition: int  # K, width of the condition
    intent: int = INTENT  # columns of the motion; posture_gesture.WIDTH with postures and gestures apart
    widths: tuple[int, ...] = (128, 192, 256)  # channels at 25, 12.5 and 6.25 frames a second
    blocks: int = 2  # residual blocks a level, down and up
    embedding: int = 128  # width of what FiLM reads
    role: int = 32  # width of the role embedding; 0 is none
    heads: int = 8  # attention heads


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

    Keys and values read the partner's motion beside the partner's state: the state of a coarse level need not hold a
    brow or a glance, and reactions to them would not be learnt. Reactions follow a reaction time later: attention that
    is uniform over ten seconds at first reads only their mean and never finds it, so that every head starts with its
    own delay (a Gaussian bias on the scores), which is learnt.
    """

    def __init__(self, width: int, heads: int, folded: int, intent: int, delays: Delays):
        """folded: frames of the motion that are one frame of this level; intent: columns of the motion"""
        super().__init__()
        self.heads, self.folded = heads, folded
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)
        self.shown = nn.Linear(folded * intent, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.out.weight)
        self.back = nn.Parameter(torch.linspace(delays.first, delays.last, heads))  # s, delay of each head
        self.log_reach = nn.Parameter(torch.full((heads,), math.log(delays.spread)))

    def forward(self, h: Tensor, motion: Tensor) -> Tensor:
        """Add to each person's state what it attends to of the partner; streams A and B of a pair are neighbours.

        h: (2 B, T, C); motion: (2 B, T folded, intent) noisy motion times its share of signal
        """
        own = F.layer_norm(h, h.shape[-1:])
        seen = self.key_value(_partners(own)) + self.shown(_partners(motion).unflatten(1, (-1, self.folded)).flatten(2))
        key, value = seen.chunk(2, dim=-1)
        q, k, v = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (self.query(own), key, value))
        near = self.bias(h.shape[1]).to(q.dtype).expand(len(q), -1, -1, -1)  # torch is slow where it must expand it
        mixed = F.scaled_dot_product_attention(rotary(q), rotary(k), v, near)
        return h + self.out(mixed.transpose(1, 2).flatten(2))

    def bias(self, frames: int) -> Tensor:
        """(heads, frames, frames) log of each head's Gaussian about its delay: added to the scores, 0 at its peak."""
        at = torch.arange(frames, device=self.back.device) * (self.folded / FPS)
        off = (at[:, None] - at - self.back[:, None, None]) / self.log_reach.exp()[:, None, None]
        return -off.square() / 2


def signal(t: Tensor) -> Tensor:
    """Share of the motion at noise level ``t``, as core/generator/noise_schedule.py has it for arrays."""
    return torch.cos(t * (torch.pi / 2))


def _partners(x: Tensor) -> Tensor:
    """Swap A and B of every pair in (2 B, T, C)."""
    return x.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)


def rotary(x: Tensor) -> Tensor:
    """Rotary position embedding (Su et al. 2021) of (B, heads, T, C): scores depend on distances in time alone."""
    frames, half = x.shape[-2], x.shape[-1] // 2
    rates = 0.5 ** (torch.arange(half, device=x.device) * (10 / half))  # radians a frame, 1 down to 1/1000
    angle = torch.arange(frames, device=x.device)[:, None] * rates
    first, second = x.chunk(2, dim=-1)
    c, s = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    return torch.cat([first * c - second * s, first * s + second * c], dim=-1)


class Embedding(nn.Module):
    """Input of FiLM at each frame: the condition with the role, plus the noise level."""

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
        self.nothing = nn.Parameter(torch.zeros(config.condition))  # in place of a dropped condition
        conditioned = config.condition + config.role
        self.embed = Embedding(conditioned, e)
        self.inlet = Conv(config.intent + conditioned, widths[0])
        self.down = nn.ModuleList(nn.ModuleList(Block(w, w, e) for _ in range(config.blocks)) for w in widths)
        # A linear map merges two frames to one and splits one into two: no frame is dropped.
        self.coarser = nn.ModuleList(nn.Linear(2 * a, b) for a, b in zip(widths, widths[1:], strict=False))
        self.finer = nn.ModuleList(nn.Linear(b, 2 * a) for a, b in zip(widths, widths[1:], strict=False))
        self.up = nn.ModuleList(
            nn.ModuleList(Block(2 * w if i == 0 else w, w, e) for i in range(config.blocks)) for w in widths
        )
        self.cross = nn.ModuleList(
            CrossAttention(width, config.heads, 2**level, config.intent, delays)
            for level, (width, delays) in enumerate(zip(widths, DELAYS, strict=False))
        )
        self.outlet = Conv(widths[0], config.intent)
        nn.init.zeros_(self.outlet.weight)

    def forward(self, noisy: Tensor, condition: Tensor, t: Tensor, dropped: Tensor | None = None) -> Tensor:
        """Predict clean motion.

        noisy:     (B, 2, T, intent) motion in z units, any T
        condition: (B, 2, T, K) from core/generator/condition.py; column 0 is the own mask
        t:         (B, 2, T) noise level in [0, 1] of each frame; 0 where the frame is given
        dropped:   (B,) bool, pairs without condition (training, guidance)
        returns:   (B, 2, T, intent)
        """
        pairs, _, frames, _ = noisy.shape
        mask = condition[..., :1]
        role = mask * self.speak + (1 - mask) * self.listen
        if dropped is not None:
            gone = dropped[:, None, None, None]
            condition = torch.where(gone, self.nothing, condition)
            role = torch.where(gone, (self.speak + self.listen) / 2, role)
        streams = [x.flatten(0, 1) for x in (noisy, torch.cat([condition, role], dim=-1), t[..., None])]
        extra = -frames % 2 ** (len(self.config.widths) - 1)
        noisy, condition, t = (F.pad(x.transpose(1, 2), (0, extra), mode="replicate").transpose(1, 2) for x in streams)
        out = self._unet(
            torch.cat([noisy, condition], dim=-1),
            self.embed(condition, t[..., 0]),
            torch.cos(t * (torch.pi / 2)) * noisy,
        )
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
            h = self.cross[level](h, visible)  # before the blocks, which turn what it reads into motion
            h = torch.cat([h, skips[level]], dim=-1)
            for block in self.up[level]:
                h = block(h, embeddings[level])
            if level > 0:
                h = self.finer[level - 1](h).unflatten(-1, (2, -1)).flatten(1, 2)
        return self.outlet(F.silu(F.layer_norm(h, h.shape[-1:])))


def save_network(path: str | Path, network: DualStream, mean: Tensor, std: Tensor, header: dict[str, str]) -> None:
    """Write weights in half precision: rounding changes the motion by less than 0.1 % of its standard deviation.

    mean, std: (56 or 62,) of each column of the training set
    header:    data hash, command, seed, steps …
    """
    tensors = {f"network.{name}": value.detach().half().contiguous() for name, value in network.state_dict().items()}
    tensors |= {"mean": mean.float(), "std": std.float()}
    header = {**header, "config": json.dumps(asdict(network.config))}
    with replacing(path) as file:
        file.write(save(tensors, header))


def load(path: str | Path = FILES["generator"], build: Callable[[Config], DualStream] = DualStream) -> DualStream:
    """The network of what :func:`save_network` wrote.

    build: the network of a configuration; ablations are subclasses
    """
    with safe_open(path, "pt") as file:
        config = {k: v for k, v in json.loads(file.metadata()["config"]).items() if k not in FORMER_KEYS}
        tensors = {name[8:]: file.get_tensor(name).float() for name in file.keys() if name.startswith("network.")}
    network = build(Config(**{k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}))
    network.load_state_dict(tensors)
    return network.eval()
