"""Training data from takes of real pairs: each take beside its recording becomes a dialogue for the generator.

    python -m research train takes     --takes FOLDER --out cache/dialogues
    python -m research train generator --data cache/dialogues --out cache/generator

A take (talk.npz, see core/motion.py) holds the motion of both people, who speaks, and where they sit; the recording it
belongs to lies beside it under the same name (talk.wav, talk.flac, talk.mp4 …). The dialogues may be written to a
folder of their own, or to that of "train dataset", to train on both.
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core import gaze
from core.audio import decoding
from core.errors import UserError
from core.files import replacing
from core.heads import load
from core.layout import room_poses
from core.motion import MOTION_FPS, Take, load_take
from core.speech import features

SHORTEST = 10.0  # s, the length of a training window
FIRST = 100_000  # number of the first one; simulated dialogues are numbered from 0


def read_takes(folder: Path) -> list[tuple[Take, Path]]:
    """The takes of ``folder`` and the recordings they belong to.

    Raises UserError when there are none, or for one at another frame rate or shorter than SHORTEST.
    """
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise UserError(f'There are no takes in "{folder}". Put takes (.npz) there, each beside its recording.')
    return [(_read(path), _recording_of(path)) for path in paths]


def _read(path: Path) -> Take:
    take = load_take(path)
    if take.motions[0].fps != MOTION_FPS or len(take) < SHORTEST * MOTION_FPS:
        raise UserError(
            f'"{path}" has {len(take)} frames at {take.motions[0].fps:g} a second. '
            f"Training needs {MOTION_FPS} a second and {SHORTEST:g} s or more: export it again, or remove it."
        )
    return take


def _recording_of(path: Path) -> Path:
    beside = [other for other in sorted(path.parent.glob(f"{path.stem}.*")) if other.suffix != ".npz"]
    if len(beside) != 1:
        raise UserError(f'Beside "{path}" there are {len(beside)} recordings "{path.stem}.…". Put one there.')
    return beside[0]


def as_dialogue(take: Take, recording: Path, heads: tuple[str, str]) -> dict[str, np.ndarray]:
    """The arrays of a dialogue file (research/training/batches.py): features, masks, intents, layout.

    heads: of A and B, whose joints the take's rotations are about
    """
    sound = decoding.load(recording)
    frames = decoding.frame_count(len(sound.mono))
    if frames != len(take):
        raise UserError(f'"{recording}" lasts {frames} frames and its take {len(take)}. Use the recording of the take.')
    masks = take.speaking.astype(np.float32)
    geometries = [gaze.Geometry.of(load(name)) for name in heads]
    motions = np.stack([motion.packed for motion in take.motions])
    return {
        "features": features.encode(sound.mono, masks).astype(np.float16),
        "masks": masks,
        "intents": gaze.intents(motions, room_poses(take.layout), geometries),
        "layout": np.array(json.dumps(asdict(take.layout))),
        "audio_sha256": np.array(sound.sha256),
    }


def add_arguments(parser) -> None:
    """Arguments of ``python -m research train takes``."""
    parser.add_argument("--takes", type=Path, required=True, help="folder of takes, .npz, each beside its recording")
    parser.add_argument("--out", type=Path, required=True, help="folder for the dialogues, .npz")
    parser.add_argument("--heads", default="man,woman", help="the heads of A and B that the takes were made with")


def main(arguments) -> None:
    """Write one dialogue a take."""
    heads = tuple(arguments.heads.split(","))
    takes = read_takes(arguments.takes)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for number, (take, recording) in enumerate(takes, FIRST):
        with replacing(arguments.out / f"take_{number}.npz") as file:
            np.savez(file, **as_dialogue(take, recording, heads))
        print(f"{recording}: {len(take) / MOTION_FPS:.1f} s", flush=True)
