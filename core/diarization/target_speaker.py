"""Target-speaker voice activity detection (Medennikov et al. 2020): when each of two known speakers speaks.

A convolutional network gets the log-mel features of the recording, and how similar each moment is to both speakers.
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn

from .. import WEIGHTS
from .embeddings import SpeakerEmbeddings
from .log_mel import WIDTH as LOG_MEL

FILE = WEIGHTS / "target_speaker.safetensors"
OWN = 8  # columns that differ between the two speakers
SHARED = 3  # columns that they share: voice activity, similarity of the two speakers, their LDA distance
DILATIONS = (1, 2, 4, 8, 16, 4, 1)
KERNEL = 5
REACH = sum(DILATIONS) * (KERNEL // 2)  # receptive field to both sides: 72 frames, almost 3 s
LDA_SCALE = 4.0  # standard deviations of one speaker: about half the distance of two speakers
LIMIT = 3.0  # columns are clipped to +- this
CHUNK = 1_500  # frames computed at once


class Block(nn.Module):
    """A residual depthwise dilated convolution over time between two linear layers."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, width)
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(KERNEL, width) / KERNEL**0.5)
        self.narrow = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (B, T, width)
        y = F.gelu(self.widen(self.norm(x)))
        return x + self.narrow(F.gelu(self.convolve(y)))

    def convolve(self, y: torch.Tensor) -> torch.Tensor:
        """Depthwise convolution of (B, T, width), written as a sum over taps: three times faster on a CPU."""
        side = self.dilation * (KERNEL // 2)
        padded = F.pad(y, (0, 0, side, side))
        return sum(padded[:, k * self.dilation :][:, : y.shape[1]] * tap for k, tap in enumerate(self.taps))


class TargetSpeakerVAD(nn.Module):
    """One network for both speakers, run with either as the target: exchanged speakers give exchanged masks."""

    def __init__(self, width: int = 112):
        super().__init__()
        self.log_mel = nn.Linear(LOG_MEL, width)
        self.speaker = nn.Linear(OWN + SHARED, width)
        self.blocks = nn.ModuleList(Block(width, dilation) for dilation in DILATIONS)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, log_mel: torch.Tensor, speaker: torch.Tensor) -> torch.Tensor:
        """Logits (B, T) that the target speaks, of (B, T, LOG_MEL) and (B, T, OWN + SHARED) features."""
        x = self.dropout(self.log_mel(log_mel)) + self.speaker(speaker)
        for block in self.blocks:
            x = block(x)
        return self.out(self.norm(x))[..., 0]


def speaker_features(embeddings: SpeakerEmbeddings, centres: np.ndarray) -> np.ndarray:
    """How similar each frame is to the target and to the other speaker, with either of the two as the target.

    centres: (2, 256) unit vectors, the mean embeddings of the two speakers
    returns: (2, T, OWN + SHARED) float32 in [-LIMIT, LIMIT]: similarity to the target, then to the other, each in wide
             and in narrow windows, scaled so that 1 is that speaker and 0 the opposite one; half their difference in
             both; voice activity; similarity of the two speakers; LDA score for the target in both kinds of windows;
             LDA distance of the speakers
    """
    closeness = float(centres[0] @ centres[1])
    similarity = (embeddings.similarity(centres) - closeness) / max(1 - closeness, 0.05)  # (2 widths, T, 2 speakers)
    own, other = np.moveaxis(similarity, 2, 0), np.moveaxis(similarity, 2, 0)[::-1]  # (2, 2, T)
    frames = len(embeddings.activity)
    shared = np.broadcast_to(np.stack([embeddings.activity, np.full(frames, closeness)]), (2, 2, frames))
    scores, distance = embeddings.lda_scores(centres)  # (2 widths, T), a number
    own_scores = np.stack([scores, -scores]) / LDA_SCALE
    distances = np.full((2, 1, frames), distance / (2 * LDA_SCALE))
    columns = np.concatenate([own, other, (own - other) / 2, shared, own_scores, distances], axis=1)
    return np.clip(columns.transpose(0, 2, 1), -LIMIT, LIMIT).astype(np.float32)


@cache
def load() -> TargetSpeakerVAD:
    """The network with its shipped weights (stored as float16, computed in float32), read once."""
    with safe_open(FILE, "pt") as file:
        network = TargetSpeakerVAD(int(file.metadata()["width"]))
        network.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})
    return network.eval()


@torch.inference_mode()
def target_masks(network: TargetSpeakerVAD, log_mel: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    """Probability that each of two speakers speaks, CHUNK by CHUNK.

    log_mel:  (T, LOG_MEL) from log_mel.features
    speakers: (2, T, OWN + SHARED) from :func:`speaker_features`
    returns:  (2, T) float32 in [0, 1]
    """
    found = []
    for first in range(0, len(log_mel), CHUNK):
        low, high = max(0, first - REACH), min(len(log_mel), first + CHUNK + REACH)
        features = torch.from_numpy(log_mel[low:high].astype(np.float32)).expand(2, -1, -1)
        logits = network(features, torch.from_numpy(speakers[:, low:high]))
        found.append(torch.sigmoid(logits)[:, first - low : first - low + CHUNK].numpy())
    return np.concatenate(found, axis=1)
