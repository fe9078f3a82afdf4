"""What a correction of the turns changes: only there is a take made anew."""

from collections.abc import Iterable

import numpy as np

from .motion import MOTION_FPS
from .runs import runs
from .turns import Turn, masks_from_turns, turns_from_masks

CHANGED = 0.75  # of a frame; strips lie on scene frames, which alone makes up to half a frame
AROUND = 0.4  # s beside a change: people gather for a turn before it and settle after it


def changed_spans(speaking: np.ndarray, turns: Iterable[Turn]) -> list[tuple[float, float]]:
    """Where ``turns`` say something else than a take was made from: (start, end) in s, in order, none touching another.

    speaking: (2, T) in [0, 1], the take's
    """
    frames = speaking.shape[1]
    before, after = _plain(speaking), _plain(masks_from_turns(turns, frames))
    differs = np.abs(before - after).max(axis=0) > CHANGED
    spans: list[tuple[float, float]] = []
    for first, last in runs(differs):
        start = max(0.0, first / MOTION_FPS - AROUND)
        end = min(frames / MOTION_FPS, last / MOTION_FPS + AROUND)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _plain(masks: np.ndarray) -> np.ndarray:
    """(2, T) of what counts as turns in masks, soft or hard, so that both kinds compare."""
    return masks_from_turns(turns_from_masks(masks), masks.shape[1])
