"""Dialogues of a test set, and the baselines that are not trained: B0 to B3 and B9."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import gaze
from core.errors import UserError
from core.generator import condition
from core.heads import load
from core.layout import Layout, room_poses
from core.motion import MOTION_FPS
from core.speech import features, streams
from core.turns import SPEAKERS, turns_from_masks

from ...corpora.recordings import Phone
from ...simulator.dialogue import Dialogue
from ...simulator.synthesize import synthesize
from ...simulator.tracks import Span
from .. import HEADS

LEVEL = features.FEATURES["level"].start


@dataclass(frozen=True, eq=False)
class Case:
    """One dialogue of the test set."""

    features: np.ndarray  # (2, T, WIDTH)
    masks: np.ndarray  # (2, T)
    intents: np.ndarray  # (2, T, 56) of the simulator, the ground truth
    layout: Layout
    turns: np.ndarray  # (n, 3) start s, end s, person
    phones: tuple[list[Phone], list[Phone]]
    number: int = 0
    sound: np.ndarray | None = None  # (N,) int16
    mixed: np.ndarray | None = None  # (T, WIDTH) features of the mix, without gated streams

    @property
    def frames(self) -> int:
        """T, motion frames."""
        return self.masks.shape[1]

    @property
    def condition(self) -> np.ndarray:
        """(2, T, K) condition of the network."""
        return condition.build(self.features.astype(np.float32), self.masks, self.layout)

    def aimed(self, intents: np.ndarray) -> np.ndarray:
        """(2, T, 59) motion of ``intents`` (2, T, 56) in this dialogue's room."""
        return gaze.aim(intents, room_poses(self.layout), [gaze.Geometry.of(load(name)) for name in HEADS])


System = Callable[[Case, int], np.ndarray]  # a dialogue and a seed -> intents (2, T, 56)


def read_cases(folder: Path, most: int | None = None) -> list[Case]:
    """The dialogues of ``folder`` as ``train dataset`` wrote them, or ``most`` of them evenly spread.

    Raises UserError where there are none.
    """
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise UserError(f'There are no dialogues in "{folder}". Make them with: python -m research train dataset.')
    return [_read_case(path) for path in paths[:: max(1, len(paths) // (most or len(paths)))]]


def _read_case(path: Path) -> Case:
    with np.load(path, allow_pickle=False) as file:
        phones = tuple([Phone(*phone) for phone in own] for own in json.loads(str(file["phones"])))
        layout = Layout(**json.loads(str(file["layout"])))
        sound, mixed = (file[name] if name in file else None for name in ("sound", "mixed"))
        arrays = file["features"], file["masks"], file["intents"]
        return Case(*arrays, layout, file["turns"], phones, int(path.stem.rsplit("_", 1)[1]), sound, mixed)


def constant_pose(intent: np.ndarray) -> System:
    """One pose (56,) throughout: B0 with zeros, B1 with the training mean."""
    return lambda case, seed: np.tile(intent, (2, case.masks.shape[1], 1)).astype(np.float32)


def random_clip(cases: list[Case]) -> System:
    """B2: motion of a random training dialogue, cut or repeated to length."""

    def sample(case: Case, seed: int) -> np.ndarray:
        other = cases[np.random.default_rng([seed, round(1000 * float(case.masks.sum()))]).integers(len(cases))].intents
        return other[:, np.arange(case.masks.shape[1]) % other.shape[1]]

    return sample


def nearest_clip(cases: list[Case], seconds: int = 10) -> System:
    """B3: for each window of ``seconds``, the training window with the nearest masks and loudness."""
    length = seconds * MOTION_FPS

    def signature(case: Case, start: int) -> np.ndarray:
        level = case.features[:, start : start + length, LEVEL].astype(np.float32)
        return np.concatenate([case.masks[:, start : start + length], np.clip(level, -3, 3) / 3]).ravel()

    windows = [(case, start) for case in cases for start in range(0, case.masks.shape[1] - length, length // 2)]
    known = np.stack([signature(*window) for window in windows])

    def sample(case: Case, seed: int) -> np.ndarray:
        frames = case.masks.shape[1]
        out = np.empty((2, frames, gaze.INTENT_WIDTH), np.float32)
        for start in (min(start, frames - length) for start in range(0, frames, length)):
            other, first = windows[np.square(known - signature(case, start)).sum(axis=1).argmin()]
            out[:, start : start + length] = other.intents[:, first : first + length]
        return out

    return sample


def simulator_with_masks(masks_of: Callable[[Case], np.ndarray]) -> System:
    """B9: the simulator with masks (2, T) by ``masks_of`` and, privileged, the true phones."""

    def sample(case: Case, seed: int) -> np.ndarray:
        mono, masks = case.sound.astype(np.float32) / 32767, masks_of(case)
        tracks = streams.gated_streams(mono, masks, streams.usual_levels(mono, masks), 0, case.frames)[:, : len(mono)]
        spans = tuple(Span(t.start_s, t.end_s, SPEAKERS.index(t.speaker)) for t in turns_from_masks(masks))
        turns = tuple(span for span in spans if span.end - span.start > 1)  # s
        phones = tuple(tuple((p.start, p.end, p.name) for p in own) for own in case.phones)
        dialogue = Dialogue(mono, tracks, turns, (), spans, phones, ("A", "B"), case.number)
        return synthesize(dialogue, case.layout, 1000 + seed)

    return sample
