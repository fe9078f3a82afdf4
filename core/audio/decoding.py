"""Decodes any audio or video file to 16 kHz mono with FFmpeg (PyAV)."""

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
SHORTEST = 0.5  # s, a shorter recording is refused
SILENT_PEAK = 2e-4  # of full scale: dither and the hiss of an unplugged microphone stay under it


@dataclass(frozen=True, eq=False)
class Sound:
    """One recording at SAMPLE_RATE."""

    mono: np.ndarray  # (N,) float32, full scale is 1
    channels: np.ndarray  # (C, N) float32; C is 2 where the channels of a stereo file differ, else 1, equal to mono
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
    """Decode the first audio track of ``source``, resampled to SAMPLE_RATE.

    source:   a path, or the bytes of a file
    start:    s, where to begin
    duration: s, how much to read at most; None reads to the end
    progress: called with the share done, 0..1; may raise to cancel

    Raises UserError when the file is missing, broken, without an audio track, silent or shorter than SHORTEST.
    """
    name = "The sound" if isinstance(source, bytes) else f'"{source}"'
    with _open(source, name) as container:
        if not container.streams.audio:
            raise UserError(f"{name} has no sound in it. Choose a file with an audio track.")
        channels = _collect(_decode(container, progress), start, duration)
    progress(1.0)
    if channels.shape[1] == 0 and not start:
        raise UserError(
            f"{name} is broken or empty: no sound could be decoded. Export it again, or choose another file."
        )
    return from_samples(channels, name)


def from_samples(channels: np.ndarray, name: str = "The sound") -> Sound:
    """Make a Sound from samples at SAMPLE_RATE.

    channels: (C, N), or (N,) for mono, float, full scale is 1
    name:     of the recording in messages

    Raises UserError when it is silent or shorter than SHORTEST.
    """
    channels = np.atleast_2d(np.asarray(channels, np.float32))
    mono = _mix(channels)
    if len(mono) < SHORTEST * SAMPLE_RATE:
        raise UserError(
            f"{name} is {len(mono) / SAMPLE_RATE:.2f} s long in the chosen part; at least {SHORTEST} s are needed. "
            "Choose a longer recording or a longer part of it."
        )
    if max(mono.max(), -mono.min()) < SILENT_PEAK:
        raise UserError(f"{name} is silent in the chosen part. Choose a recording with voices, or another part of it.")
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


def _open(source: str | Path | bytes, name: str) -> av.container.InputContainer:
    """Open a file; raises UserError, whose message begins with ``name``, where that fails."""
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
    """The system's or FFmpeg's words for ``error``."""
    return getattr(error, "strerror", None) or str(error)


def _decode(container: av.container.InputContainer, progress: Callable[[float], None]) -> Iterator[np.ndarray]:
    """Blocks (C, n) float32 at SAMPLE_RATE of the first audio track, C as in the file."""
    stream = container.streams.audio[0]
    total = container.duration / av.time_base if container.duration else None
    resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
    layout, done = None, 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue  # a damaged packet is skipped, as media players do
        for frame in frames:
            if layout not in (None, (frame.layout.name, frame.sample_rate, frame.format.name)):
                yield from _planes(resampler.resample(None))
                resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
            layout = (frame.layout.name, frame.sample_rate, frame.format.name)
            frame.pts = None  # time follows from the sample count: broken time stamps would cause gaps
            for block in _planes(resampler.resample(frame)):
                done += block.shape[1]
                yield block
        if total:
            progress(min(1.0, done / SAMPLE_RATE / total))
    if layout:
        yield from _planes(resampler.resample(None))


def _planes(frames: list[av.AudioFrame]) -> Iterator[np.ndarray]:
    """(C, n) samples of each frame, finite."""
    for frame in frames:
        yield np.nan_to_num(frame.to_ndarray(), nan=0.0, posinf=1.0, neginf=-1.0)


def _collect(blocks: Iterator[np.ndarray], start: float, duration: float | None) -> np.ndarray:
    """Join (C, n) blocks from ``start`` on, ``duration`` long (s): (C, N); more than two channels are averaged."""
    skip = round(start * SAMPLE_RATE)
    wanted = math.inf if duration is None else round(duration * SAMPLE_RATE)
    channels: list[bytearray] = []  # they grow in place: an hour is never held twice
    for block in blocks:
        kept, skip = block[:, skip:], max(0, skip - block.shape[1])
        if kept.shape[1] == 0:
            continue
        kept = kept if len(kept) <= 2 else kept.mean(axis=0, keepdims=True)
        channels = channels or [bytearray() for _ in kept]
        if len(kept) != len(channels):
            kept = np.broadcast_to(kept.mean(axis=0, keepdims=True), (len(channels), kept.shape[1]))
        for channel, samples in zip(channels, kept, strict=True):
            channel += np.ascontiguousarray(samples, np.float32).tobytes()
        if len(channels[0]) // 4 >= wanted:
            break
    arrays = [np.frombuffer(channel, np.float32)[: int(min(wanted, len(channel) // 4))] for channel in channels]
    if not arrays:
        return np.zeros((1, 0), np.float32)
    return arrays[0][None] if len(arrays) == 1 else np.stack(arrays)
