"""Laughs (used as backchannels) and breaths (before turns) for voices, cut from recordings of nothing else."""

from dataclasses import replace

import numpy as np

from core.audio import SAMPLE_RATE
from core.timeseries import runs

from ..corpora.voices import Piece, Voice, faded

LAUGH = "LAUGH"  # its name among the phones
LOUD, SOFT = 30.0, 48.0  # dB under the maximum: threshold of a laugh, of a breath
BRIDGE = 0.3  # s, gaps below this within a laugh are closed
LEAST = 0.4  # s
LAUGHING, BREATHING = (2.0, 0.05), (0.6, 0.004)  # longest (s), and root mean square; speech has 0.06
SIZES = {"F": 1.25}  # resampling factor by sex


def with_laughter(voices: list[Voice], recording: np.ndarray) -> list[Voice]:
    """``voices`` with laughs cut from ``recording`` (N,), resampled by sex."""
    resampled = {sex: _resampled(recording, SIZES.get(sex, 1.0)) for sex in {voice.sex for voice in voices}}
    by_sex = {sex: sound_intervals(samples, LOUD, LAUGHING) for sex, samples in resampled.items()}
    return [replace(voice, laughs=by_sex[voice.sex]) for voice in voices]


def with_breath(voices: list[Voice], recording: np.ndarray) -> list[Voice]:
    """``voices`` with breaths cut from ``recording`` (N,)."""
    breaths = sound_intervals(recording, SOFT, BREATHING)
    return [replace(voice, breaths=breaths) for voice in voices]


def sound_intervals(recording: np.ndarray, under: float, like: tuple[float, float]) -> tuple[Piece, ...]:
    """Pieces of ``recording`` (N,) above the threshold of ``under`` dB below its maximum, split at pauses.

    like: longest (s) and root mean square, LAUGHING or BREATHING
    """
    step = SAMPLE_RATE // 100
    power = (recording[: len(recording) // step * step].reshape(-1, step) ** 2).mean(1)
    level = 10 * np.log10(np.convolve(power, np.ones(5) / 5, "same") + 1e-12)
    loud = level > level.max() - under
    for first, last in runs(~loud):
        if last - first < BRIDGE * 100:
            loud[first:last] = True
    found = [recording[first * step : last * step] for first, last in runs(loud) if last - first > LEAST * 100]
    return tuple(_piece(samples, *like) for samples in found)


def _resampled(samples: np.ndarray, factor: float) -> np.ndarray:
    """``samples`` (N,) resampled by ``factor``: faster and higher."""
    times = np.arange(0, len(samples) - 1, factor)
    return np.interp(times, np.arange(len(samples)), samples).astype(np.float32)


def _piece(samples: np.ndarray, most: float, level: float) -> Piece:
    samples = faded(samples[: round(most * SAMPLE_RATE)], out=0.15)
    samples = samples * np.float32(level / max(1e-5, float(np.sqrt(np.mean(samples**2)))))
    return Piece(samples, ((0.0, len(samples) / SAMPLE_RATE, LAUGH),), ())
