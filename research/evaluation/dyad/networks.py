"""Everything trained, as systems that play a test set: the generator, its sanity checks, its ablations, baselines."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from core.audio import Sound
from core.generate import CLOSURE, EXPRESSION, hear
from core.generator import condition, diffusion
from core.generator.checkpoint import Checkpoint
from core.generator.sampling import from_z, sample_intents, to_z
from core.postprocess import lip_closure
from core.speech import features as voice

from ...training.ablations import RUNS, Run, answer, finished, hard, regression
from ...training.generator import quick_in_halves
from .systems import Case, System


@dataclass(frozen=True)
class Contender:
    """Something to be played and measured."""

    system: System
    weights: str = ""  # hash of them
    takes: int = 1  # two where it is asked whether people answer each other, which is read against other takes
    beside: System | None = None  # each person made beside the other's true motion


def network(checkpoint: Checkpoint) -> System:
    """The trained network as it ships, told the truth about who speaks."""
    return lambda case, seed: sample_intents(checkpoint, case.told, seed)


def sealed(system: System) -> System:
    """``system`` with the lips shut where a closure is surely heard, as the product does after sampling."""

    def sample(case: Case, seed: int) -> np.ndarray:
        intents = system(case, seed)
        for one, heard, mask in zip(intents, case.features, case.masks, strict=True):
            one[:, EXPRESSION] = lip_closure.enforce_closures(one[:, EXPRESSION], np.float32(heard[:, CLOSURE]), mask)
        return intents

    return sample


def from_sound(system: System) -> System:
    """``system`` told only what was found in the recording: who speaks, and what each voice does."""
    return lambda case, seed: system(found(case), seed)


@cache
def found(case: Case) -> Case:
    """``case`` as the product hears it: its masks and features found in the sound."""
    mono = case.sound.astype(np.float32) / 32767
    masks, features = hear(Sound(mono, mono[None], ""), None, lambda share: None)
    return replace(case, masks=masks, features=features)


@cache
def one_mix(case: Case) -> Case:
    """``case`` with nobody turned down: both streams hear the whole recording."""
    mix = case.mixed
    if mix is None:
        mix = voice.encode(case.sound.astype(np.float32) / 32767, np.ones_like(case.masks))[0]
    return replace(case, features=np.broadcast_to(mix, case.features.shape))


def sure(case: Case) -> Case:
    """``case`` with masks that are 0 or 1."""
    return replace(case, masks=np.round(case.masks))


def remembered(system: System) -> System:
    """``system``, asked once: what is made of its takes, like sealed lips, then costs nothing."""
    return cache(system)


def quickly(system: System) -> System:
    """``system`` in half precision where the machine is quick in it: 2 to 7 % of the motion's spread differ."""

    def sample(case: Case, seed: int) -> np.ndarray:
        with torch.autocast("cpu", torch.bfloat16, enabled=quick_in_halves("cpu")):
            return system(case, seed)

    return sample


def beside(checkpoint: Checkpoint, guidance: float = 1.0, heard: Callable[[Case], Case] = lambda case: case) -> System:
    """Each person made to fit the true motion of the other, as when A's motion is kept."""

    def sample(case: Case, seed: int) -> np.ndarray:
        told, rows = heard(case).told, []
        for person in (0, 1):
            keep = np.zeros(case.intents.shape, bool)
            keep[1 - person] = True
            known = np.float32(case.intents), keep
            rows.append(sample_intents(checkpoint, told, seed, known, guidance=guidance)[person])
        return np.stack(rows)

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
        regressed = _regress(checkpoint, case, nobody, torch.ones(2, case.frames))
        return from_z(checkpoint, regressed, condition.distance(case.told))

    return predict


def answering(checkpoint: Checkpoint, privileged: bool) -> System:
    """B6: each person from the other's motion: the true one (``privileged``), or what was predicted without it."""

    def predict(case: Case, seed: int) -> np.ndarray:
        known = torch.from_numpy(to_z(checkpoint, case.intents))
        if not privileged:
            known = _regress(checkpoint, case, torch.zeros_like(known), torch.ones(2, case.frames))
        rows = []
        for own in (0, 1):
            given = known.clone()
            given[own] = 0
            levels = torch.zeros(2, case.frames)
            levels[own] = 1
            rows.append(_regress(checkpoint, case, given, levels)[own])
        return from_z(checkpoint, torch.stack(rows), condition.distance(case.told))

    return predict


def _regress(checkpoint: Checkpoint, case: Case, given: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    predict = diffusion.predictor(checkpoint.network, torch.from_numpy(case.told))
    return diffusion.clean(predict, given, levels)


def trained_runs(folder: Path) -> dict[str, Contender]:
    """The finished runs of ``train ablations`` by name, in their order; all drawn without guidance."""
    contenders = {}
    for name, checkpoint in finished(folder).items():
        run, sha = RUNS[name], checkpoint.sha256
        if run.draw is regression:
            contenders[name] = Contender(regressed(checkpoint), sha)
        elif run.draw is answer:
            told = answering(checkpoint, privileged=True)
            contenders[f"{name}, own"] = Contender(answering(checkpoint, privileged=False), sha)
            contenders[f"{name}, true partner (privileged)"] = Contender(told, sha, beside=told)
        else:
            contenders |= _drawn(name, run, checkpoint)
    return contenders


def _drawn(name: str, run: Run, checkpoint: Checkpoint) -> dict[str, Contender]:
    """A diffusion network as it was trained, and where that is the question, beside one that is told what is found."""
    draw, sha = sampled(checkpoint), checkpoint.sha256
    if run.one_mix:
        return {name: Contender(quickly(lambda case, seed: draw(one_mix(case), seed)), sha)}
    if run.draw is hard:
        firm = quickly(lambda case, seed: draw(sure(case), seed))
        return {name: Contender(firm, sha), f"{name}, found in the sound": Contender(from_sound(firm), sha)}
    seen = name.startswith(("full", "no cross-attention"))  # what decides whether people see each other
    twice = 2 if seen and not run.seed else 1  # other seeds are for what one take shows
    kept = Contender(quickly(draw), sha, twice, quickly(beside(checkpoint)) if seen else None)
    heard = {"full, found in the sound": Contender(from_sound(quickly(draw)), sha)} if name == "full" else {}
    return {name: kept} | heard
