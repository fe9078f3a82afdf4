"""Stereo files with one person on each channel: detection, and masks that are robust to crosstalk."""

import numpy as np

from ..audio.prosody import decibels, frame_power
from ..audio.voice_activity import SPEECH

MARGIN = 4.0  # dB by which a channel is louder when its person speaks alone
EITHER_SHARE = 0.7  # least share of the speech in which one channel is louder by MARGIN
EACH_SHARE = 0.04  # least share of the speech in which each channel is louder by MARGIN
MIN_SPEECH = 50  # frames, below which the channels are not judged
OVER_CROSSTALK = 5.0  # dB over the other's crosstalk at which the mask is half the voice activity's root
SLOPE = 1.5  # dB
SILENCE = -75.0  # dB of full scale; lower levels are raised to it


def levels(channels: np.ndarray) -> np.ndarray:
    """Level of each frame of (2, N) samples: (2, T) dB of full scale, at least SILENCE."""
    return np.maximum(decibels(np.stack([frame_power(channel) for channel in channels])), SILENCE)


def one_person_each(channels: np.ndarray, activity: np.ndarray) -> bool:
    """Whether the two channels hold one person each, with or without crosstalk.

    channels: (2, N) samples
    activity: (2, T) voice activity of each, in [0, 1]
    """
    level = levels(channels)
    speech = activity.max(0) > SPEECH
    if speech.sum() < MIN_SPEECH:
        return False
    difference = (level[0] - level[1])[speech]
    left, right = difference > MARGIN, difference < -MARGIN
    # with a person on each channel the differences have two modes; one person off-centre or wide stereo has one
    return bool((left | right).mean() > EITHER_SHARE and min(left.mean(), right.mean()) > EACH_SHARE)


def channel_masks(channels: np.ndarray, activity: np.ndarray) -> np.ndarray:
    """Mask of the person of each channel: voice activity that is louder than the crosstalk from the other channel.

    channels: (2, N) samples
    activity: (2, T) voice activity of each, in [0, 1]
    returns:  (2, T) float32 in [0, 1]
    """
    level = levels(channels)
    found = np.zeros_like(activity)
    for own, other in ((0, 1), (1, 0)):
        alone = (level[other] - level[own] > MARGIN) & (activity[other] > SPEECH)
        # how much quieter the other person is on this channel than on the own one
        attenuation = np.median((level[other] - level[own])[alone]) if alone.any() else -SILENCE
        crosstalk = 10 ** ((level[other] - attenuation) / 10) + 10 ** (np.percentile(level[own], 10) / 10)
        excess = level[own] - 10 * np.log10(crosstalk)
        # on a channel of one person less voice activity is enough, hence the root
        found[own] = np.sqrt(activity[own]) / (1 + np.exp(-(excess - OVER_CROSSTALK) / SLOPE))
    return found.astype(np.float32)
