"""Any sound or film file in, 16 kHz mono out (DESIGN, data flow: the first arrow)."""

import hashlib
import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from ..errors import UserError
from ..motion import MOTION_FPS

SAMPLE_RATE = 16_000  # audio samples per second, mono
SAMPLES_PER_FRAME = SAMPLE_RATE // MOTION_FPS  # 640, exact
SHORTEST = 0.5  # s, below it there is nothing to animate
SILENT_PEAK = 2e-4  # of full scale: dither and the hiss of an unplugged microphone stay under it


@dataclass(frozen=True, eq=False)
class Sound:
    """One recording at SAMPLE_RATE."""

    mono: np.ndarray  # (N,) float32, full scale is 1
    channels: np.ndarray  # (C, N) float32; C is 2 where a stereo file's sides differ, else 1 and the same as mono
    sha256: str  # of the mono samples

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.mono) / SAMPLE_RATE


def frame_count(samples: int) -> int:
    """Motion frames that cover ``samples`` audio samples; the last one may be covered in part."""
    return math.ceil(samples / SAMPLES_PER_FRAME)


def load(
    source: str | Path | bytes,
    start: float = 0.0,
    duration: float | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Sound:
    """Decode ``source`` and return its sound.

    source:   a path, or the bytes of a file
    start:    s, where to begin
    duration: s, how much to read at most; None reads to the end
    progress: called with the share done, 0..1; may raise to cancel

    Raises UserError when the file is missing, broken, without sound, silent or too short.
    """
    name = "The sound" if isinstance(source, bytes) else f'"{source}"'
    with _opened(source, name) as container:
        if not container.streams.audio:
            raise UserError(f"{name} has no sound in it. Choose a file with an audio track.")
        channels = _collect(_pieces(container, progress), start, duration)
    progress(1.0)
    if channels.shape[1] == 0 and not start:
        raise UserError(
            f"{name} is broken or empty: no sound could be decoded. Export it again, or choose another file."
        )
    return from_samples(channels, name)


def from_samples(channels: np.ndarray, name: str = "The sound") -> Sound:
    """Make a Sound of samples at SAMPLE_RATE.

    channels: (C, N), or (N,) for mono, float, full scale is 1
    Raises UserError when it is silent or too short; ``name`` begins the sentence.
    """
    channels = np.atleast_2d(np.asarray(channels, np.float32))
    mono = _mix(channels)
    if len(mono) < SHORTEST * SAMPLE_RATE:
        raise UserError(
            f"{name} is {len(mono) / SAMPLE_RATE:.2f} s long where it is read; at least {SHORTEST} s are needed. "
            "Choose a longer recording or a longer part of it."
        )
    if max(mono.max(), -mono.min()) < SILENT_PEAK:
        raise UserError(f"{name} is silent where it is read. Choose a recording with voices, or another part of it.")
    same = len(channels) != 2 or np.array_equal(channels[0], channels[1])
    return Sound(mono, mono[None] if same else channels, hashlib.sha256(mono).hexdigest())


def _mix(channels: np.ndarray) -> np.ndarray:
    """Average (C, N) to (N,); of a pair wired in opposite polarity the first, because their sum would be silence."""
    if len(channels) == 1:
        return channels[0]
    mono = channels.mean(axis=0)
    opposite = len(channels) == 2 and np.vdot(mono, mono) < 0.01 * np.vdot(channels[0], channels[0])
    # a second channel with a voice of its own, or an empty one, cannot cancel the first: this is one signal, flipped
    return channels[0].copy() if opposite else mono


def _opened(source: str | Path | bytes, name: str) -> av.container.InputContainer:
    try:
        return av.open(io.BytesIO(source) if isinstance(source, bytes) else str(source))
    except FileNotFoundError:
        raise UserError(f"There is no file {name}. Check the path, or choose the recording again.") from None
    except (IsADirectoryError, PermissionError) as error:
        raise UserError(f"{name} cannot be read ({error.strerror}). Choose a sound file that you may open.") from None
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise UserError(
            f"{name} is not a sound file that can be read, or it is broken ({_reason(error)}). "
            "Choose a wav, mp3, flac, ogg, opus, m4a, mp4, mov or webm file."
        ) from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _pieces(container: av.container.InputContainer, progress: Callable[[float], None]) -> Iterator[np.ndarray]:
    """Decode the first audio track piece by piece: (C, n) float32 at SAMPLE_RATE, C as in the file."""
    stream = container.streams.audio[0]
    total = container.duration / av.time_base if container.duration else None
    resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
    layout, done = None, 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue  # one damaged packet is a click, not the end; every player does so
        for frame in frames:
            if layout not in (None, (frame.layout.name, frame.sample_rate, frame.format.name)):
                yield from _planes(resampler.resample(None))
                resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
            layout = (frame.layout.name, frame.sample_rate, frame.format.name)
            frame.pts = None  # broken time stamps must not open gaps: the samples are the clock
            for piece in _planes(resampler.resample(frame)):
                done += piece.shape[1]
                yield piece
        if total:
            progress(min(1.0, done / SAMPLE_RATE / total))
    if layout:
        yield from _planes(resampler.resample(None))


def _planes(frames: list[av.AudioFrame]) -> Iterator[np.ndarray]:
    for frame in frames:
        yield np.nan_to_num(frame.to_ndarray(), nan=0.0, posinf=1.0, neginf=-1.0)


def _collect(pieces: Iterator[np.ndarray], start: float, duration: float | None) -> np.ndarray:
    """Join the samples from ``start``, ``duration`` long (s): (C, N); more than two channels are averaged."""
    skip = round(start * SAMPLE_RATE)
    wanted = math.inf if duration is None else round(duration * SAMPLE_RATE)
    sides: list[bytearray] = []  # grow in place: an hour is never held twice
    for piece in pieces:
        kept, skip = piece[:, skip:], max(0, skip - piece.shape[1])
        if kept.shape[1] == 0:
            continue
        kept = kept if len(kept) <= 2 else kept.mean(axis=0, keepdims=True)
        sides = sides or [bytearray() for _ in kept]
        if len(kept) != len(sides):
            kept = np.broadcast_to(kept.mean(axis=0, keepdims=True), (len(sides), kept.shape[1]))
        for side, samples in zip(sides, kept, strict=True):
            side += np.ascontiguousarray(samples, np.float32).tobytes()
        if len(sides[0]) // 4 >= wanted:
            break
    arrays = [np.frombuffer(side, np.float32)[: int(min(wanted, len(side) // 4))] for side in sides]
    if not arrays:
        return np.zeros((1, 0), np.float32)
    return arrays[0][None] if len(arrays) == 1 else np.stack(arrays)
