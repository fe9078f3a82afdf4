"""Baseline diarization: voice activity, speaker embeddings and two clusters, without overlap."""

import numpy as np

from core.diarization import clustering
from core.diarization.embeddings import SpeakerEmbeddings
from core.turns import Turn, turns_from_masks

SMOOTH = 9  # frames over which the similarity to each voice is averaged
ON, OFF = 0.4, 0.3


def baseline(embeddings: SpeakerEmbeddings) -> tuple[np.ndarray, list[Turn]]:
    """Each frame with a voice goes to the nearer of the two voices: masks (2, T) and turns."""
    speech = embeddings.mean_activity() > clustering.WINDOW_SPEECH
    windows = (embeddings.wide[speech] if speech.any() else embeddings.wide).astype(np.float32)
    centres = clustering.sharpened(windows, clustering.k_means(windows, 2, seed=0))
    similarity = embeddings.similarity(centres)[0]  # (T, 2)
    smooth = np.stack([np.convolve(row, np.ones(SMOOTH) / SMOOTH, "same") for row in similarity.T])
    masks = np.stack([smooth[0] >= smooth[1], smooth[0] < smooth[1]]) * embeddings.activity
    return masks, turns_from_masks(masks, ON, OFF)
