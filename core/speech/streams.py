"""Each person's own stream of a recording of two: gated by the masks, at one level, with its loudness and pitch."""

import numpy as np

from ..audio import SAMPLES_PER_FRAME, prosody
from ..audio.prosody import STEP
from ..timeseries import padded_slice
from .windows import USUAL_LEVEL

CHUNK = 1500  # frames of loudness and pitch computed at once, a minute, so that memory does not grow with the recording
PITCH_CHUNKS = 10  # of them at most, evenly spread, give the usual pitch of a person
UNKNOWN_PITCH = 160.0  # Hz, the usual pitch of a person with too little voiced speech
LEVEL_PERCENTILE = 80
LEVEL_UNIT = 10.0  # dB
LEVEL_RANGE = (-4.0, 2.0)  # in units of LEVEL_UNIT
SPEAKS = 0.5  # mask above which a frame is a person's own
VOICED = 0.6  # voicing above which a value counts for the usual pitch
AUDIBLE = -3.0  # level, in units of LEVEL_UNIT, under which nothing counts as voiced


def gated_streams(
    sound: np.ndarray, masks: np.ndarray, levels: np.ndarray, start: int, stop: int, lead: int = 0, tail: int = 0
) -> np.ndarray:
    """Frames ``start`` to ``stop`` of each person's stream: gated where only the partner speaks, at USUAL_LEVEL.

    sound:   (N,) or, with each person on a channel, (2, N) float32 at 16 kHz in [-1, 1]
    masks:   (2, T) in [0, 1], how far A and B speak
    levels:  (2,) dB of full scale, from :func:`usual_levels`
    lead:    samples more before ``start``; ``tail`` after ``stop``
    returns: (2, lead + 640 (stop - start) + tail) float32, zeros beyond the recording
    """
    first, last = start * SAMPLES_PER_FRAME - lead, stop * SAMPLES_PER_FRAME + tail
    samples = padded_slice(np.broadcast_to(sound, (2, sound.shape[-1])), first, last)
    gates = 1 - masks[::-1] * (1 - masks)
    centres = (np.arange(masks.shape[1]) + 0.5) * SAMPLES_PER_FRAME
    gains = 10 ** ((USUAL_LEVEL - levels) / 20)
    times = np.arange(first, last)
    curves = np.stack([np.interp(times, centres, gate * gain) for gate, gain in zip(gates, gains, strict=True)])
    return (samples * curves).astype(np.float32)


def usual_levels(sound: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Usual level of each person: a high percentile of the loudness where the person speaks alone.

    sound:   (N,) or (2, N) float32 at 16 kHz in [-1, 1]
    masks:   (2, T) in [0, 1]
    returns: (2,) dB of full scale
    """
    tracks = [prosody.level(track) for track in np.atleast_2d(sound)]
    usual = []
    for levels, own in zip(tracks * (3 - len(tracks)), masks * (1 - masks[::-1] * (1 - masks)), strict=True):
        speech = np.repeat(own, 2)[: len(levels)] > SPEAKS
        # with less than half a second of speech, the level of the whole recording is the better estimate
        usual.append(np.percentile(levels[speech] if speech.sum() >= 25 else levels, LEVEL_PERCENTILE))
    return np.array(usual)


def stream_prosody(sound: np.ndarray, masks: np.ndarray, levels: np.ndarray, part: slice | None = None) -> np.ndarray:
    """Loudness and pitch of both streams at 50 Hz.

    sound, masks, levels: as in :func:`gated_streams`
    part:    of the T frames; None is all of them
    returns: (2, 2 frames, 3) float32: level over the usual one in 10 dB, -4 to 2; octaves over the usual pitch, -1.5 to
             1.5, times voicing; voicing, 0 to 1
    """
    first, last, _ = (part or slice(None)).indices(masks.shape[1])
    count = -(-masks.shape[1] // CHUNK)
    near = range(first // CHUNK, -(-last // CHUNK))
    sampled = np.unique(np.linspace(0, count - 1, PITCH_CHUNKS).round().astype(int)).tolist()
    chunks = {k: _chunk_prosody(sound, masks, levels, k) for k in sorted({*near, *sampled})}
    before = near.start * CHUNK
    found = np.concatenate([chunks[k] for k in near], axis=1)[:, 2 * (first - before) : 2 * (last - before)]
    samples = np.concatenate([chunks[k] for k in sampled], axis=1)
    sample_masks = np.concatenate([masks[:, k * CHUNK : (k + 1) * CHUNK] for k in sampled], axis=1)
    for columns, sample, own in zip(found, samples, sample_masks, strict=True):
        voiced = (sample[:, 2] > VOICED) & (np.repeat(own, 2) > SPEAKS)
        usual = np.median(sample[voiced, 1]) if voiced.sum() >= 10 else UNKNOWN_PITCH
        columns[:, 1] = np.log2(columns[:, 1] / usual).clip(-1.5, 1.5) * columns[:, 2]
    return found


def _chunk_prosody(sound: np.ndarray, masks: np.ndarray, levels: np.ndarray, number: int) -> np.ndarray:
    """(2, 2 frames, 3) level, frequency in Hz and voicing of both streams in one chunk of CHUNK frames."""
    start, stop = number * CHUNK, min((number + 1) * CHUNK, masks.shape[1])
    return np.stack([_level_and_pitch(own) for own in gated_streams(sound, masks, levels, start, stop, STEP, STEP)])


def _level_and_pitch(samples: np.ndarray) -> np.ndarray:
    """(STEP + N + STEP,) -> (N / STEP, 3): level over the usual one in 10 dB, frequency in Hz, voicing."""
    level = ((prosody.level(samples) - USUAL_LEVEL) / LEVEL_UNIT).clip(*LEVEL_RANGE)
    hertz, voicing = prosody.pitch(samples)
    return np.stack([level, hertz, voicing * (level > AUDIBLE)], axis=1)[1:-1]
