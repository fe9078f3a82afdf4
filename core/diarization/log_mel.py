"""Acoustic features of the target-speaker VAD: log-mel statistics per frame, and components of Whisper's layers."""

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from safetensors.torch import load_file

from .. import WEIGHTS
from ..audio import SAMPLES_PER_FRAME, frame_count
from ..audio.mel import BANDS, HOP, WINDOW, log_mel, mel_matrix
from ..audio.prosody import frame_power
from ..audio.voice_activity import SPEECH
from ..speech.whisper import load_whisper
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
        samples = torch.from_numpy(samples * gain + dither(len(samples)))
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


@torch.inference_mode()
def _mel_statistics(samples: torch.Tensor) -> np.ndarray:
    """(MARGIN + 640 frames + MARGIN,) -> (frames, 2 BANDS): mean and range of each band over a frame's four spectra."""
    spectrum = torch.stft(samples, WINDOW, HOP, window=torch.hann_window(WINDOW), center=False, return_complex=True)
    logs = (mel_matrix() @ spectrum.abs().square()).clamp(min=1e-10).log10()  # (BANDS, 4 frames + 1)
    inside = logs[:, :-1].unflatten(1, (-1, 4))
    return torch.cat([inside.mean(-1), inside.amax(-1) - inside.amin(-1)]).T.numpy()


@torch.inference_mode()
def _components(samples: torch.Tensor) -> np.ndarray:
    """(MARGIN + 640 frames + MARGIN,) -> (frames, COMPONENTS)."""
    tokens = load_whisper()(log_mel(samples[None, : len(samples) - HOP]))  # (1, 2 frames, 1536)
    projection = load_projection()
    found = tokens @ projection["matrix"].float() + projection["shift"].float()
    return found[0].unflatten(0, (-1, 2)).mean(1).numpy()


@cache
def load_projection() -> dict[str, torch.Tensor]:
    """matrix (1536, COMPONENTS) and shift (COMPONENTS,): principal components of Whisper's layers at unit scale."""
    return load_file(FILE)
