"""What a recording is good for, in words a user understands, before any work is done with it."""

from dataclasses import dataclass

import numpy as np

from ..turns import confidence
from .decoding import SAMPLE_RATE, SAMPLES_PER_FRAME, Sound
from .prosody import frame_power
from .voice_activity import VOICED, voice_activity

QUIET, CLIPPED, NOISY, VERY_NOISY = -40.0, 0.001, 18.0, 10.0  # dB of full scale, share of samples, dB, dB
TELEPHONE, DULL = 4_100, 6_000  # Hz
CROWDED, UNSURE = 0.15, 0.25  # shares of the speech
BLOCK = 4_096  # samples of a spectrum for the bandwidth
CEILING = 0.985  # of the recording's peak: samples that stay there are cut off


@dataclass(frozen=True)
class Quality:
    """A reading of one recording; the last two need to know who speaks and are nan without."""

    level: float  # dB of full scale, of the voices
    clipped: float  # share of the samples that are cut off
    noise: float  # dB that the voices stand over what is heard between them
    bandwidth: float  # Hz, up to where there is speech
    speech: float  # share of the time in which anyone speaks
    overlap: float = float("nan")  # share of the speech in which both speak
    unsure: float = float("nan")  # share of the speech in which it is not clear who does

    @property
    def words(self) -> list[str]:
        """Sentences for the user: what is the matter and what to expect; one that all is well if nothing is."""
        found = [sentence for applies, sentence in _sentences(self) if applies]
        return found or ["A good recording: clear voices, little noise."]


def read_quality(sound: Sound, masks: np.ndarray | None = None) -> Quality:
    """Read the quality of ``sound``; who speaks, (2, T) in [0, 1], may be given when it is known already."""
    voice = voice_activity(sound.mono)
    power = frame_power(sound.mono)
    speech = voice > VOICED
    if not speech.any():
        return Quality(_decibels(power.mean()), _clipped(sound.mono), 0.0, _bandwidth(sound.mono, ~speech), 0.0)
    background = np.percentile(power[voice < 0.1], 50) if (voice < 0.1).sum() >= 10 else np.percentile(power, 2)
    level, floor = power[speech].mean(), max(background, 1e-10)
    reading = Quality(
        level=_decibels(level),
        clipped=_clipped(sound.mono),
        noise=_decibels(max(level - floor, 1e-10)) - _decibels(floor),
        bandwidth=_bandwidth(sound.mono, speech),
        speech=float(speech.mean()),
    )
    return reading if masks is None else _with_speakers(reading, masks)


def _with_speakers(reading: Quality, masks: np.ndarray) -> Quality:
    talk = masks.max(axis=0) > 0.5
    if not talk.any():
        return reading
    both = masks.min(axis=0) > 0.5
    overlap, unsure = float(both[talk].mean()), float((confidence(masks)[talk] < 0.4).mean())
    return Quality(reading.level, reading.clipped, reading.noise, reading.bandwidth, reading.speech, overlap, unsure)


def _sentences(q: Quality) -> list[tuple[bool, str]]:
    return [
        (q.speech == 0, "No voice is heard. Nobody's mouth will move."),
        (
            q.speech > 0 and q.level < QUIET,
            f"Very quiet: the voices are at {q.level:.0f} dB. It is turned up, and its hiss with it; record closer.",
        ),
        (
            q.clipped > CLIPPED,
            f"Distorted: {100 * q.clipped:.1f} % of it is cut off at the loudest level. Lips follow, loudness less so.",
        ),
        (
            0 < q.speech and q.noise < VERY_NOISY,
            f"Very noisy: the voices stand {q.noise:.0f} dB over the background. Expect wrong turns and small lip "
            "movements; correct the turns first.",
        ),
        (
            0 < q.speech and VERY_NOISY <= q.noise < NOISY,
            f"Some noise: the voices stand {q.noise:.0f} dB over the background. Look over the turns.",
        ),
        (
            q.speech > 0 and q.bandwidth < TELEPHONE,
            f"Telephone sound, up to {q.bandwidth / 1000:.1f} kHz. Lips stay good, s and f are less sharp.",
        ),
        (
            q.speech > 0 and TELEPHONE <= q.bandwidth < DULL,
            f"Dull sound, up to {q.bandwidth / 1000:.1f} kHz. s and f are less sharp.",
        ),
        (
            q.overlap > CROWDED,
            f"They talk at once {100 * q.overlap:.0f} % of the time. Look over the turns there.",
        ),
        (
            q.unsure > UNSURE,
            f"In {100 * q.unsure:.0f} % of the talk it is not clear who speaks. Look over the turns.",
        ),
    ]


def _decibels(power: float) -> float:
    return float(10 * np.log10(power + 1e-12))


def _clipped(mono: np.ndarray) -> float:
    """Share of samples in runs of three or more at the ceiling."""
    peak = max(float(mono.max()), float(-mono.min()))
    if peak < 0.1:
        return 0.0
    at = (mono >= CEILING * peak) | (mono <= -CEILING * peak)
    # a pure peak touches the ceiling for a sample or two; a clipped one lies on it
    return float((at[:-2] & at[1:-1] & at[2:]).mean())


def _bandwidth(mono: np.ndarray, speech: np.ndarray) -> float:
    """Hz under which the speech has its energy: the highest band within 50 dB of the strongest."""
    frames = np.flatnonzero(speech)[:: max(1, speech.sum() // 400)] * SAMPLES_PER_FRAME
    pieces = [mono[a : a + BLOCK] for a in frames if a + BLOCK <= len(mono)]
    if not pieces:
        return SAMPLE_RATE / 2
    spectrum = np.mean([np.abs(np.fft.rfft(piece * np.hanning(BLOCK))) ** 2 for piece in pieces], axis=0)
    width = round(200 / SAMPLE_RATE * BLOCK)
    bands = 10 * np.log10(spectrum[: len(spectrum) // width * width].reshape(-1, width).mean(1) + 1e-15)
    return float((np.flatnonzero(bands > bands.max() - 50)[-1] + 1) * 200)
