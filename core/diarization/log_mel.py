"""What the mask network sees of the sound itself: a mel picture per frame and Whisper's view of it."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import torch
from safetensors.torch import load_file

from .. import WEIGHTS
from ..audio import SAMPLES_PER_FRAME, frame_count
from ..audio.mel import BANDS, HOP, WINDOW, log_mel, mel_matrix
from ..audio.prosody import frame_power
from ..speech.whisper import load_whisper

FILE = WEIGHTS / "mask_view.safetensors"
VIEW = 64  # numbers kept of Whisper's four layers
WIDTH = 2 * BANDS + VIEW
LEVEL = 10 ** (-23 / 20)  # loudness at which Whisper hears every recording
FLOOR = 5e-4  # faint noise under it, so that digital silence is an ordinary quiet room
BLOCK, OVERLAP = 250, 25  # frames: Whisper hears 10 s at once, 1 s of it twice
SIDE = WINDOW // 2  # samples seen before the first and behind the last frame


def picture(mono: np.ndarray, voice: np.ndarray, progress: Callable[[float], None] = lambda share: None) -> np.ndarray:
    """Describe a recording, T frames at 25 fps.

    mono:    (N,) float32 at 16 kHz
    voice:   (T,) probability that anyone speaks: level and tone of the recording are measured there
    returns: (T, WIDTH) float16: mean of each mel band in the frame (log10, the voices' own mean is 0), its range
             inside the frame, and Whisper's view of about unit scale
    """
    frames = frame_count(len(mono))
    gain = LEVEL / max(_speech_level(mono, voice), 1e-6)
    seen = np.empty((frames, WIDTH), np.float16)
    before = np.zeros((0, WIDTH), np.float32)  # the end of the block before, which fades out
    for start, stop in _blocks(frames):
        heard = torch.from_numpy(_piece(mono, start, stop) * gain + _faint_noise(stop - start))
        now = np.concatenate([_mel(heard), _view(heard)], axis=1)
        fade = _fade(len(before))
        now[: len(before)] = fade * now[: len(before)] + (1 - fade) * before
        seen[start:stop] = now
        before = now[BLOCK - OVERLAP :]
        progress(stop / frames)
    speech = voice > 0.5 if (voice > 0.5).sum() >= 10 else np.ones(frames, bool)
    seen[:, :BANDS] -= seen[:, :BANDS].mean(0, dtype=np.float64, where=speech[:, None]).astype(np.float16)
    return np.clip(seen, -12, 12, out=seen)


def _speech_level(mono: np.ndarray, voice: np.ndarray) -> float:
    """Root mean square where a voice is likely."""
    sums = frame_power(mono)
    speech = voice > 0.5
    return float(np.sqrt(sums[speech].mean() if speech.any() else np.percentile(sums, 90)))


def _blocks(frames: int) -> Iterator[tuple[int, int]]:
    for start in range(0, max(1, frames - OVERLAP), BLOCK - OVERLAP):
        yield start, min(frames, start + BLOCK)


def _piece(mono: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Frames ``start`` to ``stop`` with SIDE samples more at both ends, zeros where there is no sound."""
    first, last = start * SAMPLES_PER_FRAME - SIDE, stop * SAMPLES_PER_FRAME + SIDE
    return np.pad(mono[max(0, first) : last], (max(0, -first), max(0, last - len(mono))))


@cache
def _noise() -> np.ndarray:
    return np.random.default_rng(0).normal(0, FLOOR, BLOCK * SAMPLES_PER_FRAME + 2 * SIDE).astype(np.float32)


def _faint_noise(frames: int) -> np.ndarray:
    return _noise()[: frames * SAMPLES_PER_FRAME + 2 * SIDE]


@torch.inference_mode()
def _mel(heard: torch.Tensor) -> np.ndarray:
    """(SIDE + 640 frames + SIDE,) -> (frames, 2 BANDS): mean and range of each band over the frame's four spectra."""
    spectrum = torch.stft(heard, WINDOW, HOP, window=torch.hann_window(WINDOW), center=False, return_complex=True)
    logs = (mel_matrix() @ spectrum.abs().square()).clamp(min=1e-10).log10()  # (BANDS, 4 frames + 1)
    inside = logs[:, :-1].unflatten(1, (-1, 4))
    return torch.cat([inside.mean(-1), inside.amax(-1) - inside.amin(-1)]).T.numpy()


@torch.inference_mode()
def _view(heard: torch.Tensor) -> np.ndarray:
    """(SIDE + 640 frames + SIDE,) -> (frames, VIEW)."""
    tokens = load_whisper()(log_mel(heard[None, : len(heard) - HOP]))  # (1, 2 frames, 1536)
    projection = view()
    seen = tokens @ projection["matrix"].float() + projection["shift"].float()
    return seen[0].unflatten(0, (-1, 2)).mean(1).numpy()


@cache
def view() -> dict[str, torch.Tensor]:
    """matrix (1536, VIEW) and shift (VIEW,): the leading principal components of Whisper's layers, scaled to unit."""
    return load_file(FILE)


def _fade(length: int) -> np.ndarray:
    """(length, 1) weights of a block that fades in."""
    return ((np.arange(length) + 0.5) / OVERLAP).astype(np.float32)[:, None]
