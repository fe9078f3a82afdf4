"""Trained networks as systems: the generator, its sanity checks, its ablations and the trained baselines."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from core.audio import Sound
from core.generate import CLOSURE, EXPRESSION, hear
from core.generator import condition, ddim, noise_schedule, window_averaging
from core.generator.checkpoint import Checkpoint
from core.generator.sample_intents import from_z, sample_intents, to_z
from core.postprocess import lip_closure
from core.speech import features

from ...training.ablations import RUNS, Run, finished, hard, partner_regression, regression
from ...training.generator import quick_in_halves
from .systems import Case, System


@dataclass(frozen=True)
class Candidate:
    """A system to be evaluated."""

    system: System
    weights: str = ""  # SHA-256 of its weights
    takes: int = 1  # of each dialogue; two for the coupling score
    given_partner: System | None = None  # each person generated with the other's true motion given


def network(checkpoint: Checkpoint) -> System:
    """The trained network as it ships, with the true masks."""
    return lambda case, seed: sample_intents(checkpoint, case.condition, seed)


def with_closures(system: System) -> System:
    """``system`` with bilabial closures enforced, as in the product."""

    def sample(case: Case, seed: int) -> np.ndarray:
        intents = system(case, seed)
        for one, encoded, mask in zip(intents, case.features, case.masks, strict=True):
            one[:, EXPRESSION] = lip_closure.enforce_closures(one[:, EXPRESSION], np.float32(encoded[:, CLOSURE]), mask)
        return intents

    return sample


def from_audio(system: System) -> System:
    """``system`` with masks and features estimated from the audio."""
    return lambda case, seed: system(estimated_inputs(case), seed)


@cache
def estimated_inputs(case: Case) -> Case:
    """``case`` with masks and features estimated from its audio, as in the product."""
    mono = case.sound.astype(np.float32) / 32767
    masks, encoded = hear(Sound(mono, mono[None], ""), None, lambda share, stage: None)
    return replace(case, masks=masks, features=encoded)


@cache
def one_mix(case: Case) -> Case:
    """``case`` without gated streams: both people have the features of the mix."""
    mix = case.mixed
    if mix is None:
        mix = features.encode(case.sound.astype(np.float32) / 32767, np.ones_like(case.masks))[0]
    return replace(case, features=np.broadcast_to(mix, case.features.shape))


def binary_masks(case: Case) -> Case:
    """``case`` with masks rounded to 0 or 1."""
    return replace(case, masks=np.round(case.masks))


def cached(system: System) -> System:
    """``system``, run once for each dialogue and seed; systems derived from it reuse its motion."""
    return cache(system)


def in_half_precision(system: System) -> System:
    """``system`` in bfloat16 where the machine is fast in it; its motion differs by 2 to 7 % of its spread."""

    def sample(case: Case, seed: int) -> np.ndarray:
        with torch.autocast("cpu", torch.bfloat16, enabled=quick_in_halves("cpu")):
            return system(case, seed)

    return sample


def with_given_partner(checkpoint: Checkpoint, guidance: float = 1.0) -> System:
    """Each person generated with the true motion of the other given, as with ``--motion-a``."""

    def sample(case: Case, seed: int) -> np.ndarray:
        network_input, rows = case.condition, []
        for person in (0, 1):
            keep = np.zeros(case.intents.shape, bool)
            keep[1 - person] = True
            known = np.float32(case.intents), keep
            rows.append(sample_intents(checkpoint, network_input, seed, known, guidance=guidance)[person])
        return np.stack(rows)

    return sample


def sampled(checkpoint: Checkpoint, guidance: float = 1.0, steps: int = noise_schedule.STEPS) -> System:
    """The network sampled with another guidance or number of steps."""

    return lambda case, seed: sample_intents(checkpoint, case.condition, seed, guidance=guidance, steps=steps)


def swapped_masks(checkpoint: Checkpoint) -> System:
    """Sanity check: the network with the masks of both people exchanged, the features unchanged."""

    def sample(case: Case, seed: int) -> np.ndarray:
        network_input, masks = case.condition, [condition.OWN_MASK, condition.PARTNER_MASK]
        network_input[..., masks] = network_input[..., masks[::-1]]
        return sample_intents(checkpoint, network_input, seed)

    return sample


def swapped_voices(checkpoint: Checkpoint) -> System:
    """Sanity check: the network with masks and features of both people exchanged."""
    return lambda case, seed: sample_intents(
        checkpoint, replace(case, features=case.features[::-1], masks=case.masks[::-1]).condition, seed
    )


def regressed(checkpoint: Checkpoint) -> System:
    """B4: a regression in one pass; every seed gives the same motion."""

    def predict(case: Case, seed: int) -> np.ndarray:
        nobody = np.zeros((2, case.frames, len(checkpoint.mean)), np.float32)
        regressed = _regress(checkpoint, case, nobody, np.ones((2, case.frames), np.float32))
        return from_z(checkpoint, regressed, condition.distance(case.condition))

    return predict


def regression_from_partner(checkpoint: Checkpoint, privileged: bool) -> System:
    """B6: each person from the other's motion: the true one (``privileged``), or one predicted without it."""

    def predict(case: Case, seed: int) -> np.ndarray:
        known = to_z(checkpoint, case.intents)
        if not privileged:
            known = _regress(checkpoint, case, np.zeros_like(known), np.ones((2, case.frames), np.float32))
        rows = []
        for own in (0, 1):
            given = known.copy()
            given[own] = 0
            levels = np.zeros((2, case.frames), np.float32)
            levels[own] = 1
            rows.append(_regress(checkpoint, case, given, levels)[own])
        return from_z(checkpoint, np.stack(rows), condition.distance(case.condition))

    return predict


def _regress(checkpoint: Checkpoint, case: Case, given: np.ndarray, levels: np.ndarray) -> np.ndarray:
    predict = ddim.predictor(checkpoint.denoise, case.condition)
    return window_averaging.clean(predict, given, levels)


def trained_runs(folder: Path) -> dict[str, Candidate]:
    """The finished runs of ``train ablations`` by name, in their order; all sampled without guidance."""
    candidates = {}
    for name, checkpoint in finished(folder).items():
        run, sha = RUNS[name], checkpoint.sha256
        if run.draw is regression:
            candidates[name] = Candidate(regressed(checkpoint), sha)
        elif run.draw is partner_regression:
            privileged = regression_from_partner(checkpoint, privileged=True)
            candidates[f"{name}, own"] = Candidate(regression_from_partner(checkpoint, privileged=False), sha)
            candidates[f"{name}, true partner (privileged)"] = Candidate(privileged, sha, given_partner=privileged)
        else:
            candidates |= _sampled(name, run, checkpoint)
    return candidates


def _sampled(name: str, run: Run, checkpoint: Checkpoint) -> dict[str, Candidate]:
    """A diffusion network with the inputs it was trained on, and for some runs also with estimated inputs."""
    draw, sha = sampled(checkpoint), checkpoint.sha256
    if run.one_mix:
        return {name: Candidate(in_half_precision(lambda case, seed: draw(one_mix(case), seed)), sha)}
    if run.draw is hard:
        binary = in_half_precision(lambda case, seed: draw(binary_masks(case), seed))
        return {name: Candidate(binary, sha), f"{name}, estimated inputs": Candidate(from_audio(binary), sha)}
    decisive = name.startswith(("full", "no cross-attention"))  # the ablation of cross-attention and its reference
    twice = 2 if decisive and not run.seed else 1  # other seeds: metrics of one take only
    own = Candidate(
        in_half_precision(draw), sha, twice, in_half_precision(with_given_partner(checkpoint)) if decisive else None
    )
    estimated = (
        {"full, estimated inputs": Candidate(from_audio(in_half_precision(draw)), sha)} if name == "full" else {}
    )
    return {name: own} | estimated
