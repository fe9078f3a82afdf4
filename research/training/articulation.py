"""Train the articulation head on aligned speech: clean, augmented, and with a second voice.

python -m research train articulation --data ../shared/data --cache CACHE --steps 700
python -m research train articulation --data ../shared/data --cache CACHE --parts 5 --steps 450 --rate 8e-4 --go-on
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from core import WEIGHTS
from core.engine.networks.articulation import VISEMES, Articulation, ArticulationHead, load_head

from ..corpora import recordings as corpora
from ..corpora.surroundings import read_surroundings
from . import scenes

FIELDS = {  # of one ten-second example: shape and dtype on disk
    "tokens": ((500, 1536), np.float16),
    "condition": ((500, 5), np.float32),
    "visemes": ((1000,), np.uint8),
    "closed": ((1000,), np.float32),
    "seal": ((1000,), np.float32),
    "shapes": ((1000, 4), np.float32),
}
PART = 400  # scenes in one part of the cache
ACCENTED_SHARE = 0.35  # of the Mandarin-accented corpus, half of it children; larger shares did not help
CROP = 250  # tokens of a training crop, 5 s
WEIGHTS_OF_LOSSES = {"visemes": 1.0, "closed": 2.0, "seal": 2.0, "shapes": 6.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and noise_rir/")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the encoded scenes, 1.2 GB a part")
    parser.add_argument("--parts", type=int, default=4, help="parts of 400 augmented scenes, beside the clean one")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--go-on", action="store_true", help="start from the shipped head")
    parser.add_argument("--seed", type=int, default=0)


def main(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    parts = [prepare(args.data, args.cache, part, args.seed) for part in range(args.parts + 1)]
    held_out = prepare(args.data, args.cache, -1, args.seed)
    start = load_head().requires_grad_(True) if args.go_on else ArticulationHead(args.width)
    head = train(start, parts, args)
    report = evaluate(head, held_out)
    print(json.dumps(report, indent=1))
    metadata = {"width": str(args.width), "seed": str(args.seed), "steps": str(args.steps), **_as_text(report)}
    save_file(head.state_dict(), WEIGHTS / "articulation.safetensors", metadata=metadata)


def prepare(data: Path, cache: Path, part: int, seed: int) -> dict[str, np.ndarray]:
    """The examples of one part as memory maps, encoded when missing from the cache.

    part: 0 all training recordings, clean; 1, 2, … augmented scenes; -1 the validation speakers, clean
    """
    folder = Path(cache) / f"part{part}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _encode_part(data, folder, part, np.random.default_rng([seed, part + 1]))
        (folder / "done").touch()
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in FIELDS}


def _encode_part(data: Path, folder: Path, part: int, rng: np.random.Generator) -> None:
    recordings = corpora.trainable(corpora.aligned(corpora.read_speech(data)))
    chosen = [r for r in recordings if r.split == ("validation" if part < 0 else "train")]
    chosen = [r for r in chosen if r.corpus != "speechocean762" or rng.random() < ACCENTED_SHARE]
    utterances, around = scenes.read_utterances(chosen), read_surroundings(data)
    count = PART if part > 0 else len(utterances)
    streams = 2 if part > 0 else 1
    arrays = {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", kind, (streams * count, *shape))
        for name, (shape, kind) in FIELDS.items()
    }
    for k in range(count):
        scene = scenes.augmented_scene(utterances, around, rng) if part > 0 else scenes.clean_scene(utterances[k])
        for stream, example in enumerate(scenes.encode(scene)[:streams]):
            for name, values in example.items():
                arrays[name][streams * k + stream] = values


def train(head: ArticulationHead, parts: list[dict[str, np.ndarray]], args: argparse.Namespace) -> ArticulationHead:
    """``head`` after ``args.steps`` steps of AdamW with a one-cycle rate, averaged over its last steps."""
    optimizer = torch.optim.AdamW(head.parameters(), lr=args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.rate, args.steps, pct_start=0.1)
    average = torch.optim.swa_utils.AveragedModel(head, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99))
    started = time.monotonic()
    head.train()
    for step, batch in zip(range(args.steps), batches(parts, args), strict=False):
        losses = losses_of(head(batch["tokens"], batch["condition"]), batch)
        total = sum(WEIGHTS_OF_LOSSES[name] * loss for name, loss in losses.items())
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(head)
        if step % 50 == 0:
            shown = " ".join(f"{name} {loss.item():.4f}" for name, loss in losses.items())
            print(f"step {step}, {time.monotonic() - started:.0f} s: {shown}", flush=True)
    return average.module.eval()


def batches(parts: list[dict[str, np.ndarray]], args: argparse.Namespace) -> Iterator[dict[str, Tensor]]:
    """Random crops of random examples, without end."""
    rng = np.random.default_rng(args.seed)
    counts = np.array([len(p["tokens"]) for p in parts])
    while True:
        rows = []
        for _ in range(args.batch):
            part = parts[rng.choice(len(parts), p=counts / counts.sum())]
            row, start = rng.integers(len(part["tokens"])), rng.integers(500 - CROP + 1)
            rows.append({name: _crop(part[name][row], start) for name in FIELDS})
        yield {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in FIELDS}


def _crop(values: np.ndarray, start: int) -> np.ndarray:
    """CROP tokens from ``start`` on, of values with one or two rows per token."""
    each = len(values) // 500
    piece = values[start * each : (start + CROP) * each]
    return piece.astype(np.int64 if piece.dtype == np.uint8 else np.float32)


def losses_of(predicted: Articulation, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Loss of each output against its labels."""
    target = F.one_hot(batch["visemes"], len(VISEMES)).float().unflatten(1, (-1, 2)).mean(2)
    heavier = 1 + 4 * batch["closed"].unflatten(1, (-1, 2))  # lips are closed in a tenth of the frames
    return {
        "visemes": F.cross_entropy(predicted.visemes.flatten(0, 1), target.flatten(0, 1)),
        "closed": F.binary_cross_entropy_with_logits(predicted.closure, batch["closed"].unflatten(1, (-1, 2)), heavier),
        "seal": F.binary_cross_entropy_with_logits(predicted.bilabial, batch["seal"].unflatten(1, (-1, 2))),
        "shapes": F.mse_loss(predicted.shapes, batch["shapes"].unflatten(1, (-1, 2)).mean(2)),
    }


@torch.inference_mode()
def evaluate(head: ArticulationHead, examples: dict[str, np.ndarray]) -> dict[str, float]:
    """Frame accuracy, closure precision and recall (100 Hz, threshold .5) and shape error on held-out speakers."""
    right, frames, hits, detected, closed, error = 0, 0, 0, 0, 0, 0.0
    for k in range(len(examples["tokens"])):
        row = {name: torch.from_numpy(np.array(examples[name][k])[None]) for name in FIELDS}
        predicted = head(row["tokens"].float(), row["condition"])
        labels = row["visemes"].long()
        speech = labels[:, ::2] != 0
        right += int(((predicted.visemes.argmax(-1) == labels[:, ::2]) & speech).sum())
        frames += int(speech.sum())
        guess, truth = predicted.closure.flatten(1) > 0, row["closed"] > 0.5
        hits, detected, closed = (
            hits + int((guess & truth).sum()),
            detected + int(guess.sum()),
            closed + int(truth.sum()),
        )
        error += float((predicted.shapes - row["shapes"].unflatten(1, (-1, 2)).mean(2)).abs().mean())
    return {
        "viseme_accuracy": right / frames,
        "closure_precision": hits / max(1, detected),
        "closure_recall": hits / closed,
        "shape_error": error / len(examples["tokens"]),
        "held_out_recordings": len(examples["tokens"]),
    }


def _as_text(report: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:.4f}" for name, value in report.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    main(parser.parse_args())
