"""Stereo files with one person a channel: found by themselves, also where each microphone hears the other person."""

import numpy as np

from ..audio import SAMPLES_PER_FRAME, frame_count

LEAD = 4.0  # dB by which a channel must lead for its person to be speaking alone
CLEAR = 0.7  # share of the speech in which one channel leads
EACH = 0.04  # share of the speech in which each channel must lead
OVER = 5.0  # dB over the other's leaking voice that a channel needs to hold a voice of its own
SLOPE = 1.5  # dB
FLOOR = -75.0  # dB of full scale, what lies under it is silence


def levels(channels: np.ndarray) -> np.ndarray:
    """(2, N) samples to (2, T) decibels of each frame."""
    frames = frame_count(channels.shape[1])
    padded = np.zeros((2, frames * SAMPLES_PER_FRAME), np.float32)
    padded[:, : channels.shape[1]] = channels
    power = np.square(padded).reshape(2, frames, SAMPLES_PER_FRAME).mean(-1)
    return np.maximum(10 * np.log10(power + 1e-12), FLOOR)


def one_person_each(channels: np.ndarray, voice: np.ndarray) -> bool:
    """Whether the two channels hold one person each, with or without leaking.

    channels: (2, N) samples
    voice:    (2, T) probability of a voice in each
    """
    level = levels(channels)
    speech = voice.max(0) > 0.5
    if speech.sum() < 50:
        return False
    lead = (level[0] - level[1])[speech]
    left, right = lead > LEAD, lead < -LEAD
    # two people leave two separate heaps; one person off the middle, or a wide stereo picture, leaves one
    return bool((left | right).mean() > CLEAR and min(left.mean(), right.mean()) > EACH)


def masks(channels: np.ndarray, voice: np.ndarray) -> np.ndarray:
    """Masks of the persons of the two channels: a voice there that is more than what leaks over from the other.

    channels: (2, N), voice: (2, T); returns (2, T) in [0, 1]
    """
    level = levels(channels)
    found = np.zeros_like(voice)
    for own, other in ((0, 1), (1, 0)):
        alone = (level[other] - level[own] > LEAD) & (voice[other] > 0.5)
        # how much softer the other person arrives here than at the own microphone
        fall = np.median((level[other] - level[own])[alone]) if alone.any() else -FLOOR
        leaking = 10 ** ((level[other] - fall) / 10) + 10 ** (np.percentile(level[own], 10) / 10)
        excess = level[own] - 10 * np.log10(leaking)
        # a channel of one's own is clean: half of what silero asks for is enough
        found[own] = np.sqrt(voice[own]) / (1 + np.exp(-(excess - OVER) / SLOPE))
    return found.astype(np.float32)
