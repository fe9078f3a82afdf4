"""Turns: who speaks from when to when, as the user sees and corrects them, and the equivalent masks."""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import UserError
from .files import replacing
from .motion import MOTION_FPS
from .timeseries import merged, runs

SPEAKERS = "AB"
HEADER = ["start_s", "end_s", "speaker"]

# chosen on the two two-channel calls; a backchannel lasts 0.25 to 1 s and must survive
ON, OFF = 0.5, 0.4  # a turn begins above the first and ends below the second
SHORTEST = 0.16  # s
BRIDGE = 0.2  # s, a shorter pause does not end a turn

CHANGED = 0.75  # of a frame; strips lie on scene frames, which alone makes up to half a frame
AROUND = 0.4  # s beside a change: people prepare a turn before it and settle after it


@dataclass(frozen=True, order=True)
class Turn:
    """One person speaks from ``start_s`` to ``end_s`` (s)."""

    start_s: float
    end_s: float
    speaker: str  # "A" or "B"

    def __post_init__(self):
        if self.speaker not in SPEAKERS or len(self.speaker) != 1:
            raise UserError(f'A turn\'s speaker is "{self.speaker}". Write A or B.')
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s) and 0 <= self.start_s < self.end_s):
            raise UserError(
                f"A turn of {self.speaker} goes from {self.start_s:g} s to {self.end_s:g} s. "
                "Give a start of 0 or later and an end after it."
            )


def masks_from_turns(turns: Iterable[Turn], frames: int) -> np.ndarray:
    """The exact masks of ``turns``: each value is the share of its frame that the person speaks.

    returns: (2, frames) float32 in [0, 1]
    """
    masks = np.zeros((2, frames), np.float32)
    edges = np.arange(frames)
    for turn in turns:
        begin, end = turn.start_s * MOTION_FPS, turn.end_s * MOTION_FPS
        inside = slice(min(frames, int(begin)), min(frames, math.ceil(end)))
        share = np.minimum(end, edges[inside] + 1) - np.maximum(begin, edges[inside])
        row = masks[SPEAKERS.index(turn.speaker), inside]
        np.minimum(row + share, 1, out=row, casting="same_kind")
    return masks


def confidence(masks: np.ndarray) -> np.ndarray:
    """(T,) confidence of each frame of (2, T) ``masks``: 1 where both are 0 or 1, 0 where one of them is 0.5."""
    return (2 * np.abs(masks - 0.5)).min(axis=0)


def turns_from_masks(masks: np.ndarray, on: float = ON, off: float = OFF) -> list[Turn]:
    """Where each person speaks, in order of time; a start or end lies where the mask crosses, between two frames.

    masks: (2, T) in [0, 1]
    """
    turns = []
    for speaker, mask in zip(SPEAKERS, masks, strict=True):
        spans = merged(_spans(np.asarray(mask, float), on, off), BRIDGE)
        turns += [Turn(round(float(a), 3), round(float(b), 3), speaker) for a, b in spans if b - a >= SHORTEST]
    return sorted(turns)


def _spans(mask: np.ndarray, on: float, off: float) -> list[tuple[float, float]]:
    """Runs of (T,) ``mask`` above ``off`` that somewhere reach ``on``: (start, end) in s."""
    mask = np.concatenate([[0.0], mask, [0.0]])
    above = mask >= off
    starts, ends = np.flatnonzero(above[1:] & ~above[:-1]) + 1, np.flatnonzero(above[:-1] & ~above[1:])
    last = len(mask) - 2
    return [
        (
            np.clip(a - 0.5 - _share(mask[a], mask[a - 1], off), 0, last) / MOTION_FPS,
            np.clip(b - 0.5 + _share(mask[b], mask[b + 1], off), 0, last) / MOTION_FPS,
        )
        for a, b in zip(starts, ends, strict=True)
        if mask[a : b + 1].max() >= on
    ]


def _share(inside: float, outside: float, level: float) -> float:
    """How far from ``inside`` to ``outside``, two frame centres, a straight line meets ``level``."""
    return (inside - level) / (inside - outside)


def write_csv(turns: Iterable[Turn], path: str | Path) -> None:
    """Write ``turns`` as a table start_s,end_s,speaker. Raises UserError when the file may not be written."""
    lines = [",".join(HEADER), *(f"{t.start_s:.3f},{t.end_s:.3f},{t.speaker}" for t in sorted(turns))]
    with replacing(path) as file:
        file.write(("\n".join(lines) + "\n").encode())


def read_csv(path: str | Path) -> list[Turn]:
    """Read a table written by :func:`write_csv` or by hand. Raises UserError with the line that is wrong."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f'There is no file "{path}". Check the path, or run: python -m core turns.') from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f'"{path}" cannot be read as a table ({error}). Choose a csv file of turns.') from None
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    if not set(HEADER) <= {(name or "").strip() for name in rows.fieldnames or []}:
        raise UserError(f'"{path}" is not a table of turns. Its first line must be {",".join(HEADER)}.')
    return sorted(_turn(row, path, number) for number, row in enumerate(rows, start=2))


def _turn(row: dict, path: str | Path, number: int) -> Turn:
    try:
        return Turn(float(row["start_s"]), float(row["end_s"]), (row["speaker"] or "").strip().upper())
    except (ValueError, TypeError):
        raise UserError(f'Line {number} of "{path}" has a time that is no number. Write seconds like 1.25.') from None
    except UserError as error:
        raise UserError(f'Line {number} of "{path}": {error}') from None


def changed_spans(speaking: np.ndarray, turns: Iterable[Turn]) -> list[tuple[float, float]]:
    """Where ``turns`` differ from those a take was generated from: disjoint spans (start, end) in s, in order of time.

    speaking: (2, T) in [0, 1], the take's
    """
    frames = speaking.shape[1]
    before, after = _plain(speaking), _plain(masks_from_turns(turns, frames))
    differs = np.abs(before - after).max(axis=0) > CHANGED
    ends = frames / MOTION_FPS
    return merged(
        (max(0.0, first / MOTION_FPS - AROUND), min(ends, last / MOTION_FPS + AROUND)) for first, last in runs(differs)
    )


def _plain(masks: np.ndarray) -> np.ndarray:
    """(2, T) hard masks of the turns in soft or hard ``masks``, so that both kinds can be compared."""
    return masks_from_turns(turns_from_masks(masks), masks.shape[1])
