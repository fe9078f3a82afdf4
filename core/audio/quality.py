"""Measures of a recording's quality, and what they mean for the animation, in sentences for the user."""

from dataclasses import dataclass, replace

import numpy as np

from ..turns import confidence
from .decoding import SAMPLE_RATE, SAMPLES_PER_FRAME, Sound
from .prosody import decibels, frame_power
from .voice_activity import SPEECH, voice_activity

QUIET, CLIPPED, NOISY, VERY_NOISY = -40.0, 0.001, 18.0, 10.0  # dB of full scale, share of samples, dB, dB
TELEPHONE, DULL = 4_100, 6_000  # Hz
OVERLAPPED, UNCERTAIN = 0.15, 0.25  # shares of the speech
CONFIDENT = 0.4  # confidence of a frame, under which it is not clear who speaks
PAUSE = 0.1  # probability of speech, under which a frame is background
SPECTRUM = 4_096  # samples of a spectrum for the bandwidth
BAND = 200  # Hz
BANDWIDTH_RANGE = 50  # dB under the strongest band that still count as speech
CLIPPING = 0.985  # of the recording's peak: runs of samples at or over it are clipped


@dataclass(frozen=True)
class Quality:
    """Measures of one recording; the last two need the masks of the speakers and are nan without."""

    level: float  # dB of full scale, of the voices
    clipped: float  # share of the samples that are clipped
    noise: float  # signal-to-noise ratio in dB: speech over the background in its pauses
    bandwidth: float  # Hz, up to where the speech has energy
    speech: float  # share of the time in which anyone speaks
    overlap: float = float("nan")  # share of the speech in which both speak
    uncertain: float = float("nan")  # share of the speech in which it is not clear who speaks

    @property
    def words(self) -> list[str]:
        """Sentences for the user: each fault, what to expect and what to do; or one that there is none."""
        found = [sentence for applies, sentence in _sentences(self) if applies]
        return found or ["A good recording: clear voices, little noise."]


def read_quality(sound: Sound, masks: np.ndarray | None = None) -> Quality:
    """Measure the quality of ``sound``.

    masks: (2, T) in [0, 1], who speaks, where that is known already; T = ceil(N / 640)
    """
    activity = voice_activity(sound.mono)
    power = frame_power(sound.mono)
    speech, pause = activity > SPEECH, activity < PAUSE
    if not speech.any():
        return Quality(float(decibels(power.mean())), _clipped(sound.mono), 0.0, _bandwidth(sound.mono, ~speech), 0.0)
    background = np.percentile(power[pause], 50) if pause.sum() >= 10 else np.percentile(power, 2)
    level, floor = power[speech].mean(), max(background, 1e-10)
    reading = Quality(
        level=float(decibels(level)),
        clipped=_clipped(sound.mono),
        noise=float(decibels(max(level - floor, 1e-10)) - decibels(floor)),
        bandwidth=_bandwidth(sound.mono, speech),
        speech=float(speech.mean()),
    )
    return reading if masks is None else _with_speakers(reading, masks)


def _with_speakers(reading: Quality, masks: np.ndarray) -> Quality:
    """``reading`` with the shares of overlapping and of uncertain speech in (2, T) ``masks``."""
    talk = masks.max(axis=0) > 0.5
    if not talk.any():
        return reading
    both = masks.min(axis=0) > 0.5
    uncertain = float((confidence(masks)[talk] < CONFIDENT).mean())
    return replace(reading, overlap=float(both[talk].mean()), uncertain=uncertain)


def _sentences(q: Quality) -> list[tuple[bool, str]]:
    """Every fault: does it apply to ``q``, and what to tell the user."""
    return [
        (q.speech == 0, "No voice was found. Neither head will talk."),
        (
            q.speech > 0 and q.level < QUIET,
            f"Very quiet: the voices are at {q.level:.0f} dB. They are amplified, and the noise too. Record closer.",
        ),
        (
            q.clipped > CLIPPED,
            f"Distorted: {100 * q.clipped:.1f} % is clipped. Lip sync stays good; head and brows follow loudness less.",
        ),
        (
            0 < q.speech and q.noise < VERY_NOISY,
            f"Very noisy: the voices are {q.noise:.0f} dB above the background. Expect wrong turns and small lip "
            "movements. Correct the turns first.",
        ),
        (
            0 < q.speech and VERY_NOISY <= q.noise < NOISY,
            f"Some noise: the voices are {q.noise:.0f} dB above the background. Check the turns.",
        ),
        (
            q.speech > 0 and q.bandwidth < TELEPHONE,
            f"Telephone sound, up to {q.bandwidth / 1000:.1f} kHz. Lip sync stays good, s and f are less clear.",
        ),
        (
            q.speech > 0 and TELEPHONE <= q.bandwidth < DULL,
            f"Dull sound, up to {q.bandwidth / 1000:.1f} kHz. s and f are less clear.",
        ),
        (
            q.overlap > OVERLAPPED,
            f"Both talk at the same time in {100 * q.overlap:.0f} % of the speech. Check the turns there.",
        ),
        (
            q.uncertain > UNCERTAIN,
            f"In {100 * q.uncertain:.0f} % of the speech it is not clear who speaks. Check the turns.",
        ),
    ]


def _clipped(mono: np.ndarray) -> float:
    """Share of samples in runs of three or more at the peak; 0 for a quiet recording."""
    peak = max(float(mono.max()), float(-mono.min()))
    if peak < 0.1:
        return 0.0
    at = (mono >= CLIPPING * peak) | (mono <= -CLIPPING * peak)
    # the peak of an undistorted wave is there for a sample or two, a clipped one for longer
    return float((at[:-2] & at[1:-1] & at[2:]).mean())


def _bandwidth(mono: np.ndarray, speech: np.ndarray) -> float:
    """Upper edge in Hz of the highest band within BANDWIDTH_RANGE of the strongest, in (T,) ``speech`` frames."""
    frames = np.flatnonzero(speech)[:: max(1, speech.sum() // 400)] * SAMPLES_PER_FRAME
    pieces = [mono[a : a + SPECTRUM] for a in frames if a + SPECTRUM <= len(mono)]
    if not pieces:
        return SAMPLE_RATE / 2
    spectrum = np.mean([np.abs(np.fft.rfft(piece * np.hanning(SPECTRUM))) ** 2 for piece in pieces], axis=0)
    width = round(BAND / SAMPLE_RATE * SPECTRUM)
    bands = 10 * np.log10(spectrum[: len(spectrum) // width * width].reshape(-1, width).mean(1) + 1e-15)
    return float((np.flatnonzero(bands > bands.max() - BANDWIDTH_RANGE)[-1] + 1) * BAND)
