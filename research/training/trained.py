"""Weights of any training as a Checkpoint that can be sampled: its network runs in PyTorch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from core.engine.networks import generator
from core.engine.networks.generator import Config, DualStream
from core.errors import UserError
from core.generator.checkpoint import Checkpoint, load_checkpoint
from core.generator.ddim import Denoise


@dataclass(frozen=True, eq=False)
class Trained(Checkpoint):
    """A Checkpoint with its module."""

    network: DualStream


def load_trained(path: str | Path, build: Callable[[Config], DualStream] = DualStream) -> Trained:
    """Read weights. Raises UserError when the file is missing, is something else, or does not fit ``build``.

    build: the network of a configuration; ablations are subclasses
    """
    checkpoint = load_checkpoint(path)
    try:
        network = generator.load(path, build)
    except (KeyError, TypeError, RuntimeError):  # raised by torch and the dataclass for unknown parts
        raise UserError(f'"{path}" holds weights of another version. Train them again.') from None
    return Trained(**vars(checkpoint) | {"denoise": denoise_by(network)}, network=network)


def denoise_by(network: DualStream) -> Denoise:
    """``network`` as a function of arrays."""

    @torch.inference_mode()
    def denoise(noisy: np.ndarray, condition: np.ndarray, levels: np.ndarray, dropped: bool) -> np.ndarray:
        drop = torch.full((len(noisy),), True) if dropped else None
        return network(*map(torch.from_numpy, (noisy, condition, levels)), drop).float().numpy()

    return denoise
