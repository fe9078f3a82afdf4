"""Train the generator's ablations and the learnt baselines: one small equal budget each, on the same dialogues.

    python -m research train ablations --data cache/dialogues --out cache/ablations
    python -m research evaluate generator --data cache/test --train cache/dialogues --ablations cache/ablations

Every run has the same network but for its ablation, the same steps and seed 0; the two decisive ablations have two
seeds more. A stopped command resumes; finished runs are skipped. The stages of
DESIGN 7 are taken away one by one: "no prior" goes without stage 0, "B8 dubbing only" without stage 1, the
conversations, and "no dubbing" without stage 2.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.engine.networks.generator import Config, Conv, DualStream, Embedding
from core.gaze import INTENT_WIDTH
from core.generator import posture_gesture
from core.generator.condition import FEATURES, OWN_MASK, PARTNER_MASK
from core.speech import features

from .batches import Batch, Dialogue, Recipe, draw_batch, read_dialogues, read_mixes
from .generator import Draw, Plan, Stage, train
from .losses import EVEN_GAZE, PLAIN_GAZE, WEIGHTS, Scale
from .trained import Trained, load_trained

STEPS = 1500
WIDTHS = (96, 128, 192)  # 2.8 million parameters: more steps in the same minutes than the shipped size
SHORT, LONG = Recipe(pairs=8, frames=64, drop=0.1), Recipe(pairs=2, frames=250, drop=0.1)

MASKS = (OWN_MASK, PARTNER_MASK)
LAYOUT = tuple(range(PARTNER_MASK + 1, FEATURES))
PARTNER = (PARTNER_MASK, *LAYOUT, *(FEATURES + i for i in range(features.WIDTH)[features.FEATURES["partner"]]))


def stages(steps: int, prior: float = 0.07, dubbing: float = 0.2, dubbed: float = 0.35) -> tuple[Stage, ...]:
    """The generator's stages in ``steps``: a prior, conversations in short then long windows, dubbing mixed in."""
    first, last, long = round(prior * steps), round(dubbing * steps), round(0.25 * steps)
    plan = (
        Stage("prior", first, replace(SHORT, drop=1.0)),
        Stage("conversation, short", steps - first - last - long, SHORT),
        Stage("conversation, long", long, LONG),
        Stage("dubbing", last, replace(LONG, dubbing=dubbed)),
    )
    return tuple(stage for stage in plan if stage.steps)


def only_dubbing(steps: int) -> tuple[Stage, ...]:
    """The same windows; the loss is always that of the speaker's mouth alone."""
    return tuple(
        stage if stage.name == "prior" else replace(stage, recipe=replace(stage.recipe, dubbing=1.0))
        for stage in stages(steps)
    )


def only_conversation(steps: int) -> tuple[Stage, ...]:
    """The same windows without prior and dubbing, the condition never dropped: for regressions."""
    whole = stages(steps, prior=0.0, dubbing=0.0)
    return tuple(replace(stage, recipe=replace(stage.recipe, drop=0.0, given=0.0)) for stage in whole)


def regression(dialogues: list[Dialogue], scale: Scale, recipe: Recipe, rng: np.random.Generator) -> Batch:
    """Windows with no motion as input: the network learns the conditional mean."""
    batch = draw_batch(dialogues, scale, recipe, rng)
    clip = replace(batch.clip, counts=torch.ones_like(batch.clip.counts))
    return replace(batch, clip=clip, noisy=torch.zeros_like(batch.noisy), levels=torch.ones_like(batch.levels))


def partner_regression(dialogues: list[Dialogue], scale: Scale, recipe: Recipe, rng: np.random.Generator) -> Batch:
    """A regression of one person from the other's motion; in a third of the pairs neither is known."""
    batch = regression(dialogues, scale, recipe, rng)
    known = torch.from_numpy(rng.integers(3, size=len(batch.dropped)))  # 0, 1: that person; 2: nobody
    given = (known[:, None] == torch.arange(2))[..., None].expand(batch.levels.shape)
    noisy = torch.where(given[..., None], batch.clip.motion, 0.0)
    clip = replace(batch.clip, counts=torch.where(given, 0.0, 1.0))
    return replace(batch, clip=clip, noisy=noisy, levels=torch.where(given, 0.0, 1.0))


def hard(dialogues: list[Dialogue], scale: Scale, recipe: Recipe, rng: np.random.Generator) -> Batch:
    """Windows with masks of 0 and 1 in the condition, without uncertainty."""
    return draw_batch(dialogues, scale, replace(recipe, roughened=False), rng)


class Unattended(nn.Module):
    """In place of a CrossAttention: nothing of the partner is read."""

    def forward(self, h: Tensor, motion: Tensor) -> Tensor:
        """h: (2 B, T, C), returned as it is"""
        return h


class WithoutCrossAttention(DualStream):
    """Neither person reads the partner's motion."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.cross = nn.ModuleList(Unattended() for _ in config.widths)


class WithoutColumns(DualStream):
    """Some columns of the condition are 0."""

    hidden: tuple[int, ...]

    def forward(self, noisy: Tensor, condition: Tensor, t: Tensor, dropped: Tensor | None = None) -> Tensor:
        """As of :class:`DualStream`."""
        index = torch.tensor(self.hidden, device=condition.device)
        return super().forward(noisy, condition.index_fill(-1, index, 0), t, dropped)


class WithoutLayout(WithoutColumns):
    hidden = LAYOUT


class WithoutMasks(WithoutColumns):
    hidden = MASKS


class Alone(WithoutColumns, WithoutCrossAttention):
    """Reads the own voice only: nothing of the partner, nothing of the layout."""

    hidden = PARTNER


class MotionInlet(Conv):
    """The network's inlet without the condition beside the noisy motion."""

    def __init__(self, inside: int, outside: int, motion: int):
        super().__init__(inside, outside)
        self.motion = motion

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, T, inside), motion first -> (B, T, outside)"""
        return super().forward(F.pad(x[..., : self.motion], (0, x.shape[-1] - self.motion)))


class FilmOnly(DualStream):
    """The condition enters by FiLM alone."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.inlet = MotionInlet(self.inlet.in_channels, self.inlet.out_channels, config.intent)


class TimeEmbedding(Embedding):
    """What FiLM reads, without the condition."""

    def forward(self, condition: Tensor, t: Tensor) -> Tensor:
        """As of :class:`Embedding`."""
        return super().forward(torch.zeros_like(condition), t)


class ConcatenationOnly(DualStream):
    """The condition enters beside the noisy motion alone."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.embed = TimeEmbedding(config.condition + config.role, config.embedding)


@dataclass(frozen=True)
class Run:
    """How one training differs from the full one."""

    network: Callable[[Config], DualStream] = DualStream
    config: Mapping = field(default_factory=dict)
    stages: Callable[[int], tuple[Stage, ...]] = stages
    weights: Mapping[str, float] = field(default_factory=WEIGHTS.copy)
    draw: Draw = draw_batch
    seed: int = 0
    one_mix: bool = False  # both streams get the features of the unmasked mix
    share: float = 1.0  # of the dialogues

    def training_set(self, dialogues: list[Dialogue], folder: Path) -> list[Dialogue]:
        """The training data of this run among the ``dialogues`` of ``folder``."""
        kept = [d for d in dialogues if d.number * self.share // 1 > (d.number - 1) * self.share // 1]
        if self.draw is hard:
            kept = [replace(d, used_masks=np.round(d.used_masks)) for d in kept]
        if not self.one_mix:
            return kept
        mixes = read_mixes(folder)
        return [replace(d, features=np.broadcast_to(mixes[d.number], d.features.shape)) for d in kept]


def _decisive(seed: int) -> dict[str, Run]:
    """The full network and the two decisive ablations, of one seed."""
    suffix = f", seed {seed}" if seed else ""
    return {
        f"full{suffix}": Run(seed=seed),
        f"no cross-attention{suffix}": Run(WithoutCrossAttention, seed=seed),
        f"no gaze loss{suffix}": Run(weights=PLAIN_GAZE, seed=seed),
    }


RUNS = {  # in the order in which they are trained: what decides comes first
    **_decisive(0),
    **_decisive(1),
    "no roles": Run(config={"role": 0}),
    "no layout": Run(WithoutLayout),
    "no prior": Run(stages=lambda steps: stages(steps, prior=0.0)),
    "no dubbing": Run(stages=lambda steps: stages(steps, dubbing=0.0)),
    "one mix": Run(one_mix=True),
    "B4 FaceFormer-like": Run(Alone, stages=only_conversation, draw=regression),
    "B6 DualTalk-like": Run(stages=only_conversation, draw=partner_regression),
    "B8 dubbing only": Run(stages=only_dubbing),
    **_decisive(2),
    "no masks": Run(WithoutMasks, {"role": 0}),
    "no velocity loss": Run(weights=WEIGHTS | {"velocity": 0.0}),
    "FiLM only": Run(FilmOnly),
    "concatenation only": Run(ConcatenationOnly),
    "no selective weight": Run(weights=EVEN_GAZE),
    "hard masks": Run(draw=hard),
    "one band": Run(config={"intent": INTENT_WIDTH}),
    "a tenth of the data": Run(share=0.1),
    "30 % of the data": Run(share=0.3),
}


def weights_of(folder: Path, name: str) -> Path:
    """Where the weights of the run ``name`` are, or will be."""
    return Path(folder) / name.replace(" ", "_").replace(",", "") / "generator.safetensors"


def finished(folder: Path) -> dict[str, Trained]:
    """The trained runs of ``folder`` by name, in the order of RUNS; unfinished ones are left out."""
    paths = {name: weights_of(folder, name) for name in RUNS}
    found = {name: load_trained(path, RUNS[name].network) for name, path in paths.items() if path.is_file()}
    most = max((int(checkpoint.header["step"]) for checkpoint in found.values()), default=0)
    return {name: checkpoint for name, checkpoint in found.items() if int(checkpoint.header["step"]) == most}


def add_arguments(parser) -> None:
    """Arguments of ``python -m research train ablations``."""
    parser.add_argument("--data", type=Path, required=True, help="folder of cached dialogues, .npz")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs, one folder each")
    parser.add_argument("--runs", nargs="+", default=list(RUNS), choices=RUNS, metavar="NAME", help="only these")
    parser.add_argument("--steps", type=int, default=STEPS, help="of each run")
    parser.add_argument("--threads", type=int, default=1)


def main(arguments) -> None:
    """Train what is not finished."""
    torch.set_num_threads(arguments.threads)
    read = cache(lambda separate: read_dialogues(arguments.data, separate))  # 16 hours take half a minute to read
    for name in arguments.runs:
        run, folder = RUNS[name], weights_of(arguments.out, name).parent
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(run.stages(arguments.steps), warm_up=100, seed=run.seed, weights=run.weights)
        whole = {"condition": FEATURES + features.WIDTH, "widths": WIDTHS, "intent": posture_gesture.WIDTH}
        config = Config(**whole | run.config)
        dialogues, data_hash = read(config.intent == posture_gesture.WIDTH)
        header = {"data": data_hash, "seed": str(run.seed), "command": _command(), "run": name}
        started = time.perf_counter()
        state = train(folder, run.training_set(dialogues, arguments.data), plan, config, header, run.draw, run.network)
        size = sum(p.numel() for p in state.network.parameters()) / 1e6
        print(f"{name}: {size:.2f} M, {state.step} steps, {time.perf_counter() - started:.0f} s", flush=True)


def _command() -> str:
    return "python -m research " + " ".join(sys.argv[1:])
