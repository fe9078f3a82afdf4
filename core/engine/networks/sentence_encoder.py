"""The sentence encoder all-MiniLM-L6-v2, run by sentence-transformers.

Importing sentence-transformers takes seconds, so it is imported with the first text.
"""

import importlib.util
from functools import cache

import torch
from torch import Tensor, nn

from ...errors import UserError
from ..weights import minilm_folder


class SentenceEncoder(nn.Module):
    """All layers' states of every token, and the embedding of the whole text."""

    def __init__(self, encoder: nn.Module):
        super().__init__()
        self.encoder = encoder  # a sentence_transformers.SentenceTransformer

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Encode word pieces.

        ids:     (B, L) int64
        mask:    (B, L) bool, False where a token is padding
        returns: (B, L, 7, 384) states after the embedding and after each layer, (B, 384) embeddings of length 1
        """
        encoded = self.encoder({"input_ids": ids, "attention_mask": mask.long()})
        return torch.stack(encoded["all_layer_embeddings"], dim=2), encoded["sentence_embedding"]


@cache
def load() -> SentenceEncoder:
    """The encoder with its weights, read once. Raises UserError when a package is missing."""
    folder = minilm_folder()
    if importlib.util.find_spec("sentence_transformers") is None:
        raise UserError("Install sentence-transformers to read prompts with PyTorch, or choose ONNX Runtime.")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # of reading the weights; the command line promises one line
    every_layer = {"output_hidden_states": True}
    encoder = SentenceTransformer(str(folder), device="cpu", local_files_only=True, config_kwargs=every_layer)
    return SentenceEncoder(encoder).eval()
