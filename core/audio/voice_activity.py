"""Voice activity detection with the network of Silero VAD (core/engine/networks/silero.py)."""

import numpy as np

from .. import engine
from ..timeseries import padded_slice
from .decoding import SAMPLES_PER_FRAME, frame_count

SPEECH = 0.5  # probability above which a frame counts as speech
DELAY = 384  # samples: the probabilities lag the speech by so much, measured on the two-channel calls
STEP = 512  # samples of a step, 32 ms
CONTEXT = 64  # samples of the step before that each step takes in too
STATE = np.zeros((1, 1, 128), np.float32)  # of the network's LSTM at the start of a recording
CHUNK = 2_000  # steps computed at once (64 s), so that memory does not grow with the recording


def speech_probability(mono: np.ndarray) -> np.ndarray:
    """Speech probability of each step, as the original package gives it chunk by chunk.

    mono:    (N,) float32 at 16 kHz in [-1, 1]
    returns: (ceil(N / STEP),) float32 in [0, 1]; step i is samples STEP * i to STEP * (i + 1), zeros after the end
    """
    count = -(-len(mono) // STEP)
    hidden, cell, found = STATE, STATE, []
    for first in range(0, count, CHUNK):
        samples = padded_slice(mono, first * STEP - CONTEXT, min(first + CHUNK, count) * STEP)
        steps = np.lib.stride_tricks.sliding_window_view(samples, CONTEXT + STEP)[::STEP]
        probability, hidden, cell = engine.run("silero", steps=steps, hidden=hidden, cell=cell)
        found.append(probability)
    return np.concatenate(found)


def voice_activity(mono: np.ndarray) -> np.ndarray:
    """Probability that anyone speaks in each motion frame.

    mono:    (N,) float32 at 16 kHz in [-1, 1]
    returns: (T,) float32 in [0, 1], T = ceil(N / 640), with DELAY taken out
    """
    steps = speech_probability(mono)
    centres = np.arange(frame_count(len(mono))) * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME // 2 + DELAY
    return np.interp(centres, np.arange(len(steps)) * STEP + STEP // 2, steps).astype(np.float32)
