"""Laughter for voices: what a recording of nothing else holds, higher for women, for a listener to answer with."""

from dataclasses import replace

import numpy as np

from ..audio import SAMPLE_RATE
from ..runs import runs
from .cast import Piece, Voice, faded

LAUGH = "LAUGH"  # the name such a stretch has among the phones
LOUD, BRIDGE = 30.0, 0.3  # dB under the loudest that belong to a laugh; s between its bursts
LEAST, MOST = 0.4, 2.0  # s
LEVEL = 0.05  # root mean square; voices talk at 0.06
SIZES = {"F": 1.25}  # whose laugh is how much higher


def with_laughter(voices: list[Voice], recording: np.ndarray) -> list[Voice]:
    """``voices``, each of which can laugh as is heard in ``recording`` (N,)."""
    by_sex = {sex: laughs_of(raised(recording, SIZES.get(sex, 1.0))) for sex in {voice.sex for voice in voices}}
    return [replace(voice, laughs=by_sex[voice.sex]) for voice in voices]


def laughs_of(recording: np.ndarray) -> tuple[Piece, ...]:
    """The laughs of ``recording`` (N,), parted by its pauses."""
    step = SAMPLE_RATE // 100
    power = (recording[: len(recording) // step * step].reshape(-1, step) ** 2).mean(1)
    level = 10 * np.log10(np.convolve(power, np.ones(5) / 5, "same") + 1e-12)
    loud = level > level.max() - LOUD
    for first, last in runs(~loud):
        if last - first < BRIDGE * 100:
            loud[first:last] = True
    return tuple(
        _piece(recording[first * step : last * step]) for first, last in runs(loud) if last - first > LEAST * 100
    )


def raised(samples: np.ndarray, factor: float) -> np.ndarray:
    """``samples`` (N,) played ``factor`` times as fast and as high."""
    times = np.arange(0, len(samples) - 1, factor)
    return np.interp(times, np.arange(len(samples)), samples).astype(np.float32)


def _piece(samples: np.ndarray) -> Piece:
    samples = faded(samples[: round(MOST * SAMPLE_RATE)], out=0.15)
    samples = samples * np.float32(LEVEL / max(1e-5, float(np.sqrt(np.mean(samples**2)))))
    return Piece(samples, ((0.0, len(samples) / SAMPLE_RATE, LAUGH),), ())
