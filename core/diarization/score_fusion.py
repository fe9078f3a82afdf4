"""Score fusion: masks of the target-speaker VAD, voice activity and speaker similarity, combined as log odds."""

import numpy as np

# mixtures of readers would have a higher weight; recordings of real talk then get speech where there is none
NETWORK_WEIGHT = 0.4  # of the network, for whether anyone speaks; the rest is the weight of the voice activity
OVERLAP_BIAS = 0.8  # log odds taken off a second speaker: the fewest errors on mixtures and on the two calls
OVERLAP_FRAMES = 5  # frames over which overlap is averaged
SIMILARITY_WEIGHT = 3.0  # log odds that a speaker gains at a similarity margin of 1
SPEAKER_FRAMES = 13  # frames over which the choice of the speaker is averaged


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
