"""Motion of two talking heads and the take file that holds it (DESIGN, contract: motion)."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from . import VERSION
from .errors import UserError
from .files import replacing
from .layout import Layout

MOTION_FPS = 25  # motion frames per second, inside the model

EXPRESSION_NAMES = (
    "eyeBlinkLeft eyeSquintLeft eyeWideLeft eyeBlinkRight eyeSquintRight eyeWideRight "
    "jawForward jawLeft jawRight jawOpen "
    "mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft "
    "mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper "
    "mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight "
    "mouthUpperUpLeft mouthUpperUpRight "
    "browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight "
    "cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut"
).split()

CHANNELS = {
    "expression": slice(0, 44),  # ARKit names, 0..1
    "neck": slice(44, 47),  # axis-angle, radians, local to the parent
    "head": slice(47, 50),
    "left_eye": slice(50, 53),
    "right_eye": slice(53, 56),
    "translation": slice(56, 59),  # metres, from the head's rest place
}
WIDTH = 59
ROTATION = slice(CHANNELS["neck"].start, CHANNELS["right_eye"].stop)  # of neck, head, left eye, right eye
EYES = slice(CHANNELS["left_eye"].start, CHANNELS["right_eye"].stop)


def column(name: str) -> int:
    """Column of one of EXPRESSION_NAMES, in motions, in intents and in expressions alone. ValueError for another."""
    return CHANNELS["expression"].start + EXPRESSION_NAMES.index(name)


@dataclass(frozen=True, eq=False)
class HeadMotion:
    """Motion of one head, ``T`` frames at ``fps``; row i is the pose at (i + 1/2) / fps seconds."""

    packed: np.ndarray  # (T, WIDTH) float32, columns as in CHANNELS
    fps: float = MOTION_FPS

    def __post_init__(self):
        if self.packed.ndim != 2 or self.packed.shape[1] != WIDTH:
            raise ValueError(f"motion must be (T, {WIDTH}), got {self.packed.shape}")

    def __len__(self) -> int:
        return len(self.packed)

    @property
    def expression(self) -> np.ndarray:
        """(T, 44) blendshape values in [0, 1], in the order of EXPRESSION_NAMES."""
        return self.packed[:, CHANNELS["expression"]]

    @property
    def rotation(self) -> np.ndarray:
        """(T, 4, 3) axis-angle of neck, head, left eye, right eye, radians, each local to its parent."""
        return self.packed[:, ROTATION].reshape(-1, 4, 3)

    @property
    def translation(self) -> np.ndarray:
        """(T, 3) metres, in rest axes."""
        return self.packed[:, CHANNELS["translation"]]


@dataclass(frozen=True, eq=False)
class Take:
    """The generated motion of both people, and the inputs and weights it depends on. Participant 0 is A, 1 is B."""

    motions: tuple[HeadMotion, HeadMotion]
    speaking: np.ndarray  # (2, T) in [0, 1]
    layout: Layout
    audio_sha256: str
    seed: int
    weights_sha256: str
    version: str = VERSION

    def __len__(self) -> int:
        return len(self.motions[0])


def save_take(take: Take, path: str | Path) -> None:
    """Write ``take`` as one ``.npz`` that loads with ``allow_pickle=False``; the file appears whole or not at all.

    Raises UserError when the folder is missing or may not be written.
    """
    arrays = {
        "expression": np.stack([m.expression for m in take.motions]).astype(np.float32),
        "rotation": np.stack([m.rotation for m in take.motions]).astype(np.float32),
        "translation": np.stack([m.translation for m in take.motions]).astype(np.float32),
        "speaking": take.speaking.astype(np.float32),
        "fps": np.float64(take.motions[0].fps),
        "expression_names": np.array(EXPRESSION_NAMES),
        "layout": np.array(json.dumps(asdict(take.layout))),
        "audio_sha256": np.array(take.audio_sha256),
        "seed": np.int64(take.seed),
        "weights_sha256": np.array(take.weights_sha256),
        "version": np.array(take.version),
    }
    with replacing(path) as file:
        np.savez_compressed(file, **arrays)


def load_take(path: str | Path) -> Take:
    """Read a take written by :func:`save_take`. Raises UserError when the file is missing or is no take."""
    try:
        with np.load(path, allow_pickle=False) as file:
            data = {name: file[name] for name in file.files}
        rotation = data["rotation"].reshape(*data["rotation"].shape[:2], 12)
        packed = np.concatenate([data["expression"], rotation, data["translation"]], axis=-1).astype(np.float32)
        return Take(
            motions=tuple(HeadMotion(p, float(data["fps"])) for p in packed),
            speaking=data["speaking"],
            layout=Layout(**json.loads(str(data["layout"]))),
            audio_sha256=str(data["audio_sha256"]),
            seed=int(data["seed"]),
            weights_sha256=str(data["weights_sha256"]),
            version=str(data["version"]),
        )
    except FileNotFoundError:
        raise UserError(f'There is no take "{path}". Check the path, or generate it first.') from None
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise UserError(f'"{path}" is not a take ({error}). Choose an .npz file written by "generate".') from error
