"""Speaker embeddings of windows of a recording, by Resemblyzer's encoder (core/engine/networks/speaker_encoder.py)."""

from functools import cache

import numpy as np
from safetensors.numpy import load_file

from .. import engine
from ..audio import SAMPLE_RATE
from ..audio.mel import HOP, WINDOW, power_spectrum
from ..engine.weights import FILES
from ..timeseries import padded_slice

WIDTH = 256
MIN_POWER = 1e-9  # mean square; quieter windows are not amplified further
LEVEL = 10 ** (-30 / 20)  # root mean square of the training data


@cache
def mel_matrix() -> np.ndarray:
    """(40, 201) float32: the encoder's own mel filters, from power spectrum to bands."""
    return load_file(FILES["speaker_encoder"])["mel_matrix"].astype(np.float32)


def embed(mono: np.ndarray, centres: np.ndarray, seconds: float, batch: int = 256) -> np.ndarray:
    """Speaker embeddings of windows, each normalised to LEVEL.

    mono:    (N,) float32 at 16 kHz in [-1, 1]
    centres: (W,) middles of the windows in samples, ascending; windows that reach over an end are padded with zeros
    seconds: length of each window
    batch:   windows computed at once
    returns: (W, WIDTH) float32 unit vectors
    """
    frames = round(seconds * SAMPLE_RATE / HOP)
    found = np.zeros((len(centres), WIDTH), np.float32)
    for first in range(0, len(centres), batch):
        part = centres[first : first + batch]
        begin = int(part[0]) // HOP * HOP - frames * HOP  # room for half a window and for the spectrum's own edge
        end = int(part[-1]) + frames * HOP
        piece = padded_slice(mono, begin, end)
        power = power_spectrum(np.pad(piece, WINDOW // 2))
        mel = (mel_matrix() @ power).T  # spectrum i is centred on sample HOP * i
        starts = (part - begin) // HOP - frames // 2
        windows = mel[starts[:, None] + np.arange(frames)]
        energy = np.concatenate([[0.0], np.cumsum(np.square(piece, dtype=np.float64))])
        power = (energy[(starts + frames) * HOP] - energy[starts * HOP]) / (frames * HOP)
        gain = (LEVEL**2 / np.maximum(power, MIN_POWER)).astype(np.float32)
        found[first : first + batch] = engine.run("speaker_encoder", mel=windows * gain[:, None, None])[0]
    return found
