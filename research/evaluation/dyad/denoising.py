"""How well the ablations' networks find the motion behind a noisy one, on unseen voices: the cheap half of the claims.

    python -m research evaluate denoising --data cache/test --train cache/dialogues --ablations cache/ablations

One window of ten seconds of every dialogue at each noise level, the same noise for every network, losses as in training
but unweighted by level. It takes seconds where sampling takes minutes, and sees what is learnt rather than what is
played: at level 1 nothing but the condition tells the motion. Where the partner is known, one person is at level 1
and the other's motion is given clean: what that wins is what cross-attention has learnt to use.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from core.files import replacing
from core.generator import posture_gesture
from core.generator.diffusion import WINDOW, noise_share, signal

from ...training.ablations import RUNS, answer, finished, regression
from ...training.batches import Batch, Dialogue, draw_noise, measure, read_dialogues
from ...training.losses import Clip, Scale, losses
from . import claims
from .bootstrap import Drawn, draw_weights

LEVELS = (0.4, 0.6, 0.8, 1.0)
ALONE, KNOWN = ", from the condition alone", ", partner known"
ROWS = [(level, level) for level in LEVELS] + [(0.0, 1.0), (1.0, 0.0)]  # noise levels of A and B
PARTS = {"": slice(0, len(LEVELS)), ALONE: slice(len(LEVELS) - 1, len(LEVELS)), KNOWN: slice(len(LEVELS), None)}
TRAINING = 60  # dialogues are enough for the spread
# run -> losses it must worsen
CLAIMS: Mapping[str, tuple[str, ...]] = {
    "no cross-attention": ("expression", "rotation", "translation", "gaze"),
    "no gaze loss": ("gaze",),
    "no roles": ("expression", "rotation", "gaze"),
    "no masks": ("expression", "rotation", "gaze"),
    "no layout": ("gaze", "rotation"),
    "no dubbing": ("expression",),
    "no prior": ("rotation", "total"),
    "FiLM only": ("expression", "total"),
    "concatenation only": ("expression", "total"),
    "no velocity loss": ("velocity",),
    "B8 dubbing only": ("rotation", "gaze"),
    "one mix": ("expression",),
    "hard masks": ("expression",),
    "no selective weight": ("gaze",),
    "a tenth of the data": ("total",),
    "30 % of the data": ("total",),
}


def windows(dialogues: list[Dialogue], scale: Scale) -> list[Batch]:
    """The middle of every dialogue in all ROWS; what is given clean does not count."""
    batches = []
    for dialogue in dialogues:
        rng = np.random.default_rng(dialogue.number)
        start = max(0, (dialogue.masks.shape[1] - WINDOW) // 2)
        cut, count = slice(start, start + WINDOW), len(ROWS)
        motion = (torch.from_numpy(dialogue.intents[:, cut]) - scale.mean) / scale.std
        motion = motion.expand(count, *motion.shape)
        level = torch.tensor(ROWS)[..., None].expand(motion.shape[:3])
        noisy = signal(level)[..., None] * motion + noise_share(level)[..., None] * draw_noise(motion.shape, rng)
        angles = torch.from_numpy(dialogue.toward).expand(count, 2, 2)
        clip = Clip(motion, angles, (level > 0).float(), torch.zeros(level.shape, dtype=torch.bool))
        told = torch.from_numpy(_told(dialogue, cut)).expand(count, 2, motion.shape[2], -1)
        batches.append(Batch(clip, noisy, told, level, torch.zeros(count, dtype=torch.bool)))
    return batches


def _told(dialogue: Dialogue, cut: slice) -> np.ndarray:
    """(2, T, K) the condition, its columns as in core/generator/condition.py."""
    masks, voices = dialogue.used_masks[:, cut], np.float32(dialogue.features[:, cut])
    scene = dialogue.layout[:, None].repeat(masks.shape[1], axis=1)
    return np.concatenate([masks[..., None], masks[::-1, :, None], scene, voices], axis=-1).astype(np.float32)


@torch.inference_mode()
def judged(network, batches: list[Batch], scale: Scale) -> list[dict[str, float]]:
    """Losses of every dialogue, of each of PARTS."""
    rows = []
    for batch in batches:
        predicted = network(batch.noisy, batch.condition, batch.levels)
        row = {}
        for said, part in PARTS.items():
            clip = Clip(*(value[part] for value in vars(batch.clip).values()))
            row |= {name + said: float(value) for name, value in losses(predicted[part], clip, scale).items()}
        rows.append(row)
    return rows


def add_arguments(parser) -> None:
    """What ``python -m research evaluate denoising`` takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--train", type=Path, required=True, help="folder of the dialogues that were learnt from")
    parser.add_argument("--ablations", type=Path, required=True, help='folder made by "train ablations"')
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def main(arguments) -> None:
    """Print every loss of every run, and what of the claims shows."""
    drawn, hashes, shown = [], {}, {}
    for name, checkpoint in finished(arguments.ablations).items():
        run = replace(RUNS[name], share=1.0)  # of what it learnt from, not of what it is judged by
        if run.draw in (regression, answer):
            continue
        hashes[name] = checkpoint.sha256
        banded = checkpoint.network.config.intent == posture_gesture.WIDTH
        kind = banded, run.one_mix, run.draw
        if kind not in shown:
            dialogues, hashes["data"] = read_dialogues(arguments.data, banded)
            scale = measure(read_dialogues(arguments.train, banded)[0][::6][:TRAINING])
            heard = run.training_set(dialogues, arguments.data)
            shown[kind] = windows(heard, scale), scale, draw_weights(len(heard))
        batches, scale, weights = shown[kind]
        rows = judged(checkpoint.network, batches, scale)
        drawn += [Drawn.mean(key, name, [row[key] for row in rows], weights) for key in rows[0]]
        print(
            name,
            f"{checkpoint.header['step']} steps",
            *(f"{d.metric} {d.values[0]:.4g}" for d in drawn[-18:]),
            sep="; ",
        )
    found = claims.check(drawn, "", {run: [n + part for n in names for part in PARTS] for run, names in CLAIMS.items()})
    print(claims.table(found))
    if arguments.out:
        content = {"about": hashes, "claims": [asdict(d) for d in found], "losses": [asdict(d.measure) for d in drawn]}
        with replacing(arguments.out) as file:
            file.write(json.dumps(content, indent=1).encode())
