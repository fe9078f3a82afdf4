"""Loudness and pitch of a voice, fifty times a second: what Whisper's layers do not keep."""

import numpy as np

from .decoding import SAMPLE_RATE, SAMPLES_PER_FRAME

STEP = 320  # samples between two values, 20 ms
LOWEST, HIGHEST = 60.0, 450.0  # Hz, a deep man to an excited child
SPAN = 960  # samples looked at for one pitch, 60 ms: two and more periods of most voices
BLOCK = 4096  # values computed at once, which keeps the memory flat
POWER_BLOCK = 250  # frames


def frame_power(mono: np.ndarray) -> np.ndarray:
    """Mean square of each frame of (N,) samples: (T,) float32; block by block, an hour is not copied."""
    each = SAMPLES_PER_FRAME
    return np.concatenate(
        [
            np.add.reduceat(np.square(part), np.arange(0, len(part), each)) / each
            for part in np.split(mono, range(POWER_BLOCK * each, len(mono), POWER_BLOCK * each))
        ]
    )


def level(samples: np.ndarray) -> np.ndarray:
    """Loudness of every 20 ms, from a window of 40 ms around it.

    samples: (N,) in [-1, 1]
    returns: (ceil(N / 320),) float32 decibels of full scale, never below -100
    """
    count = -(-len(samples) // STEP)
    halves = np.zeros(count + 1)
    for first in range(0, count + 1, BLOCK):
        begin, end = first * STEP - STEP // 2, min(first + BLOCK, count + 1) * STEP - STEP // 2
        piece = np.zeros(end - begin)
        known = samples[max(begin, 0) : end]
        piece[max(-begin, 0) : max(-begin, 0) + len(known)] = known
        halves[first : first + BLOCK] = (piece.reshape(-1, STEP) ** 2).mean(axis=1)
    return (10 * np.log10((halves[:-1] + halves[1:]) / 2 + 1e-10)).astype(np.float32)


def pitch(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fundamental frequency of every 20 ms by the normalised square difference (McLeod and Wyvill 2005).

    samples: (N,) in [-1, 1]
    returns: hertz (M,) float32 and voicing (M,) float32 in [0, 1], M = ceil(N / 320); hertz means nothing where
             voicing is low
    """
    count = -(-len(samples) // STEP)
    margin = (SPAN - STEP) // 2
    padded = np.zeros(STEP * count + 2 * margin, np.float32)
    padded[margin : margin + len(samples)] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, SPAN)[::STEP]  # (M, SPAN), a view
    blocks = [_pitch_of_frames(frames[i : i + BLOCK]) for i in range(0, count, BLOCK)]
    hertz, voicing = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return hertz, voicing


def _pitch_of_frames(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(M, SPAN) -> hertz (M,), voicing (M,)."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    longest = int(SAMPLE_RATE / LOWEST)
    size = 2048  # no wrap-around up to the longest lag
    spectrum = np.fft.rfft(frames, size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2, size)[:, : longest + 2]
    squares = np.cumsum(np.pad(frames.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(longest + 2)
    energy = squares[:, SPAN - lags] + squares[:, [-1]] - squares[:, lags]  # of the two parts that overlap at each lag
    likeness = 2 * correlation / (energy + 1e-7)
    return _first_high_peak(likeness, int(SAMPLE_RATE / HIGHEST), longest)


def _first_high_peak(likeness: np.ndarray, shortest: int, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """The shortest lag whose peak is nearly the best one: the period, not its multiples."""
    inner = likeness[:, shortest : longest + 1]
    is_peak = (inner >= likeness[:, shortest - 1 : longest]) & (inner > likeness[:, shortest + 1 : longest + 2])
    peaks = np.where(is_peak, inner, 0)
    lag = (peaks >= 0.85 * peaks.max(axis=1, keepdims=True)).argmax(axis=1)
    voicing = np.take_along_axis(peaks, lag[:, None], 1)[:, 0].clip(0, 1)
    return (SAMPLE_RATE / (lag + shortest)).astype(np.float32), voicing.astype(np.float32)
