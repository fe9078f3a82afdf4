"""How far the mouth opens when people whisper, shout, laugh or are angry: ``python -m research evaluate effort``.

Acted emotions of EmoDB (each speaker in one recording, at the levels they were spoken with) and one man's whisper,
breath, laughter and exaggeration. Nothing of EmoDB and of the whisper has taught any weight; the laughter and the
breaths have: they show what was learnt, not what holds for others.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import generate, heads
from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME
from core.generator import condition, sampling
from core.layout import Layout
from core.motion import CHANNELS, column
from core.speech import features

from ...corpora import recordings
from .. import report
from . import curves, readings
from .real_mouths import speaking

EMOTIONS = {"W": "anger", "A": "fear", "F": "joy", "E": "disgust", "N": "neutral", "L": "boredom", "T": "sadness"}
MANNERS = "words long exaggerated whisper breathy laughter breaths".split()  # of mfa_fillers
PAUSE = 0.5  # s between two recordings
SMILE = column("mouthSmileLeft")


@dataclass(frozen=True, eq=False)
class Said:
    """One recording as it was played."""

    manner: str
    level: float  # dB under full scale while sounding
    gap: np.ndarray  # (T,) mm, while sounding
    smile: float  # mean, 0..1


def recordings_by_speaker(data: Path) -> list[list[tuple[str, recordings.Recording]]]:
    """(manner, recording) of each speaker."""
    found: dict[str, list] = {}
    for recording in readings.german(data):
        found.setdefault(recording.speaker, []).append((EMOTIONS[recording.path.stem[5]], recording))
    fillers = {r.path.stem: r for r in recordings.read_corpus(Path(data) / "speech" / "mfa_fillers")}
    found["mfa"] = [(f"one man: {name}", fillers[f"mfa_{name}"]) for name in MANNERS if f"mfa_{name}" in fillers]
    return list(found.values())


def play(own: list[tuple[str, recordings.Recording]], seed: int) -> list[Said]:
    """One speaker's recordings, in one sound, as the generator plays them on the woman's head."""
    sounds = [recordings.read_samples(recording.path) for _, recording in own]
    starts = np.cumsum([0] + [len(sound) + round(PAUSE * SAMPLE_RATE) for sound in sounds])
    mono = np.zeros(-(-starts[-1] // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME, np.float32)
    for start, sound in zip(starts, sounds, strict=False):
        mono[start : start + len(sound)] = sound
    masks = np.stack([speaking(mono), np.zeros(len(mono) // SAMPLES_PER_FRAME, np.float32)])
    told = condition.build(features.encode(mono, masks), masks, Layout())
    face = sampling.sample_intents(generate.load_model(), told, seed)[0, :, CHANNELS["expression"]]
    gap = curves.read_mouth(heads.load("woman"), face).gap
    result = []
    for (manner, _), start, sound in zip(own, starts, sounds, strict=False):
        frames = np.arange(start // SAMPLES_PER_FRAME, (start + len(sound)) // SAMPLES_PER_FRAME)
        power = (mono[: len(gap) * SAMPLES_PER_FRAME].reshape(len(gap), -1)[frames] ** 2).mean(axis=1)
        loud = power > power.max() * 1e-3
        level = float(10 * np.log10(power[loud].mean() + 1e-12))
        result.append(Said(manner, level, gap[frames][loud], float(face[frames, SMILE].mean())))
    return result


def measures(said: list[Said]) -> list[report.Measure]:
    """A column for each manner."""
    found = []
    for manner in dict.fromkeys(one.manner for one in said):
        own = [one for one in said if one.manner == manner]
        for metric, unit, values in (
            ("level", "dB", [one.level for one in own]),
            ("gap, median", "mm", [np.median(one.gap) for one in own]),
            ("gap, 90 %", "mm", [np.percentile(one.gap, 90) for one in own]),
            ("smile", "", [one.smile for one in own]),
        ):
            found.append(report.mean(metric, manner, values, unit, "emodb, mfa_fillers"))
    return found


def add_arguments(parser) -> None:
    """Arguments of ``python -m research evaluate effort``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="all numbers as JSON")


def main(args) -> None:
    """Print the table."""
    found = measures([one for own in recordings_by_speaker(args.data) for one in play(own, args.seed)])
    print(report.table(found))
    if args.out:
        report.write_json(args.out, found, command="evaluate effort", seed=str(args.seed))
