"""Everything trained, as systems that play a test set: the generator, its sanity checks, its ablations, baselines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from .. import lips
from ..audio import Sound
from ..generate import EXPRESSION, SEAL, hear, sample_intents, within_limits
from ..model import bands, condition, diffusion
from ..model.checkpoint import Checkpoint
from ..training.ablations import RUNS, answer, finished, regression
from .systems import Case, System


def network(checkpoint: Checkpoint) -> System:
    """The trained network as it ships, told the truth about who speaks."""
    return lambda case, seed: sample_intents(checkpoint, case.told, seed)


def sealed(system: System) -> System:
    """``system`` with the lips shut where a closure is surely heard, as the product does after sampling."""

    def sample(case: Case, seed: int) -> np.ndarray:
        intents = system(case, seed)
        for one, heard, mask in zip(intents, case.features, case.masks, strict=True):
            one[:, EXPRESSION] = lips.seal_closures(one[:, EXPRESSION], np.float32(heard[:, SEAL]), mask)
        return intents

    return sample


def from_sound(system: System) -> System:
    """``system`` told only what was found in the recording: who speaks, and what each voice does."""

    def sample(case: Case, seed: int) -> np.ndarray:
        mono = case.sound.astype(np.float32) / 32767
        masks, features = hear(Sound(mono, mono[None], ""), None, lambda share: None)
        return system(replace(case, masks=masks, features=features), seed)

    return sample


def sampled(checkpoint: Checkpoint, guidance: float = 1.0, steps: int = diffusion.STEPS) -> System:
    """The network drawn with another guidance or in another number of steps."""

    return lambda case, seed: sample_intents(checkpoint, case.told, seed, guidance=guidance, steps=steps)


def wrong_masks(checkpoint: Checkpoint) -> System:
    """The network told that the other one speaks; the sound stays with its stream (a sanity check)."""

    def sample(case: Case, seed: int) -> np.ndarray:
        told, masks = case.told, [condition.OWN_MASK, condition.PARTNER_MASK]
        told[..., masks] = told[..., masks[::-1]]
        return sample_intents(checkpoint, told, seed)

    return sample


def swapped_voices(checkpoint: Checkpoint) -> System:
    """The network with masks and voices of both people exchanged: every lip must go wrong."""
    return lambda case, seed: sample_intents(
        checkpoint, replace(case, features=case.features[::-1], masks=case.masks[::-1]).told, seed
    )


def regressed(checkpoint: Checkpoint) -> System:
    """B4: the mean of what could be done, in one pass; every seed is the same."""

    def predict(case: Case, seed: int) -> np.ndarray:
        nobody = torch.zeros(2, case.frames, len(checkpoint.mean))
        return _in_limits(checkpoint, _regress(checkpoint, case, nobody, torch.ones(2, case.frames)))

    return predict


def answering(checkpoint: Checkpoint, privileged: bool) -> System:
    """B6: each person from the other's motion: the true one (``privileged``), or what was predicted without it."""

    def predict(case: Case, seed: int) -> np.ndarray:
        true = bands.split(case.intents) if _banded(checkpoint) else case.intents
        known = torch.from_numpy(np.float32((true - checkpoint.mean) / checkpoint.std))
        if not privileged:
            known = _regress(checkpoint, case, torch.zeros_like(known), torch.ones(2, case.frames))
        rows = []
        for own in (0, 1):
            given = known.clone()
            given[own] = 0
            levels = torch.zeros(2, case.frames)
            levels[own] = 1
            rows.append(_regress(checkpoint, case, given, levels)[own])
        return _in_limits(checkpoint, torch.stack(rows))

    return predict


def _regress(checkpoint: Checkpoint, case: Case, given: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    predict = diffusion.predictor(checkpoint.network, torch.from_numpy(case.told))
    return diffusion.clean(predict, given, levels)


def _in_limits(checkpoint: Checkpoint, motion: torch.Tensor) -> np.ndarray:
    columns = motion.numpy() * checkpoint.std + checkpoint.mean
    return within_limits(bands.join(columns) if _banded(checkpoint) else columns)


def _banded(checkpoint: Checkpoint) -> bool:
    return len(checkpoint.mean) == bands.WIDTH


def trained_runs(folder: Path) -> dict[str, tuple[System, Checkpoint]]:
    """The finished runs of ``train ablations`` by name, in their order; all drawn without guidance."""
    found = {}
    for name, checkpoint in finished(folder).items():
        run = RUNS[name]
        if run.draw is regression:
            found[name] = regressed(checkpoint), checkpoint
        elif run.draw is answer:
            found[f"{name}, own"] = answering(checkpoint, privileged=False), checkpoint
            found[f"{name}, true partner (privileged)"] = answering(checkpoint, privileged=True), checkpoint
        else:
            found[name] = sampled(checkpoint), checkpoint
    return found
