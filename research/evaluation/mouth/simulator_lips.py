"""Lips of the simulator on a posed head against statistics of people's (research/simulator/mouth_statistics.json).

python -m research evaluate simulator --data ../shared/data
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import heads
from core.engine.networks.articulation import VISEMES
from core.gaze import INTENT_CHANNELS
from core.motion import MOTION_FPS
from core.timeseries import runs

from ...corpora.phones import BILABIALS, VISEME_OF
from ...simulator import dialogue as dialogues
from ...simulator.person import random_layout
from ...simulator.prosodic_cues import frame_times
from ...simulator.synthesize import synthesize
from ...simulator.turn_taking import default_statistics
from ...training.dataset import read_dialogue_voices
from .. import report
from .labels import OPEN
from .lip_curves import CLOSED, expression_gap
from .lip_metrics import TOLERANCE
from .opening_statistics import STATISTICS

HALF_FRAME = 0.5 / MOTION_FPS  # s
MOSTLY = 0.7  # of a frame, from which it belongs to a viseme
LEAST_SPEECH = 8 * MOTION_FPS  # frames; with less, the usual opening is not known


@dataclass(frozen=True, eq=False)
class MouthStatistics:
    """One mouth while speaking."""

    largest: float  # mm, 95th percentile of the opening
    opening: np.ndarray  # (frames,) over ``largest``
    speed: np.ndarray  # (frames,) change of ``opening`` a second
    closures: list[float]  # s, lengths
    seconds: float  # of speech
    bilabials_closed: list[bool]  # of each p, b, m
    vowels_closed: list[bool]  # of each frame of open vowels
    visemes: np.ndarray  # (frames, VISEMES) share of the frame that each takes


def mouth_statistics(gap: np.ndarray, speaking: np.ndarray, phones) -> MouthStatistics:
    """Of a lip gap (T,) mm, its speech (T,) bool and its phones (start s, end s, name)."""
    largest = np.percentile(gap[speaking], 95)
    share, times = gap / largest, frame_times(len(gap))
    bilabials, vowels, visemes = [], [], np.zeros((len(gap), len(VISEMES)))
    for start, end, name in phones:
        column = VISEMES.index(VISEME_OF.get(name, "silence"))
        visemes[:, column] += np.clip(
            np.minimum(times + HALF_FRAME, end) - np.maximum(times - HALF_FRAME, start), 0, None
        )
        if name in BILABIALS:
            near = (times > start - TOLERANCE) & (times < end + TOLERANCE)
            bilabials.extend([(gap[near] <= CLOSED).any()] if near.any() else [])
        if name in OPEN:
            inner = (times > start + (end - start) / 4) & (times < end - (end - start) / 4)
            vowels.extend(gap[inner] <= CLOSED)
    return MouthStatistics(
        largest=largest,
        opening=share[speaking],
        speed=np.abs(np.diff(share))[speaking[1:]] * MOTION_FPS,
        closures=[(last - first) / MOTION_FPS for first, last in runs((gap <= CLOSED) & speaking)],
        seconds=speaking.sum() / MOTION_FPS,
        bilabials_closed=bilabials,
        vowels_closed=vowels,
        visemes=visemes[speaking] * MOTION_FPS,
    )


def compare(mouths: list[MouthStatistics], real: dict, eye_distance: float) -> list[tuple[str, float, float]]:
    """Rows of name, simulator, people. real: mouth_statistics.json; eye_distance: mm, outer corners of the head."""
    rows = []

    def percentiles(label: str, values, reference: dict[str, float]) -> None:
        for q, value in reference.items():
            rows.append((f"{label}, {q} %", float(np.percentile(values, float(q))), value))

    def joined(key: str) -> np.ndarray:
        return np.concatenate([np.asarray(getattr(mouth, key), float) for mouth in mouths])

    percentiles("opening / own 95 %", joined("opening"), real["opening_percentiles"])
    percentiles("speed, openings a second", joined("speed"), real["speed_percentiles_per_s"])
    largest = [mouth.largest / eye_distance for mouth in mouths]
    percentiles("largest opening / eye distance", largest, real["largest_opening_in_outer_eye_distances"])
    percentiles("closure s", joined("closures"), real["closure_length_s"])
    rate = len(joined("closures")) / sum(mouth.seconds for mouth in mouths)
    rows.append(("closures a second of speech", rate, real["closures_per_s_of_speech"]))
    visemes, opening = joined("visemes"), joined("opening")
    for column, name in enumerate(VISEMES[1:], 1):
        inside = opening[visemes[:, column] > MOSTLY]
        median = float(np.median(inside)) if len(inside) else float("nan")
        rows.append((f"opening in {name}, median", median, real["opening_by_viseme"][name]))
    rows.append(("closure rate", report.known_mean(joined("bilabials_closed")), float("nan")))
    rows.append(("false closure", report.known_mean(joined("vowels_closed")), float("nan")))
    return rows


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate simulator``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--dialogues", type=int, default=16, help="how many dialogues to synthesize")
    parser.add_argument("--seed", type=int, default=0)


def main(arguments) -> None:
    """Synthesize dialogues of unseen voices and print the simulator's lip statistics next to people's."""
    real = json.loads(STATISTICS.read_text("utf-8"))
    head, voices = heads.load("woman"), read_dialogue_voices(arguments.data, "test")
    corners = head.rest[[head.landmarks["eye_outer_left"], head.landmarks["eye_outer_right"]]]
    mouths = []
    for seed in range(arguments.seed, arguments.seed + arguments.dialogues):
        dialogue = dialogues.make_dialogue(voices, default_statistics(), seed)
        intents = synthesize(dialogue, random_layout(np.random.default_rng(seed)), seed)
        faces = intents[..., INTENT_CHANNELS["expression"]]
        for face, mask, phones in zip(faces, dialogue.masks, dialogue.phones, strict=True):
            if (mask > 0.5).sum() >= LEAST_SPEECH:
                mouths.append(mouth_statistics(expression_gap(head, face), mask > 0.5, phones))
    print(f"{'':34}{'simulator':>10}{'people':>9}   {len(mouths)} voices on the woman's head")
    for name, value, reference in compare(mouths, real, 1000 * float(np.linalg.norm(corners[0] - corners[1]))):
        print(f"{name:34}{value:10.3f}{'' if np.isnan(reference) else f'{reference:9.3f}'}")
