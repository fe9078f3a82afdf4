"""What voices do beside talking: laughs to answer with and breaths to begin with, from recordings of nothing else."""

from dataclasses import replace

import numpy as np

from core.audio import SAMPLE_RATE
from core.timeseries import runs

from ..corpora.cast import Piece, Voice, faded

LAUGH = "LAUGH"  # the name such a stretch has among the phones
LOUD, SOFT = 30.0, 48.0  # dB under the loudest that belong to a laugh, to a breath
BRIDGE = 0.3  # s between the bursts of a laugh
LEAST = 0.4  # s
LAUGHING, BREATHING = (2.0, 0.05), (0.6, 0.004)  # s at most, and root mean square; voices talk at 0.06
SIZES = {"F": 1.25}  # whose laugh is how much higher


def with_laughter(voices: list[Voice], recording: np.ndarray) -> list[Voice]:
    """``voices``, each of which can laugh as is heard in ``recording`` (N,)."""
    raised = {sex: _raised(recording, SIZES.get(sex, 1.0)) for sex in {voice.sex for voice in voices}}
    by_sex = {sex: stretches_of(samples, LOUD, LAUGHING) for sex, samples in raised.items()}
    return [replace(voice, laughs=by_sex[voice.sex]) for voice in voices]


def with_breath(voices: list[Voice], recording: np.ndarray) -> list[Voice]:
    """``voices``, each of which draws breath as is heard in ``recording`` (N,)."""
    breaths = stretches_of(recording, SOFT, BREATHING)
    return [replace(voice, breaths=breaths) for voice in voices]


def stretches_of(recording: np.ndarray, under: float, like: tuple[float, float]) -> tuple[Piece, ...]:
    """What sounds in ``recording`` (N,) at most ``under`` dB under its loudest, parted by its pauses.

    like: s at most and level, LAUGHING or BREATHING
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


def _raised(samples: np.ndarray, factor: float) -> np.ndarray:
    """``samples`` (N,) played ``factor`` times as fast and as high."""
    times = np.arange(0, len(samples) - 1, factor)
    return np.interp(times, np.arange(len(samples)), samples).astype(np.float32)


def _piece(samples: np.ndarray, most: float, level: float) -> Piece:
    samples = faded(samples[: round(most * SAMPLE_RATE)], out=0.15)
    samples = samples * np.float32(level / max(1e-5, float(np.sqrt(np.mean(samples**2)))))
    return Piece(samples, ((0.0, len(samples) / SAMPLE_RATE, LAUGH),), ())
