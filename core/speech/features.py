"""Speech features of both people: the frozen Whisper encoder, the articulation head, loudness and pitch.

Each person is encoded from the own gated stream at USUAL_LEVEL, so that lips follow the own voice only, and a quiet
person is encoded as a loud one.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from safetensors.numpy import load_file

from .. import WEIGHTS, engine
from ..audio import frame_count
from ..audio.mel import HOP, WINDOW, log_mel
from .streams import LEVEL_RANGE, gated_streams, stream_prosody, usual_levels
from .windows import WINDOW_FRAMES, dither, fade, total_fade, windows

FEATURES = {  # columns of one frame, all of about unit scale
    "whisper": slice(0, 96),  # principal components of Whisper's four layers
    "visemes": slice(96, 111),  # probability of each of VISEMES
    "closure": slice(111, 113),  # lips closed for p, b, m: in the first and the second half of the frame
    "bilabial": slice(113, 114),  # the middle of such a closure lies in this frame
    "aperture": slice(114, 116),  # lip opening as people's, and the least in the frame by phone; 1 is wide
    "width": slice(116, 117),  # mouth corners, + apart, - together
    "protrusion": slice(117, 118),  # lips forward, 0 to 1
    "jaw": slice(118, 119),  # 0 to 1
    "level": slice(119, 121),  # own loudness over the own usual level, 10 dB is 1; its change from the frame before
    "pitch": slice(121, 123),  # octaves over the own usual pitch, times voicing; voicing
    "partner": slice(123, 126),  # the partner's level, pitch, voicing, where only the partner speaks
}
WIDTH = 126

LEAD = WINDOW // 2 - HOP  # samples needed before a window: its first mel frame is centred 160 samples into it
TAIL = WINDOW // 2  # and after it: the last mel frame is centred on its end
ENCODED = slice(0, 119)  # the columns that networks give, window by window


def encode(
    sound: np.ndarray,
    masks: np.ndarray,
    progress: Callable[[float], None] = lambda share: None,
    part: slice | None = None,
    dtype: type = np.float32,
) -> np.ndarray:
    """Features of both people for every motion frame.

    sound:    (N,) float32 at 16 kHz in [-1, 1]; or (2, N), each person on a channel
    masks:    (2, T) in [0, 1], how far A and B speak; T = ceil(N / 640)
    progress: called with the share done, 0..1; may raise to cancel
    part:     of the T frames; None is all of them. Only the windows that reach it are computed
    dtype:    of the result; the generator was trained on float16, which needs half the memory
    returns:  (2, T or the length of ``part``, WIDTH), columns as in FEATURES
    Raises ValueError where ``masks`` and ``sound`` differ in length.
    """
    frames = frame_count(sound.shape[-1])
    if masks.shape != (2, frames):
        raise ValueError(f"masks must be (2, {frames}) for {sound.shape[-1]} samples, got {masks.shape}")
    first, last, _ = (part or slice(None)).indices(frames)
    around = slice(max(0, first - WINDOW_FRAMES), min(frames, last + WINDOW_FRAMES))  # where windows of the part reach
    levels = usual_levels(sound, masks)
    prosody = stream_prosody(sound, masks, levels, around)
    features, total = np.zeros((2, last - first, WIDTH), dtype), total_fade(frames)
    for start, stop in windows(frames):
        if stop <= first or start >= last:
            continue
        streams = gated_streams(sound, masks, levels, start, stop, LEAD, TAIL)
        own = prosody[:, 2 * (start - around.start) : 2 * (stop - around.start)]
        encoded = _encode_window(streams, own, masks[:, start:stop]) * fade(stop - start) / total[start:stop]
        low, high = max(start, first), min(stop, last)
        features[:, low - first : high - first, ENCODED] += encoded[:, low - start : high - start]
        progress(min(1.0, (stop - first) / (last - first)))
    columns = _prosody_columns(prosody, masks[:, around])
    features[..., ENCODED.stop :] = columns[:, first - around.start : last - around.start]
    return features


def whisper_tokens(streams: np.ndarray) -> np.ndarray:
    """Whisper's four layers, standardised; two tokens a frame, token k centred on the k-th 20 ms.

    streams: (B, LEAD + 640 frames + TAIL) float32 samples of a window and of what lies around it
    returns: (B, 2 frames, 1536) float32 of about unit scale
    """
    (tokens,) = engine.run("whisper", mel=log_mel(streams + dither(streams.shape[-1])))
    projection = load_projection()
    return (tokens - projection["mean"]) / projection["std"]


@cache
def load_projection() -> dict[str, np.ndarray]:
    """mean, std (1536,) of the layers on the training speech; components (1536, 96) to unit-scale features."""
    return load_file(WEIGHTS / "voice_pca.safetensors")


def _encode_window(streams: np.ndarray, prosody: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """(2, frames, 119) columns of one window: of its streams, prosody (2, 2 frames, 3) and masks (2, frames)."""
    tokens = whisper_tokens(streams)  # (2, 2 frames, 1536)
    components = tokens @ load_projection()["components"]
    components = components.reshape(len(tokens), -1, 2, components.shape[-1]).mean(axis=2)
    own = np.stack([masks, masks[::-1]], axis=-1).repeat(2, axis=1).astype(np.float32)
    condition = np.concatenate([prosody, own], axis=-1)
    return np.concatenate([components, *engine.run("articulation", tokens=tokens, condition=condition)], axis=-1)


def _prosody_columns(prosody: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """(2, 2 T, 3) -> (2, T, 7): the columns level, pitch and partner."""
    frames = prosody.reshape(2, -1, 2, 3).mean(axis=2)
    level, tone = frames[..., :1], frames[..., 1:]
    rise = np.diff(level, axis=1, prepend=level[:, :1])
    alone = (masks[::-1] * (1 - masks))[..., None]
    partner = frames[::-1] * alone
    lowest = LEVEL_RANGE[0]
    partner[..., :1] = np.where(alone > 0, (frames[::-1, :, :1] - lowest) * alone + lowest, lowest)
    return np.concatenate([level, rise, tone, partner], axis=-1).astype(np.float32)
