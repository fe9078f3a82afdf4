"""The teacher's mouth on a posed head beside those of real people (research/simulator/mouth_statistics.json).

python -m research evaluate simulator --data ../shared/data
"""

import json
from pathlib import Path

import numpy as np

from core import heads
from core.gaze import INTENT_CHANNELS
from core.motion import CHANNELS, MOTION_FPS, WIDTH, HeadMotion
from core.speech.articulation import VISEMES
from core.timeseries import runs

from ...simulator import dialogue as dialogues
from ...simulator.person import random_layout
from ...simulator.prosodic_cues import frame_times
from ...simulator.synthesize import synthesize
from ...training.articulation_labels import VISEME_OF
from ...training.dataset import cast_for

CLOSED = 0.5  # mm of lip gap
NEAR = 0.04  # s around a phone in which its closure counts
OPEN = "AA AE AH EH AO AY AW".split()
MOSTLY = 0.7  # of a frame that a sound takes
LEAST_SPEECH = 8 * MOTION_FPS  # frames; who says less has no usual opening


def lip_gap(face: np.ndarray, head: heads.Head) -> np.ndarray:
    """(T,) mm between the lips of ``head`` with expression ``face`` (T, 44)."""
    packed = np.zeros((len(face), WIDTH), np.float32)
    packed[:, CHANNELS["expression"]] = face
    return 1000 * heads.lip_gap(head, HeadMotion(packed))


def of_person(gap: np.ndarray, speaking: np.ndarray, phones) -> dict:
    """What one mouth (T,) mm did in its speech (T,) bool."""
    most = np.percentile(gap[speaking], 95)
    share, times = gap / most, frame_times(len(gap))
    speed = np.abs(np.diff(share))[speaking[1:]] * MOTION_FPS
    shut = runs((gap <= CLOSED) & speaking)
    hits, false = [], []
    said = np.zeros((len(gap), len(VISEMES)))
    for start, end, name in phones:
        column = VISEMES.index(VISEME_OF.get(name, "silence"))
        said[:, column] += np.clip(np.minimum(times + 0.02, end) - np.maximum(times - 0.02, start), 0, None)
        if name in ("P", "B", "M"):
            near = (times > start - NEAR) & (times < end + NEAR)
            hits.extend([(gap[near] <= CLOSED).any()] if near.any() else [])
        if name in OPEN:
            inner = (times > start + (end - start) / 4) & (times < end - (end - start) / 4)
            false.extend(gap[inner] <= CLOSED)
    return {
        "most": most,
        "opening": share[speaking],
        "speed": speed,
        "closures": [(last - first) / MOTION_FPS for first, last in shut],
        "seconds": speaking.sum() / MOTION_FPS,
        "hits": hits,
        "false": false,
        "said": said[speaking] * MOTION_FPS,
    }


def compare(people: list[dict], real: dict, eye_distance: float) -> list[tuple[str, float, float]]:
    """Rows of name, teacher, people."""
    rows = []

    def percentiles(label: str, values, wanted: dict[str, float]) -> None:
        for q, value in wanted.items():
            rows.append((f"{label}, {q} %", float(np.percentile(values, float(q))), value))

    def joined(key: str) -> np.ndarray:
        return np.concatenate([np.asarray(person[key], float) for person in people])

    percentiles("opening / own 95 %", joined("opening"), real["opening_percentiles"])
    percentiles("speed, openings a second", joined("speed"), real["speed_percentiles_per_s"])
    largest = [person["most"] / eye_distance for person in people]
    percentiles("largest opening / eye distance", largest, real["largest_opening_in_outer_eye_distances"])
    percentiles("closure s", joined("closures"), real["closure_length_s"])
    rate = len(joined("closures")) / sum(person["seconds"] for person in people)
    rows.append(("closures a second of speech", rate, real["closures_per_s_of_speech"]))
    said, opening = joined("said"), joined("opening")
    for column, name in enumerate(VISEMES[1:], 1):
        inside = opening[said[:, column] > MOSTLY]
        rows.append((f"opening in {name}, median", float(np.median(inside)), real["opening_by_viseme"][name]))
    rows.append(("p b m that close", float(joined("hits").mean()), float("nan")))
    rows.append(("open vowels closed", float(joined("false").mean()), float("nan")))
    return rows


def add_arguments(parser) -> None:
    """Arguments of ``python -m research evaluate simulator``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--dialogues", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)


def main(arguments) -> None:
    """Let the teacher play dialogues of unseen voices and print its mouth beside people's."""
    real = json.loads(Path(dialogues.__file__).with_name("mouth_statistics.json").read_text("utf-8"))
    head, voices = heads.load("woman"), cast_for(arguments.data, "test")
    marks = head.rest[[head.landmarks["eye_outer_left"], head.landmarks["eye_outer_right"]]]
    people = []
    for seed in range(arguments.seed, arguments.seed + arguments.dialogues):
        played = dialogues.make_dialogue(voices, dialogues.default_statistics(), seed)
        faces = synthesize(played, random_layout(np.random.default_rng(seed)), seed)[..., INTENT_CHANNELS["expression"]]
        for face, mask, phones in zip(faces, played.masks, played.phones, strict=True):
            if (mask > 0.5).sum() >= LEAST_SPEECH:
                people.append(of_person(lip_gap(face, head), mask > 0.5, phones))
    print(f"{'':34}{'teacher':>9}{'people':>9}   {len(people)} voices on the woman's head")
    for name, value, wanted in compare(people, real, 1000 * float(np.linalg.norm(marks[0] - marks[1]))):
        print(f"{name:34}{value:9.3f}{'' if np.isnan(wanted) else f'{wanted:9.3f}'}")
