"""Acoustic features of the target-speaker VAD: log-mel statistics per frame, and components of Whisper's layers."""

from collections.abc import Callable
from functools import cache

import numpy as np
from safetensors.numpy import load_file

from .. import WEIGHTS, engine
from ..audio import SAMPLES_PER_FRAME, frame_count
from ..audio.mel import BANDS, HOP, WINDOW, log_mel, mel_matrix, power_spectrum
from ..audio.prosody import frame_power
from ..audio.voice_activity import SPEECH
from ..speech.windows import OVERLAP_FRAMES, USUAL_LEVEL, WINDOW_FRAMES, dither, fade_in, windows
from ..timeseries import padded_slice

FILE = WEIGHTS / "whisper_components.safetensors"
COMPONENTS = 64  # principal components of Whisper's four layers
WIDTH = 2 * BANDS + COMPONENTS
MARGIN = WINDOW // 2  # samples needed before the first and after the last frame of a window


def features(
    mono: np.ndarray, activity: np.ndarray, progress: Callable[[float], None] = lambda share: None
) -> np.ndarray:
    """Log-mel features of a recording.

    mono:     (N,) float32 at 16 kHz in [-1, 1]
    activity: (T,) probability of speech; level and spectrum of the recording are normalised where it is high
    progress: called with the share done, 0..1; may raise to cancel
    returns:  (T, WIDTH) float16 in [-12, 12]: mean of each mel band in the frame (log10, its mean over the speech taken
              off), its range in the frame, and COMPONENTS of about unit scale
    """
    frames = frame_count(len(mono))
    gain = 10 ** (USUAL_LEVEL / 20) / max(_speech_level(mono, activity), 1e-6)
    found = np.empty((frames, WIDTH), np.float16)
    before = np.zeros((0, WIDTH), np.float32)  # the end of the window before, which fades out
    for start, stop in windows(frames):
        samples = padded_slice(mono, start * SAMPLES_PER_FRAME - MARGIN, stop * SAMPLES_PER_FRAME + MARGIN)
        samples = np.float32(samples * gain + dither(len(samples)))
        now = np.concatenate([_mel_statistics(samples), _components(samples)], axis=1)
        fade = fade_in(len(before))
        now[: len(before)] = fade * now[: len(before)] + (1 - fade) * before
        found[start:stop] = now
        before = now[WINDOW_FRAMES - OVERLAP_FRAMES :]
        progress(stop / frames)
    speech = activity > SPEECH if (activity > SPEECH).sum() >= 10 else np.ones(frames, bool)
    found[:, :BANDS] -= found[:, :BANDS].mean(0, dtype=np.float64, where=speech[:, None]).astype(np.float16)
    return np.clip(found, -12, 12, out=found)


def _speech_level(mono: np.ndarray, activity: np.ndarray) -> float:
    """Root mean square of the frames with speech; without any, the 90th percentile of all frames."""
    power = frame_power(mono)
    speech = activity > SPEECH
    return float(np.sqrt(power[speech].mean() if speech.any() else np.percentile(power, 90)))


def _mel_statistics(samples: np.ndarray) -> np.ndarray:
    """(MARGIN + 640 frames + MARGIN,) -> (frames, 2 BANDS): mean and range of each band over a frame's four spectra."""
    logs = np.log10(np.maximum(mel_matrix() @ power_spectrum(samples), 1e-10))  # (BANDS, 4 frames + 1)
    inside = logs[:, :-1].reshape(BANDS, -1, 4)
    return np.concatenate([inside.mean(-1), inside.max(-1) - inside.min(-1)]).T


def _components(samples: np.ndarray) -> np.ndarray:
    """(MARGIN + 640 frames + MARGIN,) -> (frames, COMPONENTS)."""
    (tokens,) = engine.run("whisper", mel=log_mel(samples[None, : len(samples) - HOP]))  # (1, 2 frames, 1536)
    matrix, shift = load_projection()
    return (tokens[0] @ matrix + shift).reshape(-1, 2, COMPONENTS).mean(1)


@cache
def load_projection() -> tuple[np.ndarray, np.ndarray]:
    """(1536, COMPONENTS) and (COMPONENTS,) float32: principal components of Whisper's layers at unit scale."""
    stored = load_file(FILE)
    return stored["matrix"].astype(np.float32), stored["shift"].astype(np.float32)
