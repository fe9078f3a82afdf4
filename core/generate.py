"""One recording of two people and a layout in, a take out (DESIGN §1): the program that panel, batch, command line and
evaluation share."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch

from . import WEIGHTS, gaze
from .audio import Sound, frame_count
from .diarization.diarize import Diarization, diarize
from .errors import UserError
from .generator import condition, diffusion, posture_gesture
from .generator.checkpoint import Checkpoint, load_checkpoint
from .generator.inpainting import Inpainting, Regeneration
from .heads import load as load_head
from .layout import Layout, room_poses
from .motion import EXPRESSION_NAMES, MOTION_FPS, HeadMotion, Take
from .postprocess import lip_closure
from .postprocess.eyes import blink_fully, fixate
from .speech import features as voice
from .turns import Turn, masks_from_turns

GENERATOR = WEIGHTS / "generator.safetensors"
HEARD = 0.45  # share of the listening that finds who speaks
BEHIND = np.sin(np.radians(20))  # how far behind the shoulders a partner is no longer looked for
UNDERSTOOD, AIMED = 0.65, 0.97  # shares of the work done after listening and after sampling
EXPRESSION = gaze.INTENT_CHANNELS["expression"]
LIDS = [EXPRESSION_NAMES.index(name) for name in ("eyeBlinkLeft", "eyeBlinkRight")]
SEAL = voice.FEATURES["bilabial"].start
OPPOSITES = (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight"))

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
    told: Callable[[Diarization], None] = lambda found: None,
) -> Take:
    """Animate the two people who talk in ``sound``.

    seed:     another number is another performance; the same one gives the same take on the same machine
    turns:    who speaks when, as corrected by the user; None finds it out, or takes it from the take that is redone
    heads:    of A and B, names or paths as core.heads.load takes them
    motion_a: A's motion at MOTION_FPS; it is kept as it is, and B is made to answer it
    redo:     a take of this recording and what of it to make anew; the rest of it is kept to the bit, in its own place:
              of ``layout`` only contact and mood hold, and only for what is made anew
    directions: (seconds, layout); from there on its contact and mood hold instead; nobody is moved
    progress: called with the share done, 0..1, and the stage; may raise to cancel
    told:     called with who was found to speak, where that had to be found

    Raises UserError when nobody speaks in the recording, the weights are missing, or what is held does not fit.
    """
    model, frames = load_model(), frame_count(len(sound.mono))
    held = _held(sound, frames, motion_a, redo)
    near = held.near if held else slice(0, frames)  # what is made, and what its making looks at
    known_masks = redo.take.speaking if redo and turns is None else None
    masks, features = hear(
        sound, turns, lambda share, stage: progress(UNDERSTOOD * share, stage), known_masks, told, near
    )
    poses = room_poses(redo.take.layout if redo else layout)
    pair = {"poses": poses, "geometries": [gaze.Geometry.of(load_head(name)) for name in heads]}
    given = condition.build(features, masks[:, near], layout, poses, directions, near.start)
    seal, rest = features[..., SEAL].astype(np.float32), AIMED - UNDERSTOOD
    del features  # the heaviest thing there is, in an hour
    kept = held and held.cut(near)
    known = kept and (gaze.intents(kept.motions, **pair), kept.keep_intents)
    meant = sample_intents(model, given, seed, known, lambda share: progress(UNDERSTOOD + rest * share, SAMPLING))
    motions = _perform(meant, seal, masks[:, near], pair, kept)
    if held:
        motions = held.with_part(motions, near)
    progress(1.0, SAMPLING)
    made = tuple(HeadMotion(motion) for motion in motions)
    return redo.with_new(made, masks) if redo else Take(made, masks, layout, sound.sha256, seed, model.sha256)


def _held(sound: Sound, frames: int, motion_a: HeadMotion | None, redo: Regeneration | None) -> Inpainting | None:
    """What of the motion is there already. Raises UserError where it does not fit ``sound``."""
    if redo and motion_a:
        raise UserError("A take is redone, or A's motion is kept, not both. Redo B of a take to keep its A.")
    if redo:
        redo.check(sound, frames)
        return Inpainting.around(redo)
    return Inpainting.whole_person(_fit(motion_a, frames)) if motion_a else None


def _perform(meant: np.ndarray, seal: np.ndarray, masks: np.ndarray, pair: dict, held: Inpainting | None) -> np.ndarray:
    """(2, T, 59) motion of intents (2, T, 56), lips shut where (2, T) ``seal`` is heard, joined to what is held."""
    motions = gaze.aim(meant, **pair)
    if held:
        motions = held.joined(motions)
        motions[..., EXPRESSION] = possible_face(motions[..., EXPRESSION])
    for motion, heard, mask in zip(motions, seal, masks, strict=True):
        motion[:, EXPRESSION] = lip_closure.enforce_closures(motion[:, EXPRESSION], heard, mask)
    if held:
        # Heads are where they stay: now the eyes, whose partner may have been held or made.
        eyes = gaze.INTENT_CHANNELS["gaze"]
        seen = gaze.intents(motions, **pair)
        seen[..., eyes] = held.gaze(meant[..., eyes], gaze.intents(held.motions, **pair)[..., eyes])
        motions = held.over(gaze.aim(seen, **pair, carry=False))
    return motions


def hear(
    sound: Sound,
    turns: list[Turn] | None,
    progress: Progress,
    masks: np.ndarray | None = None,
    told: Callable[[Diarization], None] = lambda found: None,
    part: slice | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Who speaks, (2, T) in [0, 1], and what each voice does, (2, T, WIDTH) float16 of all frames or of ``part``.

    Without turns or masks they are found.
    """
    if turns is not None:
        masks = masks_from_turns(turns, frame_count(len(sound.mono)))
    elif masks is None:
        found = diarize(sound, progress=lambda share: progress(HEARD * share, DIARIZING))
        told(found)
        masks = found.masks
    features = voice.encode(
        sound.mono, masks, lambda share: progress(HEARD + (1 - HEARD) * share, ENCODING), part, dtype=np.float16
    )
    return masks, features


def sample_intents(
    model: Checkpoint,
    told: np.ndarray,
    seed: int,
    known: tuple[np.ndarray, np.ndarray] | None = None,
    progress: Callable[[float], None] = lambda share: None,
    *,
    guidance: float = diffusion.GUIDANCE,
    steps: int = diffusion.STEPS,
) -> np.ndarray:
    """What both people mean to do.

    told:    (2, T, K) from core/generator/condition.py
    known:   (2, T, 56) intents that are there already, and bool, which of them the rest is made to fit
    returns: (2, T, 56) float32, columns as in gaze.INTENT_CHANNELS, within the limits of a face
    """
    width, held = len(model.mean), {}
    banded = width == posture_gesture.WIDTH
    if known is not None:
        motion, keep = known
        if banded:
            motion, keep = (
                posture_gesture.split(motion),
                np.concatenate([keep, keep[..., posture_gesture.TURNS]], axis=-1),
            )
        held["given"] = torch.from_numpy(np.float32((motion - model.mean) / model.std))
        held["keep"] = torch.from_numpy(keep)
    means, parts = _contact_asked(model, told, known)
    drawn = diffusion.sample(
        diffusion.predictor(model.network, torch.from_numpy(told), guidance),
        told.shape[1],
        diffusion.slow_columns(width),
        seed=seed,
        steps=steps,
        noise_scale=lambda cut: diffusion.noise_scale_of(
            torch.from_numpy(told[:, cut, condition.OWN_MASK]).float(), width
        ),
        means=torch.from_numpy(means),
        parts=torch.from_numpy(parts),
        progress=progress,
        **held,
    )
    columns = drawn.numpy()
    columns *= model.std
    columns += model.mean
    return within_limits(posture_gesture.join(columns) if banded else columns, condition.distance(told))


def _contact_asked(model: Checkpoint, told: np.ndarray, known: tuple[np.ndarray, np.ndarray] | None):
    """The mean contact that ``told`` asks of who is made as a whole, in each part of the recording that asks the same.

    Free is who would have to look behind, however much contact is asked, and parts shorter than half a window.
    returns: (P, 2, 56 or 62) z units, NaN where free, and (T,) int64, which part each frame is of
    """
    asked = told[..., condition.CONTACT].astype(np.float32)  # (2, T)
    changes = np.flatnonzero((np.diff(asked) != 0).any(axis=0)) + 1
    parts = np.zeros(asked.shape[1], np.int64)
    parts[changes] = 1
    parts = parts.cumsum()
    starts, lengths = np.insert(changes, 0, 0), np.bincount(parts)
    means = np.full((len(starts), 2, len(model.mean)), np.nan, np.float32)
    column = gaze.INTENT_CHANNELS["gaze"].stop - 1
    means[..., column] = (asked[:, starts].T - model.mean[column]) / model.std[column]
    means[(lengths < diffusion.WINDOW // 2) & (len(lengths) > 1)] = np.nan
    means[:, told[..., condition.PARTNER.start + 1].mean(axis=1, dtype=np.float32) > BEHIND] = np.nan
    if known is not None:
        means[:, known[1].any(axis=(1, 2))] = np.nan
    return means, parts


def within_limits(intents: np.ndarray, distance: float) -> np.ndarray:
    """What a face can do, as in :func:`possible_face`, with eyes that rest and jump, and blinks that shut.

    intents: (2, T, 56); returns the same, float32
    distance: m to the partner, whose face a look away leaves
    """
    result = np.array(intents, np.float32)
    result[..., EXPRESSION] = possible_face(result[..., EXPRESSION])
    result[..., LIDS] = blink_fully(result[..., LIDS])
    eyes = gaze.INTENT_CHANNELS["gaze"]
    looks = result[..., eyes]
    averted = looks[..., 2:] < gaze.CONTACT
    looks[..., :2] = np.where(averted, gaze.off_the_face(looks[..., :2], distance), looks[..., :2])
    result[..., eyes] = np.stack([fixate(one) for one in looks])
    return result


def possible_face(expression: np.ndarray) -> np.ndarray:
    """Shares (..., 44) that stay in [0, 1], lips that close no further than the jaw opens, nothing pulled both ways."""
    result = np.clip(expression, 0, 1)
    close, jaw = (EXPRESSION_NAMES.index(name) for name in ("mouthClose", "jawOpen"))
    result[..., close] = np.minimum(result[..., close], result[..., jaw])
    for names in OPPOSITES:
        sides = [EXPRESSION_NAMES.index(name) for name in names]
        result[..., sides] -= result[..., sides].min(axis=-1, keepdims=True)
    return result


def _fit(motion: HeadMotion, frames: int) -> np.ndarray:
    """``motion`` as (frames, 59): cut, or held at its end."""
    if motion.fps != MOTION_FPS:
        raise UserError(f"The motion of A has {motion.fps:g} frames a second. Choose a take with {MOTION_FPS}.")
    rows = np.minimum(np.arange(frames), len(motion) - 1)
    return motion.packed[rows].astype(np.float32)
