"""What sampling needs of a trained generator: the network as a function, and the units of its motion."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from .. import engine
from ..errors import UserError
from .ddim import Denoise

FOLDED = 4  # frames that are one frame of the network's coarsest level


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network ready to sample, and the units of its motion."""

    denoise: Denoise
    mean: np.ndarray  # (56 or 62,) of each column of the training set
    std: np.ndarray  # (56 or 62,)
    header: dict[str, str]  # data hash, command, seed, steps …
    sha256: str  # of the file


def load_checkpoint(path: str | Path) -> Checkpoint:
    """The shipped network with the units of the weights at ``path``.

    Raises UserError when the file is missing or is something else.
    """
    try:
        sha256 = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        with safe_open(path, "np") as file:
            header = dict(file.metadata() or {})
            mean, std = (file.get_tensor(name).copy() for name in ("mean", "std"))
    except FileNotFoundError:
        raise UserError(f'The weights "{path}" are missing. Install the extension again, or train them.') from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(
            f'"{path}" is not a file of generator weights ({error}). Install the extension again.'
        ) from error
    return Checkpoint(shipped, mean, std, header, sha256)


def shipped(noisy: np.ndarray, condition: np.ndarray, levels: np.ndarray, dropped: bool = False) -> np.ndarray:
    """Clean motion (B, 2, L, D) by the shipped network; the condition is never dropped.

    noisy: (B, 2, L, D), condition: (B, 2, L, K), levels: (B, 2, L)
    """
    if dropped:
        raise ValueError("the shipped network runs without guidance; load it by core.engine.networks for that")
    frames = noisy.shape[2]
    longer = [(0, 0), (0, 0), (0, -frames % FOLDED)]
    noisy, condition = (np.pad(x, [*longer, (0, 0)], mode="edge") for x in (noisy, condition))
    levels = np.pad(levels, longer, mode="edge")
    return engine.run("generator", noisy=noisy, condition=condition, t=levels)[0][:, :, :frames]
