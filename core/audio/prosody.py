"""Loudness and pitch of speech: decibels and frame power, and fundamental frequency 50 times a second."""

import numpy as np

from ..timeseries import padded_slice
from .decoding import SAMPLE_RATE, SAMPLES_PER_FRAME

STEP = 320  # samples between two values of level and pitch, 20 ms
LOWEST_DECIBELS = -100.0  # of full scale; digital silence has this level
MIN_HERTZ, MAX_HERTZ = 60.0, 450.0  # a low male voice to a child
PITCH_WINDOW = 960  # samples of one pitch estimate, 60 ms, 3.6 periods of MIN_HERTZ
PEAK_SHARE = 0.85  # of the highest peak; the first peak that reaches it is the period
CHUNK = 4096  # values computed at once, so that memory does not grow with the recording
POWER_CHUNK = 250  # frames of power computed at once


def decibels(power: np.ndarray | float) -> np.ndarray:
    """Level in decibels of full scale of a mean square (any shape), at least LOWEST_DECIBELS."""
    return 10 * np.log10(power + 10 ** (LOWEST_DECIBELS / 10))


def frame_power(mono: np.ndarray) -> np.ndarray:
    """Mean square of each motion frame; a last frame that is covered in part counts as filled up with silence.

    mono:    (N,) float32 at SAMPLE_RATE, full scale is 1
    returns: (T,) float32, T = ceil(N / 640)
    """
    each = SAMPLES_PER_FRAME
    return np.concatenate(
        [
            np.add.reduceat(np.square(part), np.arange(0, len(part), each)) / each
            for part in np.split(mono, range(POWER_CHUNK * each, len(mono), POWER_CHUNK * each))
        ]
    )


def level(samples: np.ndarray) -> np.ndarray:
    """Loudness of every 20 ms, from a window of 40 ms around it.

    samples: (N,) in [-1, 1] at SAMPLE_RATE
    returns: (ceil(N / 320),) float32 decibels of full scale, at least LOWEST_DECIBELS
    """
    count = -(-len(samples) // STEP)
    halves = np.zeros(count + 1)  # mean squares of 20 ms each, the first one centred on sample 0
    for first in range(0, count + 1, CHUNK):
        last = min(first + CHUNK, count + 1)
        piece = padded_slice(samples, first * STEP - STEP // 2, last * STEP - STEP // 2).astype(np.float64)
        halves[first:last] = (piece.reshape(-1, STEP) ** 2).mean(axis=1)
    return decibels((halves[:-1] + halves[1:]) / 2).astype(np.float32)


def pitch(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fundamental frequency of every 20 ms by the normalised square difference (McLeod and Wyvill 2005, section 4).

    samples: (N,) in [-1, 1] at SAMPLE_RATE
    returns: frequency (M,) float32 in Hz, between MIN_HERTZ and MAX_HERTZ, and voicing (M,) float32 in [0, 1],
             M = ceil(N / 320); the frequency is arbitrary where voicing is low
    """
    count = -(-len(samples) // STEP)
    margin = (PITCH_WINDOW - STEP) // 2
    padded = padded_slice(samples.astype(np.float32), -margin, STEP * count + margin)
    frames = np.lib.stride_tricks.sliding_window_view(padded, PITCH_WINDOW)[::STEP]  # (M, PITCH_WINDOW), a view
    chunks = [_pitch_of_frames(frames[i : i + CHUNK]) for i in range(0, count, CHUNK)]
    hertz, voicing = (np.concatenate(part) for part in zip(*chunks, strict=True))
    return hertz, voicing


def _pitch_of_frames(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(M, PITCH_WINDOW) -> frequency in Hz (M,), voicing (M,)."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    longest = int(SAMPLE_RATE / MIN_HERTZ)
    size = 2048  # no wrap-around up to the longest lag
    spectrum = np.fft.rfft(frames, size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2, size)[:, : longest + 2]
    squares = np.cumsum(np.pad(frames.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(longest + 2)
    # energy of the two parts of the window that overlap at each lag
    energy = squares[:, PITCH_WINDOW - lags] + squares[:, [-1]] - squares[:, lags]
    normalised = 2 * correlation / (energy + 1e-7)
    return _first_high_peak(normalised, int(SAMPLE_RATE / MAX_HERTZ), longest)


def _first_high_peak(normalised: np.ndarray, shortest: int, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequency in Hz (M,) and height (M,) of the first peak of (M, lags) near the highest: not its multiples."""
    inner = normalised[:, shortest : longest + 1]
    is_peak = (inner >= normalised[:, shortest - 1 : longest]) & (inner > normalised[:, shortest + 1 : longest + 2])
    peaks = np.where(is_peak, inner, 0)
    lag = (peaks >= PEAK_SHARE * peaks.max(axis=1, keepdims=True)).argmax(axis=1)
    voicing = np.take_along_axis(peaks, lag[:, None], 1)[:, 0].clip(0, 1)
    return (SAMPLE_RATE / (lag + shortest)).astype(np.float32), voicing.astype(np.float32)
