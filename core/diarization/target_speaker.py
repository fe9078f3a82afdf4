"""Target-speaker voice activity detection (Medennikov et al. 2020): when each of two known speakers speaks.

The network (core/engine/networks/target_speaker.py) gets the log-mel features of the recording, and how similar each
moment is to both speakers.
"""

from collections.abc import Callable

import numpy as np

from .. import engine
from .embeddings import SpeakerEmbeddings

OWN = 8  # columns that differ between the two speakers
SHARED = 3  # columns that they share: voice activity, similarity of the two speakers, their LDA distance
REACH = 72  # frames, receptive field of the network to both sides
LDA_SCALE = 4.0  # standard deviations of one speaker: about half the distance of two speakers
LIMIT = 3.0  # columns are clipped to +- this
CHUNK = 1_500  # frames computed at once

# (2, T, log_mel.WIDTH) log-mel features, (2, T, OWN + SHARED) speaker features -> (2, T) logits
Logits = Callable[[np.ndarray, np.ndarray], np.ndarray]


def shipped(log_mel: np.ndarray, speaker: np.ndarray) -> np.ndarray:
    """The shipped network's :data:`Logits`."""
    return engine.run("target_speaker", log_mel=log_mel, speaker=speaker)[0]


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


def target_masks(log_mel: np.ndarray, speakers: np.ndarray, logits: Logits = shipped) -> np.ndarray:
    """Probability that each of two speakers speaks, CHUNK by CHUNK.

    log_mel:  (T, LOG_MEL) from log_mel.features
    speakers: (2, T, OWN + SHARED) from :func:`speaker_features`
    logits:   the network
    returns:  (2, T) float32 in [0, 1]
    """
    found = []
    for first in range(0, len(log_mel), CHUNK):
        low, high = max(0, first - REACH), min(len(log_mel), first + CHUNK + REACH)
        features = np.repeat(log_mel[None, low:high].astype(np.float32), 2, axis=0)
        odds = logits(features, speakers[:, low:high])[:, first - low :][:, :CHUNK]
        found.append(1 / (1 + np.exp(-odds)))
    return np.concatenate(found, axis=1)
