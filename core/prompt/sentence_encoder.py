"""Texts in the states of the sentence encoder all-MiniLM-L6-v2, and the words that it knows."""

from functools import cache

import numpy as np
from tokenizers import Tokenizer

from .. import engine
from ..engine.weights import minilm_folder

WIDTH, LAYERS = 384, 6
LONGEST = 256  # tokens of a text that are read


def encode(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Encode ``texts``, at most the first LONGEST tokens of each.

    returns: hidden states (B, L, LAYERS + 1, WIDTH) of every token after the embedding and after each layer,
             mask (B, L) bool, False where a token is padding,
             sentence embeddings (B, WIDTH) of length 1
    """
    # lone surrogates, which undecodable command lines contain, are no text for the tokenizer
    encoded = _batch_tokenizer().encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
    ids, mask = np.array([one.ids for one in encoded]), np.array([one.attention_mask for one in encoded], bool)
    states, sentence = engine.run("sentence_encoder", ids=ids, mask=mask)
    return states, mask, sentence


def split_words(text: str) -> list[str]:
    """The words that the encoder sees: lower case, without accents, every punctuation mark a word of its own."""
    tokenizer = _tokenizer()
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))]


@cache
def vocabulary() -> frozenset[str]:
    """The word pieces that the encoder knows; those that continue a word begin with ##."""
    return frozenset(_tokenizer().get_vocab())


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))


@cache
def _batch_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    return tokenizer
