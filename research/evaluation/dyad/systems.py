"""The unseen dialogues of the test set, and what can play them without having learnt: baselines B0 to B3 and B9."""

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
from core.speech import features as voice
from core.speech import streams
from core.turns import SPEAKERS, turns_from_masks

from ...corpora.recordings import Phone
from ...simulator.dialogue import Dialogue, Span
from ...simulator.synthesize import synthesize

HEADS = ("man", "woman")


@dataclass(frozen=True, eq=False)
class Case:
    """One dialogue of the test set."""

    features: np.ndarray  # (2, T, WIDTH)
    masks: np.ndarray  # (2, T)
    intents: np.ndarray  # (2, T, 56) the teacher's
    layout: Layout
    turns: np.ndarray  # (n, 3) start s, end s, person
    phones: tuple[list[Phone], list[Phone]]
    number: int = 0
    sound: np.ndarray | None = None  # (N,) int16
    mixed: np.ndarray | None = None  # (T, WIDTH) what is heard where nobody is turned down

    @property
    def frames(self) -> int:
        """T, motion frames."""
        return self.masks.shape[1]

    @property
    def told(self) -> np.ndarray:
        """(2, T, K) what the network is told."""
        return condition.build(self.features.astype(np.float32), self.masks, self.layout)

    def aimed(self, intents: np.ndarray) -> np.ndarray:
        """(2, T, 59) the motion of ``intents`` in this dialogue's room."""
        return gaze.aim(intents, room_poses(self.layout), [gaze.Geometry.of(load(name)) for name in HEADS])


System = Callable[[Case, int], np.ndarray]  # a dialogue and a seed -> intents (2, T, 56)


def read_cases(folder: Path, most: int | None = None) -> list[Case]:
    """The dialogues of ``folder`` as ``train dataset`` wrote them, or ``most`` of them evenly spread.

    Raises UserError when there are none.
    """
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise UserError(f'There are no dialogues in "{folder}". Make them first: python -m research train dataset.')
    return [_read_case(path) for path in paths[:: max(1, len(paths) // (most or len(paths)))]]


def _read_case(path: Path) -> Case:
    with np.load(path, allow_pickle=False) as file:
        phones = tuple([Phone(*phone) for phone in own] for own in json.loads(str(file["phones"])))
        layout = Layout(**json.loads(str(file["layout"])))
        sound, mixed = (file[name] if name in file else None for name in ("sound", "mixed"))
        told = file["features"], file["masks"], file["intents"]
        return Case(*told, layout, file["turns"], phones, int(path.stem.rsplit("_", 1)[1]), sound, mixed)


def still(level: np.ndarray) -> System:
    """The same pose for ever: B0 with zeros, B1 with the training mean."""
    return lambda case, seed: np.tile(level, (2, case.masks.shape[1], 1)).astype(np.float32)


def random_clip(cases: list[Case]) -> System:
    """B2: true motion of another dialogue, cut or repeated to length."""

    def sample(case: Case, seed: int) -> np.ndarray:
        other = cases[np.random.default_rng([seed, round(1000 * float(case.masks.sum()))]).integers(len(cases))].intents
        return other[:, np.arange(case.masks.shape[1]) % other.shape[1]]

    return sample


def nearest_clip(cases: list[Case], seconds: int = 10) -> System:
    """B3: for each stretch, the training stretch whose masks and loudness are most alike."""
    length = seconds * 25

    def signature(case: Case, start: int) -> np.ndarray:
        level = case.features[:, start : start + length, voice.FEATURES["level"].start].astype(np.float32)
        return np.concatenate([case.masks[:, start : start + length], np.clip(level, -3, 3) / 3]).ravel()

    places = [(case, start) for case in cases for start in range(0, case.masks.shape[1] - length, length // 2)]
    known = np.stack([signature(*place) for place in places])

    def sample(case: Case, seed: int) -> np.ndarray:
        frames, pieces = case.masks.shape[1], []
        starts = [min(start, frames - length) for start in range(0, frames, length)]
        out = np.empty((2, frames, gaze.INTENT_WIDTH), np.float32)
        for start in starts:
            other, there = places[np.square(known - signature(case, start)).sum(axis=1).argmin()]
            pieces.append((start, other.intents[:, there : there + length]))
        for start, piece in pieces:
            out[:, start : start + length] = piece
        return out

    return sample


def teacher_on(find: Callable[[Case], np.ndarray]) -> System:
    """B9: the procedural teacher, told who speaks by ``find`` (masks (2, T)) and, as a gift, the true phones."""

    def sample(case: Case, seed: int) -> np.ndarray:
        mono, masks = case.sound.astype(np.float32) / 32767, find(case)
        tracks = streams.gated_streams(mono, masks, streams.usual_levels(mono, masks), 0, case.frames)[:, : len(mono)]
        stretches = tuple(Span(t.start_s, t.end_s, SPEAKERS.index(t.speaker)) for t in turns_from_masks(masks))
        turns = tuple(span for span in stretches if span.end - span.start > 1)
        phones = tuple(tuple((p.start, p.end, p.name) for p in own) for own in case.phones)
        heard = Dialogue(mono, tracks, turns, (), stretches, phones, ("A", "B"), case.number)
        return synthesize(heard, case.layout, 1000 + seed)

    return sample
