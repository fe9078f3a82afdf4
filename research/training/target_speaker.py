"""Train target-speaker VAD on mixtures of real voices (SPEECH)."""

import argparse
import copy
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from core import WEIGHTS
from core.diarization import clustering, embeddings, lda, log_mel, target_speaker
from core.engine.networks.target_speaker import TargetSpeakerVAD
from core.engine.weights import FILES

from . import lda as fitting
from . import mixture_cache

CROP = 400  # frames of each mixture in a batch
BATCH = 8  # mixtures a step; each is seen from both sides
RATE, DECAY = 2e-3, 0.01
WATCH = 250  # steps between two validations
AVERAGE = 0.995  # share of the running mean of the weights that a step keeps
ORACLE = 0.35  # share of the examples whose voices are measured on the truth instead of found by clustering


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and noise_rir/")
    parser.add_argument(
        "--cache", type=Path, required=True, help="folder of mixtures, from which a stopped run resumes"
    )
    parser.add_argument("--mixtures", type=int, default=3200)
    parser.add_argument("--rate", type=float, default=RATE, help="highest learning rate")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--width", type=int, default=Plan.width)
    parser.add_argument("--seed", type=int, default=0)


def main(args: argparse.Namespace) -> None:
    if not log_mel.FILE.exists():
        write_view()
    mixture_cache.prepare(args.data, args.cache, "validation", max(20, args.mixtures // 25))
    mixture_cache.prepare(args.data, args.cache, "train", args.mixtures)
    plan = Plan(args.steps, args.rate, args.seed, args.width)
    if not plan.state(args.cache).exists():  # a resumed training needs the same LDA
        fitting.fit(map(mixture_cache.load, mixture_cache.paths(args.cache, "train", args.mixtures)), lda.FILE)
        lda.space.cache_clear()
    held = read_examples(args.cache, "validation")
    train(read_examples(args.cache, "train", args.mixtures), held, plan, args.cache)


def write_view() -> None:
    """Write a copy of the leading components of the voice projection, which may be fitted again."""
    fitted = load_file(WEIGHTS / "voice_pca.safetensors")
    matrix = (fitted["components"] / fitted["std"][:, None])[:, : log_mel.COMPONENTS]
    shift = -(fitted["mean"] @ matrix)
    save_file({"matrix": matrix.half().contiguous(), "shift": shift.contiguous()}, log_mel.FILE)


@dataclass(frozen=True, eq=False)
class Example:
    """One training example."""

    log_mel_features: np.ndarray  # (T, C) float16
    speakers: list[np.ndarray]  # each (2, T, columns) float16: with found voices (where they fit), with true ones
    truth: np.ndarray  # (2, T)


@dataclass(frozen=True)
class Plan:
    """Hyperparameters of a training."""

    steps: int
    rate: float = RATE
    seed: int = 0
    width: int = 112

    def state(self, folder: Path) -> Path:
        """The file of the state from which a stopped run resumes."""
        return Path(folder) / f"masks_{self.seed}_{self.steps}_{self.width}.pt"


def train(examples: list[Example], held: list[Example], plan: Plan, folder: Path) -> None:
    """Train on ``examples``, validate on ``held``, and write the weights with their origin in the header.

    The state is written to ``folder`` every WATCH steps, from which the same command resumes.
    """
    torch.manual_seed(plan.seed)
    network = TargetSpeakerVAD(plan.width)
    network.train()
    average = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), plan.rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=plan.steps, pct_start=0.1)
    parts = {"network": network, "average": average, "optimiser": optimiser, "schedule": schedule}
    state = plan.state(folder)
    done = _resume(state, parts)
    for step in range(done + 1, plan.steps + 1):
        loss = loss_of(network, *batch(examples, np.random.default_rng([plan.seed, step])))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(AVERAGE, step / (step + 10))
        for mean, new in zip(average.parameters(), network.parameters(), strict=True):
            mean.data.lerp_(new.data, 1 - keep)
        if step % WATCH == 0 or step == plan.steps:
            print(f"step {step}: loss {loss.item():.4f}, validation {validate(average, held):.4f}", flush=True)
            torch.save({"step": step} | {name: part.state_dict() for name, part in parts.items()}, state)
    save(average, len(examples), plan, validate(average, held))


def _resume(state: Path, parts: dict) -> int:
    """Restore the state, where there is one, and return the number of finished steps."""
    if not state.exists():
        return 0
    kept = torch.load(state, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(kept[name])
    return kept["step"]


def read_examples(cache: Path, split: str, count: int | None = None) -> list[Example]:
    """The first ``count`` mixtures of ``split`` in ``cache``, or all."""
    return [example(mixture_cache.load(path)) for path in mixture_cache.paths(cache, split, count)]


def example(mixture: mixture_cache.CachedMixture) -> Example:
    """Describe a mixture with the voices as inference would find them, and with the true ones."""
    found, truth = mixture.embeddings, mixture.truth
    middles = np.minimum(np.arange(len(found.wide)) * embeddings.WIDE_STEP + 1, truth.shape[1] - 1)
    alone = truth * (1 - truth[::-1])
    true = np.stack([clustering.unit((found.wide * own[middles, None]).mean(0)) for own in alone])
    clustered = _found(found, true)
    centres = [true] if clustered is None else [clustered, true]
    speakers = [target_speaker.speaker_features(found, pair).astype(np.float16) for pair in centres]
    return Example(mixture.log_mel, speakers, truth)


def _found(recording: embeddings.SpeakerEmbeddings, true: np.ndarray) -> np.ndarray | None:
    """The voices by clustering, in the order of the true ones; None where clustering took one person for two."""
    speech = recording.mean_activity() > clustering.WINDOW_SPEECH
    if speech.sum() < 8:
        return None
    found = clustering.cluster_speakers(recording.wide[speech], most=2).centres
    nearest = (true @ found.T).argmax(1)
    return None if nearest[0] == nearest[1] else found[nearest]


def batch(examples: list[Example], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(2 BATCH, CROP, PICTURE), (2 BATCH, CROP, columns), (2 BATCH, CROP): both sides of each drawn mixture."""
    spectra, speaker_features, truths = [], [], []
    for chosen in rng.integers(0, len(examples), BATCH):
        one = examples[chosen]
        start = rng.integers(0, max(1, one.truth.shape[1] - CROP + 1))
        part = slice(start, start + CROP)
        speakers = one.speakers[-1 if rng.random() < ORACLE else 0][:, part].astype(np.float32)
        log_mel_features = _masked(one.log_mel_features[part].astype(np.float32), rng)
        missing = CROP - len(log_mel_features)
        spectra += [np.pad(log_mel_features, ((0, missing), (0, 0)))] * 2
        speaker_features += list(np.pad(speakers, ((0, 0), (0, missing), (0, 0))))
        truths += list(np.pad(one.truth[:, part], ((0, 0), (0, missing)), constant_values=np.nan))
    return tuple(torch.from_numpy(np.stack(x).astype(np.float32)) for x in (spectra, speaker_features, truths))


def _masked(log_mel_features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """SpecAugment (Park et al. 2019): bands, or one of the two inputs, are masked at random."""
    if rng.random() < 0.3:
        low = rng.integers(0, 70)
        for first in (0, 80):
            log_mel_features[:, first + low : first + low + rng.integers(4, 20)] = 0
    if rng.random() < 0.15:
        log_mel_features[:, 160:] = 0
    elif rng.random() < 0.15:
        log_mel_features[:, :160] = 0
    return log_mel_features


def loss_of(
    network: TargetSpeakerVAD,
    log_mel_features: torch.Tensor,
    speakers: torch.Tensor,
    truth: torch.Tensor,
):
    """Cross-entropy with the share of each frame that is speech; frames beyond the end (nan) do not count."""
    logits = network(log_mel_features, speakers)
    known = ~torch.isnan(truth)
    return F.binary_cross_entropy_with_logits(logits[known], truth[known])


@torch.inference_mode()
def validate(network: TargetSpeakerVAD, held: list[Example]) -> float:
    """Mean cross-entropy over unseen readers, with the voices found by clustering."""
    losses = []

    def logits(log_mel_features: np.ndarray, speakers: np.ndarray) -> np.ndarray:
        return network(torch.from_numpy(log_mel_features), torch.from_numpy(speakers)).numpy()

    for one in held:
        speakers = one.speakers[0].astype(np.float32)
        found = target_speaker.target_masks(one.log_mel_features, speakers, logits).clip(1e-5, 1 - 1e-5)
        losses.append(-np.mean(one.truth * np.log(found) + (1 - one.truth) * np.log(1 - found)))
    return float(np.mean(losses))


def save(network: TargetSpeakerVAD, mixtures: int, plan: Plan, loss: float) -> None:
    """Write float16 weights; the header says how they were trained."""
    tensors = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    digest = hashlib.sha256(b"".join(value.numpy().tobytes() for value in tensors.values())).hexdigest()
    card = {
        "width": str(network.log_mel.out_features),
        "trained_on": "mixtures of LibriSpeech, speechocean762, VCTK, LJSpeech, ARCTIC, Kerstin and Asterisk voices",
        "command": f"python -m research train masks --mixtures {mixtures} --steps {plan.steps} --rate {plan.rate} "
        f"--seed {plan.seed} --width {plan.width}",
        "validation": json.dumps({"cross_entropy": round(loss, 4)}),
        "sha256": digest,
    }
    save_file(tensors, FILES["target_speaker"], card)
