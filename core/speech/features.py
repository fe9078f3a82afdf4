"""What the generator hears of each person: the frozen Whisper encoder, our articulation head, loudness and pitch.

Each stream is encoded from its own sound: the recording with what the partner says alone turned down, at the level of
the own voice. So a mouth follows its own voice, and a quiet person counts as much as a loud one.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from .. import WEIGHTS
from ..audio import SAMPLES_PER_FRAME, frame_count, prosody
from ..audio.mel import HOP, WINDOW, log_mel
from ..audio.prosody import STEP
from .articulation import ArticulationHead, load_head
from .whisper import load_whisper

FEATURES = {  # columns of one frame, all about unit scale
    "spectrum": slice(0, 96),  # principal components of Whisper's four layers
    "visemes": slice(96, 111),  # how likely each of VISEMES is
    "closure": slice(111, 113),  # lips sealed for p, b, m: in the first and the second half of the frame
    "seal": slice(113, 114),  # the middle of such a closure lies in this frame
    "aperture": slice(114, 116),  # lip opening as people's, and the least in the frame by phone; 1 is wide
    "width": slice(116, 117),  # corners of the mouth, + apart, - together
    "protrusion": slice(117, 118),  # lips forward, 0 to 1
    "jaw": slice(118, 119),  # 0 to 1
    "level": slice(119, 121),  # own loudness over the own usual level, 10 dB is 1; its rise
    "pitch": slice(121, 123),  # octaves over the own usual pitch, times voicing; voicing
    "heard": slice(123, 126),  # the partner's level, pitch, voicing, where only the partner speaks
}
WIDTH = 126

USUAL_LEVEL = -23.0  # decibels of full scale that every own voice is brought to
FLOOR = 5e-4  # faint noise under every stream, so that what is turned down sounds like a quiet room
WINDOW_FRAMES = 250  # 10 s; longer ones cost more, and Whisper hears no more in them
OVERLAP_FRAMES = 25  # 1 s, faded over
LEAD = WINDOW // 2 - HOP  # samples of sound needed before a window: its first mel frame is centred 160 samples into it
TAIL = WINDOW // 2  # and after it: the last one is centred on its end
ENCODED = slice(0, 119)  # the columns that come out of networks, window by window
BLOCK = 1500  # frames of loudness and pitch at once, a minute: the memory stays flat
USUAL_BLOCKS = 10  # of them at most tell the usual pitch of a voice
UNKNOWN_PITCH = 160.0  # Hz, where a voice is hardly heard


def encode(
    sound: np.ndarray,
    masks: np.ndarray,
    progress: Callable[[float], None] = lambda share: None,
    part: slice | None = None,
    kind: type = np.float32,
) -> np.ndarray:
    """Features of both people for every motion frame.

    sound:    (N,) float32 at 16 kHz, full scale is 1; or (2, N), each person on a channel of its own
    masks:    (2, T) how surely A and B speak, in [0, 1]; T = ceil(N / 640)
    progress: called with the share done, 0..1
    part:     only these of the T frames, as they are among all: what lies far from them is not listened to
    kind:     of the numbers; float16 is what the generator learnt from and halves the memory
    returns:  (2, T or as many as in ``part``, WIDTH), columns as in FEATURES
    """
    frames = frame_count(sound.shape[-1])
    if masks.shape != (2, frames):
        raise ValueError(f"masks must be (2, {frames}) for {sound.shape[-1]} samples, got {masks.shape}")
    first, last, _ = (part or slice(None)).indices(frames)
    around = slice(max(0, first - WINDOW_FRAMES), min(frames, last + WINDOW_FRAMES))  # where windows of the part reach
    levels = usual_levels(sound, masks)
    voices = stream_prosody(sound, masks, levels, around)
    features, weight = np.zeros((2, last - first, WIDTH), kind), _overlaps(frames)
    for start, stop in windows(frames):
        if stop <= first or start >= last:
            continue
        heard = torch.from_numpy(gated_streams(sound, masks, levels, start, stop, LEAD, TAIL))
        own = voices[:, 2 * (start - around.start) : 2 * (stop - around.start)]
        said = _encode_window(heard, own, masks[:, start:stop]) * _fade(stop - start) / weight[start:stop]
        kept = slice(max(start, first), min(stop, last))
        features[:, kept.start - first : kept.stop - first, ENCODED] += said[:, kept.start - start : kept.stop - start]
        progress(min(1.0, (stop - first) / (last - first)))
    prosodic = _prosody_columns(voices, masks[:, around])
    features[..., ENCODED.stop :] = prosodic[:, first - around.start : last - around.start]
    return features


def gated_streams(
    sound: np.ndarray, masks: np.ndarray, levels: np.ndarray, start: int, stop: int, lead: int = 0, tail: int = 0
) -> np.ndarray:
    """Frames ``start`` to ``stop`` as each stream hears itself: the partner's own words turned down, at USUAL_LEVEL.

    sound: (N,) or (2, N), masks: (2, T), levels: (2,) from usual_levels; lead, tail: samples more before and after
    returns: (2, lead + 640 (stop - start) + tail) float32, zeros where there is no sound
    """
    first, last = start * SAMPLES_PER_FRAME - lead, stop * SAMPLES_PER_FRAME + tail
    piece = sound[..., max(0, first) : last]
    around = (max(0, -first), max(0, last - sound.shape[-1]))
    pieces = np.pad(np.broadcast_to(piece, (2, piece.shape[-1])), ((0, 0), around))
    gates = 1 - masks[::-1] * (1 - masks)  # closed where the partner speaks and oneself does not
    centres = (np.arange(masks.shape[1]) + 0.5) * SAMPLES_PER_FRAME
    gains = 10 ** ((USUAL_LEVEL - levels) / 20)
    times = np.arange(first, last)
    curves = np.stack([np.interp(times, centres, gate * gain) for gate, gain in zip(gates, gains, strict=True)])
    return (pieces * curves).astype(np.float32)


def usual_levels(sound: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """(2,) usual level of each voice in decibels: a high percentile where only its own mask is sure."""
    tracks = [prosody.level(track) for track in np.atleast_2d(sound)]
    usual = []
    for levels, own in zip(tracks * (3 - len(tracks)), masks * (1 - masks[::-1] * (1 - masks)), strict=True):
        sure = np.repeat(own, 2)[: len(levels)] > 0.5
        # who speaks under half a second is taken to be as loud as all that is heard
        usual.append(np.percentile(levels[sure] if sure.sum() >= 25 else levels, 80))
    return np.array(usual)


def stream_prosody(sound: np.ndarray, masks: np.ndarray, levels: np.ndarray, part: slice | None = None) -> np.ndarray:
    """Loudness and pitch of both streams at 50 Hz, of all T frames or of ``part``.

    returns: (2, 2 T, 3) float32: level over the usual in 10 dB, octaves over the usual pitch times voicing, voicing
    """
    first, last, _ = (part or slice(None)).indices(masks.shape[1])
    count = -(-masks.shape[1] // BLOCK)
    near = range(first // BLOCK, -(-last // BLOCK))
    telling = np.unique(np.linspace(0, count - 1, USUAL_BLOCKS).round().astype(int)).tolist()
    blocks = {k: _block(sound, masks, levels, k) for k in sorted({*near, *telling})}
    before = near.start * BLOCK
    voices = np.concatenate([blocks[k] for k in near], axis=1)[:, 2 * (first - before) : 2 * (last - before)]
    known = np.concatenate([blocks[k] for k in telling], axis=1)
    owns = np.concatenate([masks[:, k * BLOCK : (k + 1) * BLOCK] for k in telling], axis=1)
    for columns, told, own in zip(voices, known, owns, strict=True):
        sung = (told[:, 2] > 0.6) & (np.repeat(own, 2) > 0.5)
        usual = np.median(told[sung, 1]) if sung.sum() >= 10 else UNKNOWN_PITCH
        columns[:, 1] = np.log2(columns[:, 1] / usual).clip(-1.5, 1.5) * columns[:, 2]
    return voices


def _block(sound: np.ndarray, masks: np.ndarray, levels: np.ndarray, number: int) -> np.ndarray:
    """(2, 2 frames, 3) level, hertz and voicing of both streams in one block of BLOCK frames."""
    start, stop = number * BLOCK, min((number + 1) * BLOCK, masks.shape[1])
    return np.stack([_loudness_and_pitch(own) for own in gated_streams(sound, masks, levels, start, stop, STEP, STEP)])


def _loudness_and_pitch(sound: np.ndarray) -> np.ndarray:
    """(STEP + N + STEP,) -> (N / STEP, 3): level over the usual in 10 dB, hertz, voicing."""
    level = ((prosody.level(sound) - USUAL_LEVEL) / 10).clip(-4, 2)
    hertz, voicing = prosody.pitch(sound)
    return np.stack([level, hertz, voicing * (level > -3)], axis=1)[1:-1]


def windows(frames: int) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) frame of windows that cover ``frames`` with OVERLAP_FRAMES of overlap."""
    step = WINDOW_FRAMES - OVERLAP_FRAMES
    for start in range(0, max(1, frames - OVERLAP_FRAMES), step):
        yield start, min(frames, start + WINDOW_FRAMES)


def whisper_tokens(heard: Tensor) -> Tensor:
    """Whisper's four layers, standardised, two tokens a frame, token k centred on the k-th 20 ms.

    heard: (B, LEAD + 640 frames + TAIL) sound of a window with what lies around it
    returns: (B, 2 frames, 1536) about unit scale
    """
    noise = torch.from_numpy(dither()[: heard.shape[-1]])
    tokens = load_whisper()(log_mel(heard + noise))
    projection = load_projection()
    return (tokens - projection["mean"]) / projection["std"]


@cache
def load_projection() -> dict[str, Tensor]:
    """mean, std (1536,) of the layers on the training speech; components (1536, 96) to unit-scale features."""
    return load_file(WEIGHTS / "voice_pca.safetensors")


@cache
def dither() -> np.ndarray:
    length = LEAD + TAIL + WINDOW_FRAMES * SAMPLES_PER_FRAME
    return np.random.default_rng(0).normal(0, FLOOR, length).astype(np.float32)


@torch.inference_mode()
def _encode_window(heard: Tensor, voices: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """(2, frames, 119): spectrum and articulation of one window, of its sound, voices (2, 2 frames, 3) and masks."""
    tokens = whisper_tokens(heard)  # (2, 2 frames, 1536)
    spectrum = (tokens @ load_projection()["components"]).unflatten(1, (-1, 2)).mean(dim=2)
    own = torch.from_numpy(np.stack([masks, masks[::-1]], axis=-1)).float()
    head: ArticulationHead = load_head()
    said = head(tokens, torch.cat([torch.from_numpy(voices), own.repeat_interleave(2, dim=1)], dim=-1))
    return torch.cat([spectrum, said.per_frame()], dim=-1).numpy()


def _fade(length: int) -> np.ndarray:
    """(length, 1) weights that rise and fall over the overlap; never 0, so that the ends of the recording count."""
    ramp = (np.arange(length) + 0.5) / OVERLAP_FRAMES
    return np.minimum(1, np.minimum(ramp, ramp[::-1])).astype(np.float32)[:, None]


def _overlaps(frames: int) -> np.ndarray:
    """(frames, 1) sum of the fades of all windows."""
    weight = np.zeros((frames, 1), np.float32)
    for start, stop in windows(frames):
        weight[start:stop] += _fade(stop - start)
    return weight


def _prosody_columns(voices: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """(2, 2 T, 3) -> (2, T, 7): the columns level, pitch and heard."""
    frames = voices.reshape(2, -1, 2, 3).mean(axis=2)
    level, tone = frames[..., :1], frames[..., 1:]
    rise = np.diff(level, axis=1, prepend=level[:, :1])
    alone = (masks[::-1] * (1 - masks))[..., None]
    partner = frames[::-1] * alone
    partner[..., :1] = np.where(alone > 0, (frames[::-1, :, :1] + 4) * alone - 4, -4)
    return np.concatenate([level, rise, tone, partner], axis=-1).astype(np.float32)
