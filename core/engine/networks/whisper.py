"""The encoder of Whisper tiny (Radford et al. 2022, section 2.2) in plain PyTorch, with the outputs of all its layers.

The weights are OpenAI's (MIT), converted by ``python -m research convert whisper`` (assets/weights/ORIGIN.md).
"""

from functools import cache

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from ..weights import FILES

BANDS = 80  # of the mel spectrogram
DIM = 384
HEADS = 6
LAYERS = 4
LONGEST = 1500  # tokens, 30 s


class Attention(nn.Module):
    """Multi-head self-attention after a layer norm."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(DIM)
        self.query_key_value = nn.Linear(DIM, 3 * DIM)
        self.out = nn.Linear(DIM, DIM)

    def forward(self, x: Tensor) -> Tensor:  # (B, tokens, DIM)
        split = self.query_key_value(self.norm(x)).unflatten(-1, (3, HEADS, DIM // HEADS))
        query, key, value = split.permute(2, 0, 3, 1, 4)  # each (B, HEADS, tokens, DIM / HEADS)
        mixed = F.scaled_dot_product_attention(query, key, value)
        return self.out(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Two linear layers with a GELU between them, after a layer norm."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(DIM)
        self.expand = nn.Linear(DIM, 4 * DIM)
        self.shrink = nn.Linear(4 * DIM, DIM)

    def forward(self, x: Tensor) -> Tensor:  # (B, tokens, DIM)
        return self.shrink(F.gelu(self.expand(self.norm(x))))


class Layer(nn.Module):
    """Attention and feed-forward, each with a residual connection."""

    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.feed_forward = FeedForward()

    def forward(self, x: Tensor) -> Tensor:  # (B, tokens, DIM)
        x = x + self.attention(x)
        return x + self.feed_forward(x)


class WhisperEncoder(nn.Module):
    """Whisper tiny's encoder, 8.2 M parameters."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(BANDS, DIM, 3, padding=1)
        self.conv2 = nn.Conv1d(DIM, DIM, 3, stride=2, padding=1)
        self.register_buffer("positions", torch.zeros(LONGEST, DIM))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(DIM)

    def forward(self, mel: Tensor) -> Tensor:
        """All layers' outputs concatenated; the last one after the final norm, as Whisper's decoder gets it.

        mel:     (B, 80, frames) from core.audio.mel.log_mel, at most 30 s; token k is centred on frame 2 k
        returns: (B, frames / 2, 1536)
        """
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]
        outputs = []
        for layer in self.layers:
            x = layer(x)
            outputs.append(x)
        outputs[-1] = self.norm(x)
        return torch.cat(outputs, dim=-1)


@cache
def load_whisper() -> WhisperEncoder:
    """The frozen encoder in float32, read from its float16 asset."""
    encoder = WhisperEncoder()
    encoder.load_state_dict({k: v.float() for k, v in load_file(FILES["whisper"]).items()})
    return encoder.eval().requires_grad_(False)
