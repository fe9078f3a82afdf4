"""The unseen dialogues of the test set, and everything that can play them: networks, sanity checks, baselines."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import gaze
from ..errors import UserError
from ..generate import sample_intents
from ..head import load
from ..layout import Layout, room_poses
from ..model import condition
from ..model.checkpoint import Checkpoint
from ..training.corpora import Phone

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

    @property
    def told(self) -> np.ndarray:
        """(2, T, K) what the network is told."""
        return condition.build(self.features.astype(np.float32), self.masks, self.layout)

    def aimed(self, intents: np.ndarray) -> np.ndarray:
        """(2, T, 59) the motion of ``intents`` in this dialogue's room."""
        return gaze.aim(intents, room_poses(self.layout), [gaze.Geometry.of(load(name)) for name in HEADS])


System = Callable[[Case, int], np.ndarray]  # a dialogue and a seed -> intents (2, T, 56)


def read_cases(folder: Path) -> list[Case]:
    """The dialogues of ``folder`` as ``train dataset`` wrote them. Raises UserError when there are none."""
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise UserError(f'There are no dialogues in "{folder}". Make them first: python -m core train dataset.')
    return [_read_case(path) for path in paths]


def _read_case(path: Path) -> Case:
    with np.load(path, allow_pickle=False) as file:
        phones = tuple([Phone(*phone) for phone in own] for own in json.loads(str(file["phones"])))
        layout = Layout(**json.loads(str(file["layout"])))
        return Case(file["features"], file["masks"], file["intents"], layout, file["turns"], phones)


def network(checkpoint: Checkpoint) -> System:
    """The trained network, told the truth about who speaks."""
    return lambda case, seed: sample_intents(checkpoint, case.told, seed)


def wrong_masks(checkpoint: Checkpoint) -> System:
    """The same network told that the other one speaks; the sound stays with its stream (a sanity check)."""

    def sample(case: Case, seed: int) -> np.ndarray:
        told = case.told
        told[..., [condition.OWN_MASK, condition.PARTNER_MASK]] = told[
            ..., [condition.PARTNER_MASK, condition.OWN_MASK]
        ]
        return sample_intents(checkpoint, told, seed)

    return sample


def swapped_voices(checkpoint: Checkpoint) -> System:
    """The same network with masks and voices of both people exchanged: every lip must go wrong."""
    return lambda case, seed: sample_intents(
        checkpoint, replace(case, features=case.features[::-1], masks=case.masks[::-1]).told, seed
    )


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
        level = case.features[:, start : start + length, 119].astype(np.float32)
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
