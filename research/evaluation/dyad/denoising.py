"""Denoising loss of the ablations on unseen voices, and the claims that it can test.

    python -m research evaluate denoising --data cache/test --train cache/dialogues --ablations cache/ablations

One window of ten seconds of every dialogue at each noise level, the same noise for every network, losses as in training
but unweighted by level. It takes seconds where sampling takes minutes. At level 1 only the condition determines the
motion. With the partner known, one person is at level 1 and the other's motion is given clean: the gain over level 1
measures what cross-attention has learnt to use.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from core.generator import posture_gesture
from core.generator.window_averaging import WINDOW

from ...training.ablations import RUNS, finished, partner_regression, regression
from ...training.batches import Batch, Dialogue, draw_noise, measure, noised, read_dialogues
from ...training.losses import Clip, Scale, losses
from .. import report
from . import claims
from .bootstrap import Estimate, draw_weights

LEVELS = (0.4, 0.6, 0.8, 1.0)
ALONE, KNOWN = ", from the condition alone", ", partner known"
ROWS = [(level, level) for level in LEVELS] + [(0.0, 1.0), (1.0, 0.0)]  # noise levels of A and B
PARTS = {"": slice(0, len(LEVELS)), ALONE: slice(len(LEVELS) - 1, len(LEVELS)), KNOWN: slice(len(LEVELS), None)}
TRAINING = 60  # dialogues of the training set, for the scale
# run: losses that it must worsen
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
    """The middle window of every dialogue at all ROWS of levels; people given clean are left out of the loss."""
    batches = []
    for dialogue in dialogues:
        rng = np.random.default_rng(dialogue.number)
        start = max(0, (dialogue.masks.shape[1] - WINDOW) // 2)
        cut, count = slice(start, start + WINDOW), len(ROWS)
        motion = (torch.from_numpy(dialogue.intents[:, cut]) - scale.mean) / scale.std
        motion = motion.expand(count, *motion.shape)
        level = torch.tensor(ROWS)[..., None].expand(motion.shape[:3])
        noisy = noised(motion, level, draw_noise(motion.shape, rng))
        angles = torch.from_numpy(dialogue.toward).expand(count, 2, 2)
        clip = Clip(motion, angles, (level > 0).float(), torch.zeros(level.shape, dtype=torch.bool))
        network_input = torch.from_numpy(_condition(dialogue, cut)).expand(count, 2, motion.shape[2], -1)
        batches.append(Batch(clip, noisy, network_input, level, torch.zeros(count, dtype=torch.bool)))
    return batches


def _condition(dialogue: Dialogue, cut: slice) -> np.ndarray:
    """(2, T, K) condition, columns as in core/generator/condition.py."""
    masks, voices = dialogue.used_masks[:, cut], np.float32(dialogue.features[:, cut])
    scene = dialogue.layout[:, None].repeat(masks.shape[1], axis=1)
    return np.concatenate([masks[..., None], masks[::-1, :, None], scene, voices], axis=-1).astype(np.float32)


@torch.inference_mode()
def evaluate_network(network, batches: list[Batch], scale: Scale) -> list[dict[str, float]]:
    """Losses of every dialogue, for each of PARTS."""
    rows = []
    for batch in batches:
        predicted = network(batch.noisy, batch.condition, batch.levels)
        row = {}
        for label, part in PARTS.items():
            clip = Clip(*(value[part] for value in vars(batch.clip).values()))
            row |= {name + label: float(value) for name, value in losses(predicted[part], clip, scale).items()}
        rows.append(row)
    return rows


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate denoising``."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--train", type=Path, required=True, help="folder of the training dialogues, .npz")
    parser.add_argument("--ablations", type=Path, required=True, help='folder of "train ablations"')
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Print the losses of every run, and the verdicts on the claims."""
    estimates, hashes, prepared = [], {}, {}
    for name, checkpoint in finished(arguments.ablations).items():
        run = replace(RUNS[name], share=1.0)  # a share of the training data, not of the test data
        if run.draw in (regression, partner_regression):
            continue
        hashes[name] = checkpoint.sha256
        separate = checkpoint.network.config.intent == posture_gesture.WIDTH
        kind = separate, run.one_mix, run.draw
        if kind not in prepared:
            dialogues, hashes["data"] = read_dialogues(arguments.data, separate)
            scale = measure(read_dialogues(arguments.train, separate)[0][::6][:TRAINING])
            dialogues = run.training_set(dialogues, arguments.data)
            prepared[kind] = windows(dialogues, scale), scale, draw_weights(len(dialogues))
        batches, scale, weights = prepared[kind]
        rows = evaluate_network(checkpoint.network, batches, scale)
        estimates += [Estimate.mean(key, name, [row[key] for row in rows], weights) for key in rows[0]]
        print(
            name,
            f"{checkpoint.header['step']} steps",
            *(f"{d.metric} {d.values[0]:.4g}" for d in estimates[-18:]),
            sep="; ",
        )
    verdicts = claims.check(
        estimates, "", {run: [n + part for n in names for part in PARTS] for run, names in CLAIMS.items()}
    )
    print(claims.table(verdicts))
    if arguments.out:
        content = {
            "about": hashes,
            "claims": [asdict(d) for d in verdicts],
            "losses": [asdict(d.measure) for d in estimates],
        }
        report.write_json(arguments.out, content)
