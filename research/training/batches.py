"""Training windows for the generator: cut from cached dialogues, mirrored, with masks as imprecise as real ones."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.errors import UserError
from core.gaze import INTENT_CHANNELS, INTENT_WIDTH, toward
from core.generator import condition, posture_gesture
from core.generator.initial_noise import SCALES, multiscale_noise, slow_columns
from core.generator.noise_schedule import noise_share, signal
from core.layout import Layout, room_poses
from core.motion import EXPRESSION_NAMES

from ..corpora.masks import box_filtered
from .losses import ANGLES, RESTLESS_SHARE, ROTATION, Clip, Scale, level_weight

SMALLEST_STD = 0.01  # lower bound: a channel that hardly moves must not dominate in z units
REACTION_WEIGHT = 4.0  # added to the loss of a noisy person whose partner is clear
SMALLEST_VELOCITY = 0.08  # z units a frame, lower bound: errors of a slow channel are not weighted above this
MIRRORED_NAMES = [n.replace("Left", "?").replace("Right", "Left").replace("?", "Right") for n in EXPRESSION_NAMES]


def _mirror() -> tuple[Tensor, Tensor]:
    """Order and sign of the columns of a mirrored person: rotations about y and z, yaw and x change sign."""
    order, sign = torch.arange(posture_gesture.WIDTH), torch.ones(posture_gesture.WIDTH)
    order[:44] = torch.tensor([EXPRESSION_NAMES.index(name) for name in MIRRORED_NAMES])
    for joint in ("neck", "head"):
        sign[INTENT_CHANNELS[joint].start + 1 : INTENT_CHANNELS[joint].stop] = -1
    sign[posture_gesture.GESTURES] = sign[posture_gesture.TURNS]
    sign[INTENT_CHANNELS["gaze"].start] = sign[INTENT_CHANNELS["translation"].start] = -1
    return order, sign


MIRROR_ORDER, MIRROR_SIGN = _mirror()
MIRROR_LAYOUT = torch.tensor([-1.0 if name.endswith("_left") else 1.0 for name in condition.LAYOUT_NAMES])


@dataclass(frozen=True, eq=False)
class Dialogue:
    """One cached dialogue."""

    number: int  # of the sound: performances of the same one share it
    features: np.ndarray  # (2, T, WIDTH) float16
    masks: np.ndarray  # (2, T) float32, the truth
    used_masks: np.ndarray  # (2, T) float32, the masks under which the features were computed
    intents: np.ndarray  # (2, T, 56) float32, or (2, T, 62) with postures and gestures apart
    layout: np.ndarray  # (2, len(LAYOUT_NAMES))
    toward: np.ndarray  # (2, 2) yaw and pitch to the partner


@dataclass(frozen=True, eq=False)
class Batch:
    """The input of one training step."""

    clip: Clip
    noisy: Tensor  # (B, 2, T, 56 or 62)
    condition: Tensor  # (B, 2, T, K)
    levels: Tensor  # (B, 2, T)
    dropped: Tensor  # (B,) bool

    def to(self, device: str) -> "Batch":
        """The same on another device."""
        clip = Clip(*(value.to(device) for value in vars(self.clip).values()))
        rest = [value.to(device) for name, value in vars(self).items() if name != "clip"]
        return Batch(clip, *rest)


@dataclass(frozen=True)
class Recipe:
    """How windows are drawn."""

    pairs: int
    frames: int
    drop: float  # share of pairs whose condition is withheld
    dubbing: float = 0.0  # share of pairs whose loss is that of the speaker's mouth alone, with exact masks
    given: float = 0.35  # share of pairs of which a part is given, for in-painting; half of the time it is one person
    apart: float = 0.6  # share of pairs with two noise levels: the noisier person learns to respond to the other
    roughened: bool = True  # exact masks are perturbed by :func:`roughen`


def read_dialogues(folder: Path, separate: bool = False) -> tuple[list[Dialogue], str]:
    """All shards of ``folder`` and the hash of their names and sizes. Raises UserError when there are none.

    separate: postures and gestures of neck and head in columns of their own (core/generator/posture_gesture.py)
    """
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise UserError(f'There are no dialogues in "{folder}". Make them first: python -m research train dataset.')
    names = "\n".join(f"{path.name} {path.stat().st_size}" for path in paths)
    return [_read(path, separate) for path in paths], hashlib.sha256(names.encode()).hexdigest()


def read_mixes(folder: Path) -> dict[int, np.ndarray]:
    """Features of the unmasked mix, (T, WIDTH) float16, of each dialogue of ``folder``, by its number.

    Raises UserError when the dialogues have none.
    """
    found = {}
    for path in sorted(Path(folder).glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            if "mixed" in file.files:
                found[_number(path)] = file["mixed"].astype(np.float16)
    if not found:
        raise UserError(f'The dialogues in "{folder}" lack the unmasked mix. Run train dataset again.')
    return found


def _number(path: Path) -> int:
    return int(re.findall(r"\d+", path.stem)[-1])  # dataset.py names files so


def _read(path: Path, separate: bool) -> Dialogue:
    with np.load(path, allow_pickle=False) as file:
        layout = Layout(**json.loads(str(file["layout"])))
        features, masks, intents = (file[name] for name in ("features", "masks", "intents"))
        used = file["told"] if "told" in file.files else masks
    if intents.shape != (*masks.shape, INTENT_WIDTH) or features.shape[:2] != masks.shape:
        raise UserError(f'"{path}" does not fit together: {features.shape}, {masks.shape}, {intents.shape}. Delete it.')
    columns, angles = condition.layout_columns(layout), toward(room_poses(layout))
    return Dialogue(
        _number(path),
        features.astype(np.float16),
        *(np.float32(values) for values in (masks, used, posture_gesture.split(intents) if separate else intents)),
        columns,
        np.float32(angles),
    )


def measure(dialogues: list[Dialogue]) -> Scale:
    """Spread of the motion in ``dialogues``, the same for a person and the mirrored one."""
    motion = torch.from_numpy(np.concatenate([d.intents.reshape(-1, d.intents.shape[-1]) for d in dialogues]))
    mean, var = motion.mean(0), motion.var(0)
    mean = (mean + mirrored(mean)) / 2
    std = ((var + mirrored(var).abs()) / 2).sqrt()
    std[: ANGLES.stop + 1] = std[: ANGLES.stop + 1].clamp(min=SMALLEST_STD)
    std[ANGLES.stop + 1 :] = std[ANGLES.stop + 1 :].clamp(min=1e-4)  # metres, and gestures in radians
    z = [torch.from_numpy(d.intents).sub(mean).div(std) for d in dialogues]
    velocity = torch.cat([x.diff(dim=1).flatten(0, 1) for x in z]).square().mean(0).sqrt().clamp(min=SMALLEST_VELOCITY)
    clips = torch.cat([_clip_variances(x[..., ROTATION]) for x in z])
    spread = float(std[ANGLES].square().sum() / 2)
    return Scale(mean, std, velocity, spread, float(clips.quantile(1 - RESTLESS_SHARE)))


def mirrored(motion: Tensor) -> Tensor:
    """The motion (..., 56 or 62) mirrored left to right."""
    width = motion.shape[-1]
    return motion[..., MIRROR_ORDER[:width]] * MIRROR_SIGN[:width]


def _clip_variances(rotation: Tensor, frames: int = 125) -> Tensor:
    """Variance of (2, T, 6) over clips of five seconds, summed over the channels: (clips,)"""
    whole = rotation[:, : max(1, rotation.shape[1] // frames) * frames]
    return whole.unflatten(1, (-1, min(frames, whole.shape[1]))).var(dim=2).sum(-1).flatten()


def draw_batch(dialogues: list[Dialogue], scale: Scale, recipe: Recipe, rng: np.random.Generator) -> Batch:
    """Windows at random noise levels."""
    frames = min(recipe.frames, min(d.masks.shape[1] for d in dialogues))
    lengths = np.array([d.masks.shape[1] for d in dialogues], float)
    chosen = [dialogues[i] for i in rng.choice(len(dialogues), recipe.pairs, p=lengths / lengths.sum())]
    dubbed = rng.random(recipe.pairs) < recipe.dubbing
    precise = dubbed | (not recipe.roughened)
    parts = [_cut(d, frames, rng, exactly) for d, exactly in zip(chosen, precise, strict=True)]
    motion, conditions, angles, truth = (torch.stack([torch.as_tensor(part[i]) for part in parts]) for i in range(4))
    motion = (motion - scale.mean) / scale.std

    # evenly spread over the batch, so that batches are alike
    level = torch.from_numpy(np.float32((np.arange(recipe.pairs) + rng.random()) / recipe.pairs))
    level = level[:, None].repeat(1, 2)
    apart = np.flatnonzero(rng.random(recipe.pairs) < recipe.apart)
    level[apart, rng.integers(2, size=len(apart))] = torch.from_numpy(rng.random(len(apart), np.float32))
    level = level[..., None].expand(motion.shape[:3])
    given = _given(recipe, motion.shape[:3], rng)
    level = torch.where(given, 0.0, level)
    noise = draw_noise(motion.shape, rng)
    noisy = noised(motion, level, noise)
    clearness = torch.from_numpy(signal(level.numpy()))
    reaction_weight = 1 + REACTION_WEIGHT * (clearness.flip(1) - clearness).clamp(min=0)
    counts = torch.where(given, 0.0, level_weight(clearness) * reaction_weight)
    speech_only = torch.from_numpy(dubbed)[:, None, None].expand(motion.shape[:3])
    counts = torch.where(speech_only & (truth < 0.5), 0.0, counts)
    dropped = torch.from_numpy((rng.random(recipe.pairs) < recipe.drop) & ~dubbed)
    return Batch(Clip(motion, angles, counts, speech_only), noisy, conditions, level, dropped)


def draw_noise(shape: tuple[int, int, int, int], rng: np.random.Generator) -> Tensor:
    """Initial noise of the sampler (B, 2, T, D), from a random frame on."""
    pairs, streams, frames, width = shape

    def draw(scale: int, begin: int, count: int) -> np.ndarray:
        return rng.standard_normal((pairs, streams, count, width), np.float32)

    noise = multiscale_noise(draw, frames, slow_columns(width), first=int(rng.integers(SCALES[-1])))
    return torch.from_numpy(noise)


def noised(motion: Tensor, levels: Tensor, noise: Tensor) -> Tensor:
    """``motion`` with ``noise``, both (B, 2, T, D), at ``levels`` (B, 2, T)."""
    clear, noisy = (torch.from_numpy(share(levels.numpy()))[..., None] for share in (signal, noise_share))
    return clear * motion + noisy * noise


def _cut(dialogue: Dialogue, frames: int, rng: np.random.Generator, precise: bool):
    """Motion (2, T, 56), condition (2, T, K), angles (2, 2) and true masks (2, T) of one random window."""
    start = rng.integers(dialogue.masks.shape[1] - frames + 1)
    cut = slice(start, start + frames)
    truth = torch.from_numpy(dialogue.masks[:, cut])
    used = dialogue.used_masks
    exact = np.array_equal(used, dialogue.masks)
    masks = roughen(used, rng)[:, cut] if exact and not precise else torch.from_numpy(used[:, cut])
    motion, angles = torch.from_numpy(dialogue.intents[:, cut]), torch.from_numpy(dialogue.toward)
    layout = torch.from_numpy(dialogue.layout)
    if rng.random() < 0.5:
        motion = mirrored(motion)
        angles, layout = angles * torch.tensor([-1.0, 1.0]), layout * MIRROR_LAYOUT
    scene = layout[:, None].expand(-1, frames, -1)
    voice = torch.from_numpy(np.float32(dialogue.features[:, cut]))
    conditions = torch.cat([masks[..., None], masks.flip(0)[..., None], scene, voice], dim=-1)
    return motion, conditions, angles, truth


def roughen(masks: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Masks (2, T) with errors like those of diarization: shifted, smoothed, less confident; a quarter stays exact."""
    if rng.random() < 0.25:
        return torch.from_numpy(masks)
    rows = []
    for row in masks:
        row = np.roll(row, rng.integers(-3, 4))
        width = rng.integers(1, 5) * 2 + 1
        row = box_filtered(row, width)
        uncertainty = rng.uniform(0, 0.15, 2)
        rows.append(uncertainty[0] + (1 - uncertainty.sum()) * row)
    return torch.from_numpy(np.float32(rows))


def _given(recipe: Recipe, shape: tuple[int, int, int], rng: np.random.Generator) -> Tensor:
    """(B, 2, T) bool, the frames that the network is given: one whole stream, or all outside of a span of both people
    or of one."""
    given = torch.zeros(shape, dtype=torch.bool)
    for pair in np.flatnonzero(rng.random(shape[0]) < recipe.given):
        kind, person = rng.integers(4), rng.integers(2)
        if kind < 2:
            given[pair, person] = True
            continue
        first, last = sorted(rng.integers(0, shape[2] + 1, 2))
        given[pair] = True
        given[pair, slice(None) if kind == 2 else person, first:last] = False
    return given
