"""A recording of two people and a layout in, a take out (DESIGN §1): used by panel, batch, command line, evaluation."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from . import WEIGHTS, gaze
from .audio import Sound, frame_count
from .diarization.diarize import Diarization, diarize
from .errors import UserError
from .generator import condition
from .generator.checkpoint import Checkpoint, load_checkpoint
from .generator.inpainting import Inpainting, Regeneration
from .generator.sample_intents import sample_intents
from .heads import load as load_head
from .layout import Layout, room_poses
from .motion import MOTION_FPS, WIDTH, HeadMotion, Take
from .postprocess.face_limits import possible_face
from .postprocess.lip_closure import enforce_closures
from .speech import features as speech_features
from .turns import Turn, masks_from_turns

GENERATOR = WEIGHTS / "generator.safetensors"
EXPRESSION, GAZE = gaze.INTENT_CHANNELS["expression"], gaze.INTENT_CHANNELS["gaze"]
CLOSURE = speech_features.FEATURES["bilabial"].start
DIARIZED, ANALYSED, SAMPLED = 0.29, 0.65, 0.97  # shares of the work done after each step

# Stages of the work, in the user's words
DIARIZING, ENCODING, SAMPLING = "Finding who speaks", "Analyzing the voices", "Animating"

Progress = Callable[[float, str], None]


@cache
def load_model() -> Checkpoint:
    """The shipped generator; read once."""
    return load_checkpoint(GENERATOR)


def generate(
    sound: Sound,
    layout: Layout,
    *,
    seed: int,
    turns: list[Turn] | None = None,
    heads: tuple[str, str] = ("man", "woman"),
    motion_a: HeadMotion | None = None,
    redo: Regeneration | None = None,
    directions: Sequence[tuple[float, Layout]] = (),
    progress: Progress = lambda share, stage: None,
    diarized: Callable[[Diarization], None] = lambda found: None,
) -> Take:
    """Animate the two people who talk in ``sound``.

    layout:     of the take; a regenerated take keeps its own, and takes contact and mood of its span from this one
    seed:       of the noise; the same seed gives the same take on the same machine
    turns:      who speaks when; None: as in the regenerated take, else found by diarization
    heads:      of A and B, names or paths as core.heads.load reads them
    motion_a:   A's motion at MOTION_FPS, kept unchanged; B is generated to fit it
    redo:       what to regenerate of a take of this recording; the rest is kept unchanged
    directions: (seconds, layout), from when on the layout's contact and mood hold; its placement is not used
    progress:   called with the share done, 0..1, and the stage; may raise to cancel
    diarized:       called with the diarization, where there is one

    Raises UserError when nobody speaks in the recording, the weights are missing, or the given motion does not fit.
    """
    model = load_model()
    whole = _given(sound, layout, seed, model, motion_a, redo)
    masks, features = hear(sound, turns, progress, whole.speaking, diarized, whole.context)
    given, speaking, first = whole.cut(whole.context), masks[:, whole.context], whole.context.start
    conditions = condition.build(features, speaking, whole.layout, directions=directions, first=first)
    closures, rest = features[..., CLOSURE].astype(np.float32), SAMPLED - ANALYSED
    del features  # the largest array, in an hour
    pair = {"poses": room_poses(whole.layout), "geometries": [gaze.Geometry.of(load_head(name)) for name in heads]}
    known = given.known_intents(**pair)
    intents = sample_intents(model, conditions, seed, known, lambda share: progress(ANALYSED + rest * share, SAMPLING))
    motions = _posed(intents, closures, speaking, given, known, pair)
    progress(1.0, SAMPLING)
    return whole.completed(motions, masks)


def _given(
    sound: Sound,
    layout: Layout,
    seed: int,
    model: Checkpoint,
    motion_a: HeadMotion | None,
    redo: Regeneration | None,
) -> Inpainting:
    """The take to be completed. Raises UserError where a given motion does not fit ``sound``."""
    frames = frame_count(len(sound.mono))
    if redo and motion_a:
        raise UserError("Regenerate a take, or keep a motion of A, not both. To keep A of a take, regenerate B only.")
    if redo:
        redo.check(sound, frames)
        return Inpainting.around(redo, layout)
    still, nobody = HeadMotion(np.zeros((frames, WIDTH), np.float32)), np.zeros((2, frames), np.float32)
    take = Take((still, still), nobody, layout, sound.sha256, seed, model.sha256)
    return Inpainting.beside(take, _fitted(motion_a, frames)) if motion_a else Inpainting.nothing(take)


def _fitted(motion: HeadMotion, frames: int) -> HeadMotion:
    """``motion`` cut to ``frames`` frames, or with its last frame repeated."""
    if motion.fps != MOTION_FPS:
        raise UserError(f"The motion of A has {motion.fps:g} frames a second. Choose a take with {MOTION_FPS}.")
    rows = np.minimum(np.arange(frames), len(motion) - 1)
    return HeadMotion(motion.packed[rows].astype(np.float32))


def hear(
    sound: Sound,
    turns: list[Turn] | None,
    progress: Progress,
    masks: np.ndarray | None = None,
    diarized: Callable[[Diarization], None] = lambda found: None,
    part: slice | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Who speaks, (2, T) in [0, 1], and both voices' features, (2, n, WIDTH) float16, of the frames of ``part``.

    turns, masks: who speaks, where that is known; turns come first. With neither, diarization finds it
    part:         frames; None: all
    """
    if turns is not None:
        masks = masks_from_turns(turns, frame_count(len(sound.mono)))
    elif masks is None:
        found = diarize(sound, progress=lambda share: progress(DIARIZED * share, DIARIZING))
        diarized(found)
        masks = found.masks
    features = speech_features.encode(
        sound.mono,
        masks,
        lambda share: progress(DIARIZED + (ANALYSED - DIARIZED) * share, ENCODING),
        part,
        dtype=np.float16,
    )
    return masks, features


def _posed(
    intents: np.ndarray,
    closures: np.ndarray,
    speaking: np.ndarray,
    given: Inpainting,
    known: tuple[np.ndarray, np.ndarray] | None,
    pair: dict,
) -> np.ndarray:
    """Motion (2, T, 59) of ``intents`` (2, T, 56), in-painted into what is ``given``.

    closures: (2, T) in [0, 1], bilabial closures of each voice
    speaking: (2, T) in [0, 1], who speaks
    known:    given.known_intents of the ``pair``, the poses and geometries as in core/gaze.py
    """
    motions = given.blended(gaze.aim(intents, **pair))
    motions[..., EXPRESSION] = possible_face(motions[..., EXPRESSION])
    for motion, closure, mask in zip(motions, closures, speaking, strict=True):
        motion[:, EXPRESSION] = enforce_closures(motion[:, EXPRESSION], closure, mask)
    if known is None:
        return motions
    # Blending moved the heads, so that the eyes are aimed once more, from where the heads are now.
    final = gaze.intents(motions, **pair)
    final[..., GAZE] = given.blended_gaze(intents[..., GAZE], known[0][..., GAZE])
    return given.masked(gaze.aim(final, **pair, turn_heads=False))
