"""In-painting: which motion is given, what of it is kept, and which span is generated (DESIGN §7).

Three ways lead to an :class:`Inpainting`: plain generation keeps nothing, a given motion of A is kept whole, and
regenerating a part of a take keeps the rest of it.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .. import gaze
from ..errors import UserError
from ..layout import MOOD, Layout
from ..motion import CHANNELS, EXPRESSION_NAMES, EYES, MOTION_FPS, WIDTH, HeadMotion, Take

if TYPE_CHECKING:  # Blender imports this module, too, and has no decoder
    from ..audio import Sound

MOUTH_NAMES = ("mouth", "jaw", "tongue", "cheekPuff")
PARTS = ("mouth", "face", "head", "eyes")  # face: lids, brows, cheeks, nose; head: neck, head, translation
SHORTEST = 0.2  # s that can be regenerated
CONTEXT = 125  # frames before and after the span that the network sees
BLEND = 10  # frames over which kept and generated motion are blended
SHORTEST_FIXATION = 4  # frames
SAME_FIXATION = np.radians(5)  # offsets closer than this count as one fixation


@dataclass(frozen=True, eq=False)
class Regeneration:
    """A span of a take, the people and the parts of the head that are generated again; the rest is kept."""

    take: Take
    start: float  # s from the recording's start
    end: float
    people: str = "AB"
    parts: tuple[str, ...] = PARTS

    @property
    def span(self) -> tuple[int, int]:
        """First frame and one past the last."""
        return max(0, round(self.start * MOTION_FPS)), min(len(self.take), round(self.end * MOTION_FPS))

    def check(self, sound: "Sound", frames: int) -> None:
        """Raise UserError where this does not fit ``sound``, whose motion has ``frames`` frames."""
        if self.take.audio_sha256 != sound.sha256 or len(self.take) != frames:
            raise UserError(
                "The take was generated from another recording. Choose its recording, or generate a new take."
            )
        first, last = self.span
        if last - first < SHORTEST * MOTION_FPS:
            raise UserError(
                f"There is nothing to regenerate from {self.start:g} to {self.end:g} s. "
                f"Choose {SHORTEST:g} s or more within the {frames / MOTION_FPS:g} s of the recording."
            )
        if not self.people or set(self.people) - set("AB") or not self.parts or set(self.parts) - set(PARTS):
            raise UserError(
                f'The parts "{",".join(self.parts)}" of "{self.people}" cannot be regenerated. '
                f"Name A, B or AB, and some of {', '.join(PARTS)}."
            )


@dataclass(frozen=True, eq=False)
class Inpainting:
    """A take to be completed: where ``mask`` holds its motion is kept, elsewhere within ``span`` it is generated."""

    take: Take  # T frames; where nothing is kept its motion has no meaning
    layout: Layout  # of the completed take; contact and mood are those of the generated span
    mask: np.ndarray  # (2, T, 59) bool, True is kept
    gaze_mask: np.ndarray  # (2, T) bool, whether the point looked at is kept; eyes turn with a generated head
    span: tuple[int, int]  # first frame and one past the last; outside all is kept of both people
    speaking: np.ndarray | None = None  # (2, T) in [0, 1], who speaks, where that is known

    @classmethod
    def nothing(cls, take: Take) -> "Inpainting":
        """All of ``take`` is generated."""
        frames = len(take)
        return cls(take, take.layout, np.zeros((2, frames, WIDTH), bool), np.zeros((2, frames), bool), (0, frames))

    @classmethod
    def beside(cls, take: Take, motion: HeadMotion) -> "Inpainting":
        """A keeps ``motion``, as long as ``take``; B is generated."""
        whole = cls.nothing(replace(take, motions=(motion, take.motions[1])))
        whole.mask[0] = whole.gaze_mask[0] = True
        return whole

    @classmethod
    def around(cls, regeneration: Regeneration, layout: Layout) -> "Inpainting":
        """All is kept but what ``regeneration`` names, for which contact and mood of ``layout`` hold."""
        take, (first, last) = regeneration.take, regeneration.span
        mask, gaze_mask = np.ones((2, len(take), WIDTH), bool), np.ones((2, len(take)), bool)
        for person in {"AB".index(letter) for letter in regeneration.people}:
            mask[person, first:last] = ~part_columns(regeneration.parts)
            gaze_mask[person, first:last] = "eyes" not in regeneration.parts
        layout = replace(take.layout, **{name: getattr(layout, name) for name in MOOD})
        return cls(take, layout, mask, gaze_mask, (first, last), take.speaking)

    @property
    def motions(self) -> np.ndarray:
        """(2, T, 59) packed HeadMotion of the take."""
        return np.stack([motion.packed for motion in self.take.motions])

    @property
    def context(self) -> slice:
        """The frames that the network sees to generate the span."""
        return slice(max(0, self.span[0] - CONTEXT), min(len(self.take), self.span[1] + CONTEXT))

    def cut(self, part: slice) -> "Inpainting":
        """The frames of ``part`` alone; the span lies within."""
        motions = tuple(HeadMotion(motion.packed[part], motion.fps) for motion in self.take.motions)
        take = replace(self.take, motions=motions, speaking=self.take.speaking[:, part])
        first, last = self.span
        span = (first - part.start, last - part.start)
        return Inpainting(take, self.layout, self.mask[:, part], self.gaze_mask[:, part], span)

    def known_intents(self, poses: np.ndarray, geometries) -> tuple[np.ndarray, np.ndarray] | None:
        """Intents of the take (2, T, 56) and which of them are kept, bool; None where nothing is.

        poses, geometries: as in core/gaze.py
        """
        if not self.mask.any():
            return None
        columns = (
            self.mask[..., : CHANNELS["head"].stop],
            self.gaze_mask[..., None].repeat(3, axis=-1),
            self.mask[..., CHANNELS["translation"]],
        )
        return gaze.intents(self.motions, poses, geometries), np.concatenate(columns, axis=-1)

    def masked(self, generated: np.ndarray) -> np.ndarray:
        """``generated`` (2, T, 59), with the take's own values where they are kept."""
        return np.where(self.mask, self.motions, generated).astype(np.float32)

    def blended(self, generated: np.ndarray) -> np.ndarray:
        """``generated`` (2, T, 59), eased into the motion kept before and after the span; eyes may jump."""
        (first, last), motions = self.span, self.motions
        result = generated.astype(np.float32).copy()
        size = min(BLEND, (last - first) // 2)
        falling = np.cos(np.pi * (np.arange(size) + 0.5) / (2 * size))[:, None] ** 2
        eased = np.ones(WIDTH, bool)
        eased[EYES] = False
        if first > 1:
            step = _extrapolated(motions[:, first - 2], motions[:, first - 1]) - generated[:, first]
            result[:, first : first + size] += falling * (step * eased)[:, None]
        if last < generated.shape[1] - 1:
            step = _extrapolated(motions[:, last + 1], motions[:, last]) - generated[:, last - 1]
            result[:, last - size : last] += falling[::-1] * (step * eased)[:, None]
        return self.masked(result)

    def blended_gaze(self, generated: np.ndarray, given: np.ndarray) -> np.ndarray:
        """Gaze (2, T, 3) as in INTENT_CHANNELS: ``given`` where it is kept, elsewhere ``generated``.

        A fixation kept up to an end of the span continues inside: to the next saccade where the generated one is about
        the same, else for SHORTEST_FIXATION.
        """
        result, (first, last) = np.where(self.gaze_mask[..., None], given, generated), self.span
        for new, old, kept in zip(result, given, self.gaze_mask, strict=True):
            if kept[first:last].all():
                continue
            if first > 0:
                size = _continuation(new[first:last], old[first - 1])
                new[first : first + size] = old[first - 1]
            if last < len(new):
                size = _continuation(new[first:last][::-1], old[last])
                new[last - size : last] = old[last]
        return result

    def completed(self, generated: np.ndarray, speaking: np.ndarray) -> Take:
        """The take with ``generated`` (2, n, 59) as its motion in :attr:`context`; ``speaking`` (2, T) holds in the
        span."""
        motions, masks, span = self.motions.astype(np.float32), np.array(self.take.speaking), slice(*self.span)
        motions[:, self.context] = generated
        masks[:, span] = speaking[:, span]
        return replace(self.take, motions=tuple(HeadMotion(motion) for motion in motions), speaking=masks)


def part_columns(parts: tuple[str, ...]) -> np.ndarray:
    """(59,) bool: the columns of a HeadMotion that belong to ``parts`` of a head."""
    mouth = np.array([name.startswith(MOUTH_NAMES) for name in EXPRESSION_NAMES])
    columns = np.zeros(WIDTH, bool)
    columns[CHANNELS["expression"]] = mouth * ("mouth" in parts) + ~mouth * ("face" in parts)
    for name in ("neck", "head", "translation"):
        columns[CHANNELS[name]] = "head" in parts
    columns[EYES] = "eyes" in parts or "head" in parts
    return columns


def _continuation(gazes: np.ndarray, before: np.ndarray) -> int:
    """Number of frames of ``gazes`` (T, 3) for which the gaze ``before`` them (3,) continues."""
    same = (gazes[0, 2] >= 0.5) == (before[2] >= 0.5) and np.abs(gazes[0] - before)[:2].max() < SAME_FIXATION
    jumps = np.flatnonzero(np.abs(np.diff(gazes, axis=0)).max(axis=1) > 0)
    to_jump = int(jumps[0]) + 1 if len(jumps) else len(gazes)
    return min(to_jump if same else SHORTEST_FIXATION, len(gazes) // 2)


def _extrapolated(before: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Linear extrapolation by half a frame beyond ``last``, which follows ``before``."""
    return last + (last - before) / 2
