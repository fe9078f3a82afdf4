"""How far the mouth opens in acted emotions, whispering, shouting and laughing: ``python -m research evaluate effort``.

Acted emotions of EmoDB (each speaker in one recording, at the recorded levels), and whispering, breathing, laughing and
exaggerated speech of one man (mfa_fillers). EmoDB and the whisper are in no training set; the laughs and breaths are:
they show what was learnt, not how it generalizes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import generate, heads
from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME, prosody
from core.generator import condition
from core.layout import Layout
from core.motion import CHANNELS, EXPRESSION_NAMES
from core.speech import features

from ...corpora import recordings
from .. import report
from . import labelled_dialogues, lip_curves
from .video_clips import voice_activity

EMOTIONS = {"W": "anger", "A": "fear", "F": "joy", "E": "disgust", "N": "neutral", "L": "boredom", "T": "sadness"}
STYLES = "words long exaggerated whisper breathy laughter breaths".split()  # of mfa_fillers
PAUSE = 0.5  # s between two recordings
QUIETEST = 1e-3  # of the loudest frame's power: below it a frame counts as silent
SMILE = EXPRESSION_NAMES.index("mouthSmileLeft")


@dataclass(frozen=True, eq=False)
class Utterance:
    """Generated mouth of one recording."""

    style: str
    level: float  # dB re full scale, of the frames that are not silent
    gap: np.ndarray  # (T,) mm, in the frames that are not silent
    smile: float  # mean, 0..1


def recordings_by_speaker(data: Path) -> list[list[tuple[str, recordings.Recording]]]:
    """(speaking style, recording) of each speaker."""
    by_speaker: dict[str, list] = {}
    for recording in labelled_dialogues.german(data):
        by_speaker.setdefault(recording.speaker, []).append((EMOTIONS[recording.path.stem[5]], recording))
    fillers = {r.path.stem: r for r in recordings.read_corpus(Path(data) / "speech" / "mfa_fillers")}
    by_speaker["mfa"] = [(f"one man: {name}", fillers[f"mfa_{name}"]) for name in STYLES if f"mfa_{name}" in fillers]
    return list(by_speaker.values())


def generate_speaker(own: list[tuple[str, recordings.Recording]], seed: int) -> list[Utterance]:
    """The generator's mouth on the woman's head for one speaker's recordings, joined into one."""
    sounds = [recordings.read_samples(recording.path) for _, recording in own]
    starts = np.cumsum([0] + [len(sound) + round(PAUSE * SAMPLE_RATE) for sound in sounds])
    mono = np.zeros(-(-starts[-1] // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME, np.float32)
    for start, sound in zip(starts, sounds, strict=False):
        mono[start : start + len(sound)] = sound
    masks = np.stack([voice_activity(mono), np.zeros(len(mono) // SAMPLES_PER_FRAME, np.float32)])
    network_input = condition.build(features.encode(mono, masks), masks, Layout())
    face = generate.sample_intents(generate.load_model(), network_input, seed)[0, :, CHANNELS["expression"]]
    gap, power = lip_curves.expression_gap(heads.load("woman"), face), prosody.frame_power(mono)
    result = []
    for (style, _), start, sound in zip(own, starts, sounds, strict=False):
        frames = np.arange(start // SAMPLES_PER_FRAME, (start + len(sound)) // SAMPLES_PER_FRAME)
        loud = power[frames] > power[frames].max() * QUIETEST
        level = float(10 * np.log10(power[frames][loud].mean() + 1e-12))
        result.append(Utterance(style, level, gap[frames][loud], float(face[frames, SMILE].mean())))
    return result


def measures(utterances: list[Utterance]) -> list[report.Measure]:
    """A column for each speaking style."""
    rows = []
    for style in dict.fromkeys(one.style for one in utterances):
        own = [one for one in utterances if one.style == style]
        for metric, unit, values in (
            ("level", "dB", [one.level for one in own]),
            ("gap, median", "mm", [np.median(one.gap) for one in own]),
            ("gap, p90", "mm", [np.percentile(one.gap, 90) for one in own]),
            ("smile", "", [one.smile for one in own]),
        ):
            rows.append(report.mean(metric, style, values, unit, "emodb, mfa_fillers"))
    return rows


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate effort``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Print the table."""
    utterances = [one for own in recordings_by_speaker(arguments.data) for one in generate_speaker(own, arguments.seed)]
    rows = measures(utterances)
    print(report.table(rows))
    if arguments.out:
        report.write_measures(arguments.out, rows, command="evaluate effort", seed=str(arguments.seed))
