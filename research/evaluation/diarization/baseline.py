"""Baseline diarization: voice activity, speaker embeddings and two clusters, without overlap."""

import numpy as np

from core.diarization import clustering, embeddings
from core.turns import Turn, turns_from_masks

SMOOTH = 9  # frames over which the similarity to each voice is averaged
ON, OFF = 0.4, 0.3


def baseline(evidence: embeddings.SpeakerEmbeddings) -> tuple[np.ndarray, list[Turn]]:
    """Masks (2, T) and turns: each frame of speech is assigned to the nearer of the two clusters."""
    speech = evidence.spoken() > clustering.SPEECH
    windows = (evidence.wide[speech] if speech.any() else evidence.wide).astype(np.float32)
    centres = clustering.sharpened(windows, clustering.k_means(windows, 2, seed=0))
    likeness = evidence.likeness(centres)[0]  # (T, 2)
    smooth = np.stack([np.convolve(row, np.ones(SMOOTH) / SMOOTH, "same") for row in likeness.T])
    masks = np.stack([smooth[0] >= smooth[1], smooth[0] < smooth[1]]) * evidence.voice
    return masks, turns_from_masks(masks, ON, OFF)
