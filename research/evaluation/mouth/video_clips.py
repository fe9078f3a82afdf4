"""Video clips of talking faces (``video/liptruth``) with their measured lip opening; used for evaluation only."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio import SAMPLES_PER_FRAME, prosody
from core.errors import UserError
from core.generator import condition
from core.layout import Layout
from core.motion import MOTION_FPS
from core.speech import features

LONG = 10.0  # s; longer clips separate lip sync from mere loudness following
QUIETEST = 30.0  # dB under the voice's 90th percentile, below which a frame is silent
HANGOVER = 11  # frames around a loud one that count as speech


@dataclass(frozen=True, eq=False)
class Clip:
    """A talking face: features of its audio and its lip opening, aligned with the audio."""

    name: str
    features: np.ndarray  # (T, WIDTH)
    level: np.ndarray  # (T,) dB
    opening: np.ndarray  # (T,) in outer-eye-corner distances; nan where unknown
    closed: np.ndarray  # (T,) bool
    condition: np.ndarray  # (2, T, K) input of the generator
    mono: np.ndarray  # (N,) audio, 16 kHz
    in_statistics: bool  # used for mouth_statistics.json; what is derived from it is evaluated on the other clips

    @property
    def long(self) -> bool:
        return len(self.opening) / MOTION_FPS > LONG


def read_clips(data: Path) -> list[Clip]:
    """All clips in which the visible face speaks. Raises UserError where there are none."""
    paths = sorted((Path(data) / "video" / "liptruth").glob("*.npz"))
    if not paths:
        raise UserError(
            f'There are no clips in "{data}/video/liptruth". Give the folder that holds "video" with --data.'
        )
    paths = [path for path in paths if "silent" not in path.name]
    people = sorted({speaker_of(path.stem) for path in paths})
    return [_read_clip(path, people.index(speaker_of(path.stem)) % 2 == 0) for path in paths]


def speaker_of(name: str) -> str:
    """The person seen in a clip, by its name; every second person in alphabetical order is in the statistics.

    >>> speaker_of("lipread_w_nicole_world"), speaker_of("mead_M003_level_1_disgusted_015"), speaker_of("vlog_man")
    ('lipread_w_nicole', 'mead_M003', 'vlog_man')
    """
    parts = name.split("_")
    if name.startswith("lipread_s_"):
        return "lipread_s"
    return "_".join(parts[: {"lipread": 3, "mead": 2}.get(parts[0], len(parts))])


def _read_clip(path: Path, in_statistics: bool) -> Clip:
    with np.load(path, allow_pickle=False) as file:
        mouth, valid = file["mouth_open"].astype(float), file["valid"].astype(bool)
        samples, offset = file["wav"].astype(np.float32) / 32768, int(file["av_offset_frames"])
        threshold = float(file["closed_threshold"])
    frames = len(mouth)
    mono = np.zeros(frames * SAMPLES_PER_FRAME, np.float32)
    mono[: len(samples)] = samples[: len(mono)]
    masks = np.stack([voice_activity(mono), np.zeros(frames, np.float32)])
    encoded = features.encode(mono, masks)
    opening = shifted(np.where(valid, mouth, np.nan), offset)
    network_input = condition.build(encoded, masks, Layout())
    level = prosody.level(mono)[::2]
    return Clip(path.stem, encoded[0], level, opening, opening <= threshold, network_input, mono, in_statistics)


def shifted(curve: np.ndarray, frames: int) -> np.ndarray:
    """``curve`` (T,) read ``frames`` later; nan where that lies outside."""
    source = np.arange(len(curve)) + frames
    known = (source >= 0) & (source < len(curve))
    result = np.full(len(curve), np.nan)
    result[known] = curve[source[known]]
    return result


def voice_activity(mono: np.ndarray) -> np.ndarray:
    """(T,) 1 within 0.2 s of audio that is less than 30 dB under the voice, else 0."""
    level = prosody.level(mono)[::2]
    loud = level > np.percentile(level, 90) - QUIETEST
    return (np.convolve(loud, np.ones(HANGOVER), "same") > 0).astype(np.float32)
