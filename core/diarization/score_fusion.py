"""The mask network's word weighed against voice activity and likeness, so that it never invents talk (SPEECH)."""

import numpy as np

# mixtures of readers would have more trust; real talk then gets speech that nobody heard in it
TRUST = 0.4  # in the network, of whether anyone speaks; the rest is trust in the voice activity
DOUBT = 0.8  # log odds that a second voice at once has to overcome: the least errors on mixtures and on the two calls
BRIEF = 5  # frames over which it is weighed: sounds that brief are found where nobody talks at once
LEAD = 3.0  # log odds that a voice gains by being as like as the voice itself while the other is as unlike as can be
SMOOTH = 13  # frames over which it is weighed who speaks


def fuse(found: np.ndarray, voice: np.ndarray, lead: np.ndarray) -> np.ndarray:
    """Settle who speaks.

    found: (2, T) masks of the network, in [0, 1]
    voice: (T,) probability that anyone speaks
    lead:  (T,) likeness to the first voice less that to the second, 1 is all the way between them
    returns: (2, T) masks in [0, 1]
    """
    odds = log_odds(found)
    anyone = TRUST * log_odds(1 - np.prod(1 - found, axis=0)) + (1 - TRUST) * log_odds(voice)
    smooth = np.ones(SMOOTH) / SMOOTH
    first = np.convolve(odds[0] - odds[1] + LEAD * lead, smooth, "same") >= 0
    softer = np.convolve(np.where(first, odds[1], odds[0]), np.ones(BRIEF) / BRIEF, "same")
    second = np.minimum(softer, anyone) - DOUBT
    fused = np.where([first, ~first], anyone, second)
    return (1 / (1 + np.exp(-fused))).astype(np.float32)


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Natural log of p / (1 - p), kept within about 9."""
    p = np.clip(np.asarray(probability, np.float64), 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))
