"""Augmentation of audio: noise, room, equalisation, telephone band, resampling."""

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
