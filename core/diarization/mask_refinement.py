"""Masks of two speakers from their centres: the target-speaker VAD and score fusion, in passes that refine both.

The scores are combined as log odds: the masks of the network, voice activity, and similarity to the speakers.
"""

import numpy as np

from . import clustering, target_speaker
from .embeddings import SpeakerEmbeddings

PASSES = 3  # of the target-speaker VAD; each gets the mean embeddings of the masks before
SECTION = 1500  # frames over which the acoustics are taken to be constant: a minute
MARGIN = 96  # frames given to the network on both sides of a section

# mixtures of readers would have a higher weight; recordings of real talk then get speech where there is none
NETWORK_WEIGHT = 0.4  # of the network, for whether anyone speaks; the rest is the weight of the voice activity
OVERLAP_BIAS = 0.8  # log odds taken off a second speaker: the fewest errors on mixtures and on the two calls
OVERLAP_FRAMES = 5  # frames over which overlap is averaged
SIMILARITY_WEIGHT = 3.0  # log odds that a speaker gains at a similarity margin of 1
SPEAKER_FRAMES = 13  # frames over which the choice of the speaker is averaged


def refine(
    embeddings: SpeakerEmbeddings, features: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PASSES of the target-speaker VAD, which start at the speakers' (2, 256) ``centres``.

    returns: fused masks (2, T), the final centres (2, 256), and the network's own masks (2, T)
    """
    for _ in range(PASSES):
        masks, network_masks = _pass(embeddings, features, centres)
        centres = embeddings.centres_of(network_masks)
    return masks, centres, network_masks


def _pass(embeddings: SpeakerEmbeddings, features: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fused masks (2, T) of the speakers at (2, 256) ``centres``, and the network's own masks (2, T)."""
    speakers = target_speaker.speaker_features(embeddings, centres)
    network_masks = target_speaker.target_masks(features, speakers)
    return fuse(network_masks, embeddings.activity, _similarity_margin(embeddings, centres)), network_masks


def _similarity_margin(embeddings: SpeakerEmbeddings, centres: np.ndarray) -> np.ndarray:
    """(T,) similarity to the first of (2, 256) speakers less that to the second; about 1 for the first, -1 for the
    second."""
    similarity = embeddings.similarity(centres)[0]  # (T, 2), of the wide windows
    return (similarity[:, 0] - similarity[:, 1]) / max(1 - float(centres[0] @ centres[1]), 0.05)


def correct_sections(
    masks: np.ndarray, embeddings: SpeakerEmbeddings, features: np.ndarray, clusters: clustering.Clusters
) -> None:
    """Where room or microphone differ in a section of a long recording, recompute (2, T) ``masks`` there, in place."""
    frames = masks.shape[1]
    for first in range(0, frames, SECTION) if frames > 2 * SECTION else ():
        section = embeddings.part(first, min(frames, first + SECTION))
        speech = section.mean_activity() > clustering.WINDOW_SPEECH
        centres = clustering.section_centres(section.wide[speech], clusters)
        if centres is not None:
            low, high = max(0, first - MARGIN), min(frames, first + SECTION + MARGIN)
            around, _, _ = refine(embeddings.part(low, high), features[low:high], centres)
            masks[:, first : first + SECTION] = around[:, first - low :][:, :SECTION]


def suppress_others(
    masks: np.ndarray, embeddings: SpeakerEmbeddings, features: np.ndarray, clusters: clustering.Clusters
) -> None:
    """Lower (2, T) ``masks``, in place, to what each speaker has against every other voice too."""
    for other in clusters.others:
        for own, centre in zip(masks, clusters.centres, strict=True):
            np.minimum(own, _pass(embeddings, features, np.stack([centre, other]))[0][0], out=own)


def fuse(network_masks: np.ndarray, activity: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Masks of both speakers from three scores.

    network_masks: (2, T) in [0, 1], of the target-speaker VAD
    activity:      (T,) probability that anyone speaks
    margin:        (T,) similarity to the first speaker less that to the second; 1 is the first speaker, -1 the second
    returns:       (2, T) float32 in [0, 1]
    """
    odds = log_odds(network_masks)
    either = log_odds(1 - np.prod(1 - network_masks, axis=0))
    anyone = NETWORK_WEIGHT * either + (1 - NETWORK_WEIGHT) * log_odds(activity)
    smooth = np.ones(SPEAKER_FRAMES) / SPEAKER_FRAMES
    first = np.convolve(odds[0] - odds[1] + SIMILARITY_WEIGHT * margin, smooth, "same") >= 0
    weaker = np.convolve(np.where(first, odds[1], odds[0]), np.ones(OVERLAP_FRAMES) / OVERLAP_FRAMES, "same")
    second = np.minimum(weaker, anyone) - OVERLAP_BIAS
    fused = np.where([first, ~first], anyone, second)
    return (1 / (1 + np.exp(-fused))).astype(np.float32)


def log_odds(probability: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)) of probabilities of any shape, clipped to about +-9."""
    p = np.clip(np.asarray(probability, np.float64), 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))
