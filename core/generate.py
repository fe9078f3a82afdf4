"""One recording of two people and a layout in, a take out (DESIGN §1): the program that panel, batch, command line and
evaluation share."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch

from . import gaze, head, lips, voice
from .audio import Sound, frame_count
from .errors import UserError
from .fixations import fixate
from .layout import Layout, room_poses
from .model import condition, diffusion
from .model.checkpoint import Checkpoint, load_checkpoint
from .motion import EXPRESSION_NAMES, MOTION_FPS, HeadMotion, Take
from .speakers import find_speakers
from .turns import Turn, masks_from_turns
from .weights import WEIGHTS

GENERATOR = WEIGHTS / "generator.safetensors"
HEARD = 0.45  # share of the listening that finds who speaks
UNDERSTOOD, AIMED = 0.65, 0.97  # shares of the work done after listening and after sampling
EXPRESSION = gaze.INTENT_CHANNELS["expression"]
SEAL = voice.FEATURES["seal"].start
OPPOSITES = (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight"))

Progress = Callable[[float], None]


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
    directions: Sequence[tuple[float, Layout]] = (),
    progress: Progress = lambda share: None,
) -> Take:
    """Animate the two people who talk in ``sound``.

    seed:     another number is another performance; the same one gives the same take on the same machine
    turns:    who speaks when, as corrected by the user; None finds it out
    heads:    of A and B, names or paths as core.head.load takes them
    motion_a: A's motion at MOTION_FPS; it is kept as it is, and B is made to answer it
    directions: (seconds, layout); from there on its contact and mood hold instead; nobody is moved
    progress: called with the share done, 0..1; may raise to cancel

    Raises UserError when nobody speaks in the recording or the weights are missing.
    """
    model = load_model()
    masks, features = hear(sound, turns, lambda share: progress(UNDERSTOOD * share))
    pair = {"poses": room_poses(layout), "geometries": [gaze.Geometry.of(head.load(name)) for name in heads]}
    known_a = None
    if motion_a is not None:
        held = _fit(motion_a, masks.shape[1])
        known_a = gaze.intents(np.stack([held, np.zeros_like(held)]), **pair)[0]
    told, rest = condition.build(features, masks, layout, directions=directions), AIMED - UNDERSTOOD
    meant = sample_intents(model, told, seed, known_a, lambda share: progress(UNDERSTOOD + rest * share))
    for one, heard, mask in zip(meant, features, masks, strict=True):
        one[:, EXPRESSION] = lips.seal_closures(one[:, EXPRESSION], heard[:, SEAL], mask)
    motions = gaze.aim(meant, **pair)
    if motion_a is not None:
        motions[0] = held
    progress(1.0)
    return Take(tuple(HeadMotion(m) for m in motions), masks, layout, sound.sha256, seed, model.sha256)


def hear(sound: Sound, turns: list[Turn] | None, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Who speaks, (2, T) in [0, 1], and what each voice does, (2, T, voice.WIDTH). No ``turns``: they are found."""
    if turns is None:
        masks = find_speakers(sound, progress=lambda share: progress(HEARD * share)).masks
    else:
        masks = masks_from_turns(turns, frame_count(len(sound.mono)))
    return masks, voice.encode(sound.mono, masks, lambda share: progress(HEARD + (1 - HEARD) * share))


def sample_intents(
    model: Checkpoint,
    told: np.ndarray,
    seed: int,
    known_a: np.ndarray | None = None,
    progress: Progress = lambda s: None,
) -> np.ndarray:
    """What both people mean to do.

    told:    (2, T, K) from core/model/condition.py
    known_a: (T, 56) intents of A that B is made to fit
    returns: (2, T, 56) float32, columns as in gaze.INTENT_CHANNELS, within the limits of a face
    """
    frames, given, keep = told.shape[1], None, None
    if known_a is not None:
        given = torch.zeros(2, frames, gaze.INTENT_WIDTH)
        given[0] = torch.from_numpy((known_a - model.mean) / model.std)
        keep = torch.zeros(given.shape, dtype=torch.bool)
        keep[0] = True
    predict = diffusion.predictor(model.network, torch.from_numpy(told), diffusion.GUIDANCE)
    motion = diffusion.sample(
        predict, frames, diffusion.slow_columns(), seed=seed, given=given, keep=keep, progress=progress
    ).numpy()
    return within_limits(motion * model.std + model.mean)


def within_limits(intents: np.ndarray) -> np.ndarray:
    """What a face can do: shares stay in [0, 1], lips close no further than the jaw opens, nothing pulls both ways,
    eyes rest and jump.

    intents: (2, T, 56); returns the same, float32
    """
    result = np.array(intents, np.float32)
    expression = result[..., EXPRESSION]
    np.clip(expression, 0, 1, out=expression)
    close, jaw = (EXPRESSION_NAMES.index(name) for name in ("mouthClose", "jawOpen"))
    expression[..., close] = np.minimum(expression[..., close], expression[..., jaw])
    for names in OPPOSITES:
        sides = [EXPRESSION_NAMES.index(name) for name in names]
        expression[..., sides] -= expression[..., sides].min(axis=-1, keepdims=True)
    eyes = gaze.INTENT_CHANNELS["gaze"]
    result[..., eyes] = np.stack([fixate(one) for one in result[..., eyes]])
    return result


def _fit(motion: HeadMotion, frames: int) -> np.ndarray:
    """``motion`` as (frames, 59): cut, or held at its end."""
    if motion.fps != MOTION_FPS:
        raise UserError(f"The motion of A has {motion.fps:g} frames a second. Choose a take with {MOTION_FPS}.")
    rows = np.minimum(np.arange(frames), len(motion) - 1)
    return motion.packed[rows].astype(np.float32)
