"""The generator's weights: one safetensors file, with the network's configuration and its origin in the header."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ..errors import UserError
from ..files import replacing
from .network import Config, DualStream

# Of configurations in the headers of weights that were trained while ablations were flags of the network
FORMER_KEYS = {"cross_attention", "concatenation", "film", "hidden"}


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network ready to sample, and the units of its motion."""

    network: DualStream
    mean: np.ndarray  # (56 or 62,) of each column of the training set
    std: np.ndarray  # (56 or 62,)
    header: dict[str, str]  # data hash, command, seed, steps …
    sha256: str  # of the file


def save_checkpoint(
    path: str | Path, network: DualStream, mean: np.ndarray, std: np.ndarray, header: dict[str, str]
) -> None:
    """Write the weights in half precision: rounding changes the motion by less than 0.1 % of its standard deviation."""
    tensors = {f"network.{name}": value.detach().half().contiguous() for name, value in network.state_dict().items()}
    tensors |= {"mean": torch.from_numpy(np.float32(mean)), "std": torch.from_numpy(np.float32(std))}
    header = {**header, "config": json.dumps(asdict(network.config))}
    with replacing(path) as file:
        file.write(save(tensors, header))


def load_checkpoint(path: str | Path, build: Callable[[Config], DualStream] = DualStream) -> Checkpoint:
    """Read what :func:`save_checkpoint` wrote. Raises UserError when the file is missing or is something else.

    build: the network of a configuration; ablations are subclasses
    """
    try:
        sha256 = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        with safe_open(path, "pt") as file:
            header = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name).float().clone() for name in file.keys()}  # the file may change
        config = {k: v for k, v in json.loads(header.pop("config")).items() if k not in FORMER_KEYS}
        network = build(Config(**{k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}))
        network.load_state_dict({name[8:]: value for name, value in tensors.items() if name.startswith("network.")})
    except FileNotFoundError:
        raise UserError(f'The weights "{path}" are missing. Install the extension again, or train them.') from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(
            f'"{path}" is not a file of generator weights ({error}). Install the extension again.'
        ) from error
    except (TypeError, RuntimeError):  # raised by torch and the dataclass for unknown parts
        raise UserError(f'"{path}" holds weights of another version. Install the extension again.') from None
    return Checkpoint(network.eval(), tensors["mean"].numpy(), tensors["std"].numpy(), header, sha256)
