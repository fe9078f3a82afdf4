"""Train the generator: a prior without sound, then conversations, then dubbing mixed in (DESIGN §7).

    python -m research train generator --data cache/dialogues --out cache/generator

    torchrun --nproc_per_node 4 -m research train generator --data cache/dialogues --out cache/generator

Reproducible by its seed; a stopped command resumes. Uses CUDA where available, and bf16 where that is faster.
Under torchrun every process draws its own batches, and their gradients are averaged.
"""

import csv
import math
import sys
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from core.engine.networks.generator import Config, DualStream, save_network
from core.errors import UserError
from core.files import replacing
from core.generator import posture_gesture
from core.generator.condition import FEATURES

from .batches import Batch, Dialogue, Recipe, draw_batch, measure, read_dialogues
from .ddp import DDP
from .losses import WEIGHTS, Scale, losses

HELD_OUT = 12  # every twelfth recording is used for validation only
EMA = 0.999
LOG_EVERY, SAVE_EVERY = 25, 500  # steps


@dataclass(frozen=True)
class Stage:
    """A phase of training with one recipe for its windows."""

    name: str
    steps: int
    recipe: Recipe


# Windows are short first: two seconds are enough for lips, and a step then contains more people.
STAGES = (
    Stage("prior", 400, Recipe(pairs=16, frames=64, drop=1.0)),
    Stage("conversation, short", 3600, Recipe(pairs=16, frames=64, drop=0.1)),
    Stage("conversation", 6600, Recipe(pairs=8, frames=128, drop=0.1)),
    Stage("conversation, long", 3600, Recipe(pairs=4, frames=250, drop=0.1)),
    Stage("dubbing", 3800, Recipe(pairs=4, frames=250, drop=0.1, dubbing=0.35)),
)


@dataclass(frozen=True)
class Plan:
    """One training."""

    stages: tuple[Stage, ...] = STAGES
    rate: float = 8e-4  # learning rate after warm-up; falls to 2 % as a cosine
    warm_up: int = 200  # steps
    seed: int = 0
    weights: Mapping[str, float] = field(default_factory=WEIGHTS.copy)  # of the losses

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def stage(self, step: int) -> Stage:
        """The stage that ``step`` belongs to."""
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        return self.stages[-1]

    def rate_at(self, step: int) -> float:
        """Learning rate of ``step``."""
        fall = 0.51 + 0.49 * math.cos(math.pi * min(1, step / self.steps))
        return self.rate * min(1, (step + 1) / self.warm_up) * fall


@dataclass(eq=False)
class State:
    """The state of a training after ``step`` steps."""

    network: DualStream
    average: DualStream  # exponential moving average, what is shipped
    optimizer: torch.optim.Optimizer
    step: int = 0


def begin(config: Config, plan: Plan, device: str, build: Callable[[Config], DualStream] = DualStream) -> State:
    """The state before the first step; ``build``: the network of a configuration."""
    torch.manual_seed(plan.seed)
    network = build(config).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), plan.rate, betas=(0.9, 0.99), weight_decay=0.01)
    return State(network, deepcopy(network).requires_grad_(False), optimizer)


def advance(
    state: State, batch: Batch, scale: Scale, plan: Plan, device: str, shared: torch.nn.Module | None = None
) -> dict[str, float]:
    """One step; returns its losses. ``shared``: the network with its gradients averaged over several processes."""
    for group in state.optimizer.param_groups:
        group["lr"] = plan.rate_at(state.step)
    result = batch_losses(shared or state.network, batch, scale, device, plan.weights)
    state.optimizer.zero_grad()
    result["total"].backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
    state.optimizer.step()
    state.step += 1
    keep = min(EMA, state.step / (10 + state.step))
    with torch.no_grad():
        torch._foreach_lerp_(list(state.average.parameters()), list(state.network.parameters()), 1 - keep)
    return {name: float(value.detach()) for name, value in result.items()}


def batch_losses(
    network: torch.nn.Module, batch: Batch, scale: Scale, device: str, weights: Mapping[str, float] = WEIGHTS
) -> dict[str, torch.Tensor]:
    """Losses of ``network`` on ``batch``."""
    batch = batch.to(device)
    with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=quick_in_halves(device)):
        predicted = network(batch.noisy, batch.condition, batch.levels, batch.dropped)
    return losses(predicted.float(), batch.clip, scale.to(device), weights)


def quick_in_halves(device: str) -> bool:
    """Whether bf16 is quicker on ``device``: on a CPU with instructions for it a step takes half the time."""
    return torch.device(device).type == "cuda" or torch.cpu._is_avx512_bf16_supported()


Draw = Callable[[list[Dialogue], Scale, Recipe, np.random.Generator], Batch]


def train(
    folder: Path,
    dialogues: list[Dialogue],
    plan: Plan,
    config: Config,
    header: dict[str, str],
    draw: Draw = draw_batch,
    build: Callable[[Config], DualStream] = DualStream,
) -> State:
    """Train to the end of ``plan``, writing state.pt, generator.safetensors and log.csv into ``folder``.

    draw:  makes the batches; those of baselines differ
    build: the network of a configuration; ablations are subclasses
    """
    train_set, test_set = split(dialogues)
    with DDP() as ddp:
        state, scale = resume(folder, begin(config, plan, ddp.device, build), measure(train_set), plan)
        shared = ddp.share(state.network)
        while state.step < plan.steps:
            stage, started = plan.stage(state.step), time.perf_counter()
            batch = draw(train_set, scale, stage.recipe, np.random.default_rng([plan.seed, state.step, *ddp.number]))
            result = advance(state, batch, scale, plan, ddp.device, shared)
            if not ddp.leads:
                continue
            if state.step % LOG_EVERY == 0:
                log(folder, state.step, stage.name, result | {"seconds": time.perf_counter() - started})
            if state.step % SAVE_EVERY == 0 or state.step == plan.steps:
                log(folder, state.step, "held out", held_out(state.average, test_set, scale, ddp.device))
                save(folder, state, scale, plan, header)
    return state


def split(dialogues: list[Dialogue]) -> tuple[list[Dialogue], list[Dialogue]]:
    """Training and validation dialogues, split by recording: both performances of one are on the same side.

    Raises UserError when one of the two is empty.
    """
    sides = [d for d in dialogues if d.number % HELD_OUT], [d for d in dialogues if d.number % HELD_OUT == 0]
    if not all(sides):
        raise UserError(
            f"Dialogues whose number is a multiple of {HELD_OUT} are held out, the others are for training; "
            f"of {len(dialogues)} dialogues {len(sides[1])} are held out. Add dialogues of the other kind."
        )
    return sides


@torch.no_grad()
def held_out(network: DualStream, dialogues: list[Dialogue], scale: Scale, device: str) -> dict[str, float]:
    """Losses on unseen dialogues; the same windows, levels and noise each time."""
    recipe = Recipe(pairs=16, frames=250, drop=0.0, given=0.0, apart=0.0)
    batch = draw_batch(dialogues, scale, recipe, np.random.default_rng(1))
    return {name: float(value) for name, value in batch_losses(network, batch, scale, device).items()}


def log(folder: Path, step: int, stage: str, numbers: dict[str, float]) -> None:
    """Add a row to log.csv."""
    path = folder / "log.csv"
    columns = ["step", "stage", "total", *WEIGHTS, "seconds"]
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        if new:
            writer.writeheader()
        writer.writerow({"step": step, "stage": stage} | {name: f"{value:.4f}" for name, value in numbers.items()})


def save(folder: Path, state: State, scale: Scale, plan: Plan, header: dict[str, str]) -> None:
    """Write the state to resume from (state.pt) and the weights (generator.safetensors), each atomically."""
    with replacing(folder / "state.pt") as file:
        parts = (state.network, state.average, state.optimizer)
        values = {"plan": repr(plan), "step": state.step, "scale": vars(scale)}
        torch.save(values | {"parts": [part.state_dict() for part in parts]}, file)
    header = header | {"step": str(state.step), "plan": repr(plan)}
    save_network(folder / "generator.safetensors", state.average, scale.mean, scale.std, header)


def resume(folder: Path, state: State, scale: Scale, plan: Plan) -> tuple[State, Scale]:
    """Resume from state.pt where there is one, with its scale: dialogues may have been added since.

    Raises UserError when it belongs to another plan.
    """
    path = folder / "state.pt"
    if not path.exists():
        return state, scale
    saved = torch.load(path, weights_only=True)
    if saved["plan"] != repr(plan):
        raise UserError(f'"{path}" is a training with another plan. Choose another --out, or delete it.')
    for part, values in zip((state.network, state.average, state.optimizer), saved["parts"], strict=True):
        part.load_state_dict(values)
    state.step = saved["step"]
    return state, Scale(**saved["scale"])


def add_arguments(parser) -> None:
    """Arguments of ``python -m research train generator``."""
    parser.add_argument("--data", type=Path, required=True, help="folder of cached dialogues, .npz")
    parser.add_argument("--out", type=Path, required=True, help="folder for state.pt, generator.safetensors, log.csv")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shorter", type=float, default=1.0, help="share of the steps of every stage")


def main(arguments) -> None:
    """Train and say where the weights are."""
    dialogues, data_hash = read_dialogues(arguments.data, separate=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    stages = tuple(replace(stage, steps=max(1, round(stage.steps * arguments.shorter))) for stage in STAGES)
    plan = Plan(stages, seed=arguments.seed)
    header = {"data": data_hash, "seed": str(plan.seed), "command": "python -m research " + " ".join(sys.argv[1:])}
    config = Config(condition=FEATURES + dialogues[0].features.shape[2], intent=posture_gesture.WIDTH)
    state = train(arguments.out, dialogues, plan, config, header)
    if DDP().leads:
        print(f"{arguments.out / 'generator.safetensors'}: {state.step} steps on {len(dialogues)} dialogues")
