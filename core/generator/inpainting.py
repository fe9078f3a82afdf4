"""What of a motion is held while the rest is made anew: one turn of a take, one person of it, a part of the face."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from ..motion import CHANNELS, EXPRESSION_NAMES, MOTION_FPS, WIDTH, HeadMotion, Take

if TYPE_CHECKING:  # Blender reads this file, too, and has not what reads sound
    from ..audio import Sound

MOUTH_NAMES = ("mouth", "jaw", "tongue", "cheekPuff")
PARTS = ("mouth", "face", "head", "eyes")  # face: lids, brows, cheeks and nose; head: with neck and shifts
SHORTEST = 0.2  # s that can be made anew
CONTEXT = 125  # frames beside a span that its making looks at
EASE = 10  # frames over which a span leaves what is held beside it
SHORTEST_LOOK = 4  # frames
SAME_LOOK = np.radians(5)


@dataclass(frozen=True, eq=False)
class Regeneration:
    """A stretch of a take to make anew; everything else stays as it is, to the bit."""

    take: Take
    start: float  # s from the recording's start
    end: float
    people: str = "AB"
    parts: tuple[str, ...] = PARTS

    @property
    def span(self) -> tuple[int, int]:
        """First frame of the stretch and one past its last."""
        return max(0, round(self.start * MOTION_FPS)), min(len(self.take), round(self.end * MOTION_FPS))

    def check(self, sound: "Sound", frames: int) -> None:
        """Raises UserError where this cannot be done to ``sound``, which has ``frames`` frames."""
        if self.take.audio_sha256 != sound.sha256 or len(self.take) != frames:
            raise UserError("The take was made from another recording. Choose its recording, or generate a new take.")
        first, last = self.span
        if last - first < SHORTEST * MOTION_FPS:
            raise UserError(
                f"There is nothing to redo from {self.start:g} to {self.end:g} s. "
                f"Name {SHORTEST:g} s or more within the {frames / MOTION_FPS:g} s of the recording."
            )
        if not self.people or set(self.people) - set("AB") or not self.parts or set(self.parts) - set(PARTS):
            raise UserError(
                f'Nobody can redo "{",".join(self.parts)}" of "{self.people}". '
                f"Name A, B or AB, and some of {', '.join(PARTS)}."
            )

    def with_new(self, motions: tuple[HeadMotion, HeadMotion], masks: np.ndarray) -> Take:
        """The take with its new ``motions``; ``masks`` (2, T), who speaks, hold within the stretch."""
        speaking = np.array(self.take.speaking)
        speaking[:, slice(*self.span)] = masks[:, slice(*self.span)]
        return replace(self.take, motions=motions, speaking=speaking)


@dataclass(frozen=True, eq=False)
class Inpainting:
    """A motion of which a part is kept."""

    motions: np.ndarray  # (2, T, 59) packed HeadMotion
    keep: np.ndarray  # (2, T, 59) bool
    keep_gaze: np.ndarray  # (2, T) bool: what is looked at; the eyes turn with a head that is made anew
    span: tuple[int, int]  # frames outside of which all is kept of both people

    @classmethod
    def whole_person(cls, motion: np.ndarray) -> "Inpainting":
        """All of A, ``motion`` (T, 59), and nothing of B."""
        keep = np.zeros((2, *motion.shape), bool)
        keep[0] = True
        return cls(np.stack([motion, np.zeros_like(motion)]), keep, keep[..., 0], (0, len(motion)))

    @classmethod
    def around(cls, redo: Regeneration) -> "Inpainting":
        """All that ``redo`` does not ask for."""
        (first, last), frames = redo.span, len(redo.take)
        keep, keep_gaze = np.ones((2, frames, WIDTH), bool), np.ones((2, frames), bool)
        for person in {"AB".index(letter) for letter in redo.people}:
            keep[person, first:last] = ~part_columns(redo.parts)
            keep_gaze[person, first:last] = "eyes" not in redo.parts
        return cls(np.stack([motion.packed for motion in redo.take.motions]), keep, keep_gaze, redo.span)

    @property
    def keep_intents(self) -> np.ndarray:
        """(2, T, 56) bool: ``keep`` in the columns of core/gaze.py."""
        gaze = np.repeat(self.keep_gaze[..., None], 3, axis=-1)
        return np.concatenate([self.keep[..., :50], gaze, self.keep[..., CHANNELS["translation"]]], axis=-1)

    @property
    def near(self) -> slice:
        """The frames that making the span anew looks at."""
        return slice(max(0, self.span[0] - CONTEXT), min(len(self.keep[0]), self.span[1] + CONTEXT))

    def cut(self, part: slice) -> "Inpainting":
        """The frames of ``part`` alone; the span lies within."""
        first, last = self.span
        span = (first - part.start, last - part.start)
        return Inpainting(self.motions[:, part], self.keep[:, part], self.keep_gaze[:, part], span)

    def with_part(self, made: np.ndarray, part: slice) -> np.ndarray:
        """All of the motion, (2, T, 59), with ``made`` in the frames of ``part``."""
        whole = np.array(self.motions, np.float32)
        whole[:, part] = made
        return whole

    def over(self, made: np.ndarray) -> np.ndarray:
        """``made`` (2, T, 59) with what is held put over it, to the bit."""
        return np.where(self.keep, self.motions, made).astype(np.float32)

    def joined(self, made: np.ndarray) -> np.ndarray:
        """``made`` (2, T, 59), eased into what is held before and after the span; eyes may jump and are left alone."""
        first, last = self.span
        result = made.astype(np.float32).copy()
        size = min(EASE, (last - first) // 2)
        leave = np.cos(np.pi * (np.arange(size) + 0.5) / (2 * size))[:, None] ** 2
        bodily = np.ones(WIDTH, bool)
        bodily[50:56] = False
        if first > 1:
            arrive = _onwards(self.motions[:, first - 2], self.motions[:, first - 1]) - made[:, first]
            result[:, first : first + size] += leave * (arrive * bodily)[:, None]
        if last < made.shape[1] - 1:
            arrive = _onwards(self.motions[:, last + 1], self.motions[:, last]) - made[:, last - 1]
            result[:, last - size : last] += leave[::-1] * (arrive * bodily)[:, None]
        return self.over(result)

    def gaze(self, made: np.ndarray, there: np.ndarray) -> np.ndarray:
        """``made`` (2, T, 3) gaze that rests and jumps, the held one ``there`` in its place; no jump at the joints.

        A look that is held up to a joint goes on behind it, to the next jump when the new one is about the same.
        """
        result, (first, last) = np.where(self.keep_gaze[..., None], there, made), self.span
        for new, old, kept in zip(result, there, self.keep_gaze, strict=True):
            if kept[first:last].all():
                continue
            if first > 0:
                size = _look_length(new[first:last], old[first - 1])
                new[first : first + size] = old[first - 1]
            if last < len(new):
                size = _look_length(new[first:last][::-1], old[last])
                new[last - size : last] = old[last]
        return result


def _look_length(looks: np.ndarray, before: np.ndarray) -> int:
    """How many frames of ``looks`` (T, 3) the look ``before`` them goes on."""
    same = (looks[0, 2] >= 0.5) == (before[2] >= 0.5) and np.abs(looks[0] - before)[:2].max() < SAME_LOOK
    jumps = np.flatnonzero(np.abs(np.diff(looks, axis=0)).max(axis=1) > 0)
    to_jump = int(jumps[0]) + 1 if len(jumps) else len(looks)
    return min(to_jump if same else SHORTEST_LOOK, len(looks) // 2)


def part_columns(parts: tuple[str, ...]) -> np.ndarray:
    """(59,) bool: the columns of a HeadMotion that belong to ``parts`` of a head."""
    mouth = np.array([name.startswith(MOUTH_NAMES) for name in EXPRESSION_NAMES])
    columns = np.zeros(WIDTH, bool)
    columns[CHANNELS["expression"]] = mouth * ("mouth" in parts) + ~mouth * ("face" in parts)
    for name in ("neck", "head", "translation"):
        columns[CHANNELS[name]] = "head" in parts
    for name in ("left_eye", "right_eye"):
        columns[CHANNELS[name]] = "eyes" in parts or "head" in parts
    return columns


def _onwards(before: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Where a motion goes on to after two frames of it: half as far again."""
    return last + (last - before) / 2
