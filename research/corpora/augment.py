"""Augmentation of audio: noise, room, equalisation, telephone band, resampling; and of speaker masks."""

import librosa
import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from core.audio import SAMPLE_RATE


def level_of(samples: np.ndarray) -> float:
    """Root mean square of the louder half of the 25 ms frames of ``samples`` (N,): speech level."""
    frames = samples[: len(samples) // 400 * 400].reshape(-1, 400)
    powers = np.sort((frames**2).mean(axis=1))
    return float(np.sqrt(powers[len(powers) // 2 :].mean() + 1e-12))


def add_noise(samples: np.ndarray, noise: np.ndarray, decibels: float, rng: np.random.Generator) -> np.ndarray:
    """``samples`` (N,) with ``noise`` (M,), rotated at random and looped, ``decibels`` under the speech level."""
    start = rng.integers(len(noise))
    looped = np.resize(np.roll(noise, -start), len(samples))
    gain = level_of(samples) / level_of(noise) * 10 ** (-decibels / 20)
    return (samples + looped * gain).astype(np.float32)


def white_noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """(count,) float32 noise whose spectrum falls by 0 to 6 dB per octave."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    fall = rng.uniform(0, 1)
    spectrum *= np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 50) ** -fall
    noise = np.fft.irfft(spectrum, count)
    return (noise / np.abs(noise).max()).astype(np.float32)


def in_room(samples: np.ndarray, response: np.ndarray, wet: float = 1.0) -> np.ndarray:
    """``samples`` (N,) convolved with the room ``response`` (M,), without the delay of the direct sound.

    wet: 0..1, gain of the response after the direct sound
    """
    peak = int(np.abs(response).argmax())
    tail = response[peak:] / response[peak]
    tail = np.concatenate([tail[:1], tail[1:] * wet])
    return fftconvolve(samples, tail)[: len(samples)].astype(np.float32)


def add_reverberation(samples: np.ndarray, response: np.ndarray, wet: float) -> np.ndarray:
    """``samples`` (N,) mixed with a share ``wet`` of themselves through ``response`` (M,) of unit energy, up to 1 s.

    Used by simulated dialogues. Unlike :func:`in_room` it keeps the level; merging the two would change the data that
    the shipped weights were trained on.
    """
    response = response[np.abs(response).argmax() :][:SAMPLE_RATE]
    response = response / np.sqrt(np.sum(response**2))
    size = 1 << int(np.ceil(np.log2(len(samples) + len(response))))
    echo = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[: len(samples)]
    return (1 - wet) * samples + wet * echo


def equalise(samples: np.ndarray, rng: np.random.Generator, decibels: float = 8.0) -> np.ndarray:
    """``samples`` (N,) through a smooth random equaliser with gains up to ``decibels``, as of another microphone."""
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(frequencies, 60) / 60)  # 0 to 7
    gains = np.interp(octaves, np.arange(8), rng.uniform(-decibels, decibels, 8))
    return np.fft.irfft(np.fft.rfft(samples) * 10 ** (gains / 20), len(samples)).astype(np.float32)


def telephone(samples: np.ndarray, low: float = 300.0, high: float = 3400.0) -> np.ndarray:
    """``samples`` (N,) band-passed from ``low`` to ``high`` Hz, with 8-bit mu-law quantisation."""
    band = sosfilt(butter(4, [low, high], "bandpass", fs=SAMPLE_RATE, output="sos"), samples)
    peak = np.abs(band).max() + 1e-9
    coded = librosa.mu_compress(band / peak, mu=255, quantize=True)
    return (librosa.mu_expand(coded, mu=255, quantize=True) * peak).astype(np.float32)


def change_size(samples: np.ndarray, factor: float) -> np.ndarray:
    """(N,) -> (N / factor,): resampled, which scales pitch, formants and speech rate by ``factor``."""
    return librosa.resample(samples, orig_sr=int(SAMPLE_RATE * factor), target_sr=SAMPLE_RATE).astype(np.float32)


def soften_masks(masks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Masks as imprecise as those of diarization: shifted and soft edges, missed overlap, low confidence.

    masks: (2, T) true, in {0, 1}; returns (2, T) float32 in [0, 1]
    """
    soft = np.empty(masks.shape, np.float32)
    for stream, mask in enumerate(masks):
        moved = _move_edges(mask, rng)
        width = rng.integers(1, 6)
        soft[stream] = np.convolve(np.pad(moved, width, mode="edge"), np.ones(width) / width, "same")[width:-width]
    confidence = rng.uniform(0.75, 1.0)
    soft = 0.5 + (soft - 0.5) * confidence
    if rng.random() < 0.4:  # one of two overlapping speakers is missed
        both = masks.min(axis=0) > 0.5
        soft[rng.integers(2), both] *= rng.uniform(0.1, 0.8)
    if rng.random() < 0.3:  # a chunk of low confidence
        start = rng.integers(masks.shape[1])
        soft[:, start : start + rng.integers(5, 25)] *= rng.uniform(0.3, 1)
    return soft.clip(0, 1)


def _move_edges(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``mask`` (T,) with every edge moved by up to 4 frames (standard deviation 1.5)."""
    edges = np.flatnonzero(np.diff(mask, prepend=0, append=0))
    edges = np.clip(edges + rng.normal(0, 1.5, len(edges)).round().clip(-4, 4).astype(int), 0, len(mask))
    moved = np.zeros(len(mask), np.float32)
    for start, end in edges.reshape(-1, 2):
        moved[start:end] = 1
    return moved
