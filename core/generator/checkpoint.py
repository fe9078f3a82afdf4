"""The generator's weights in one safetensors file whose header says what they are and where they come from."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ..errors import UserError
from ..files import replacing
from .network import Config, DualStream


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network ready to sample, and the scale of its motion."""

    network: DualStream
    mean: np.ndarray  # (56 or 62,) of each column on the training set
    std: np.ndarray  # (56 or 62,)
    header: dict[str, str]  # data hash, command, seed, steps …
    sha256: str  # of the file


def save_checkpoint(
    path: str | Path, network: DualStream, mean: np.ndarray, std: np.ndarray, header: dict[str, str]
) -> None:
    """Write the weights as half floats: rounding changes the motion by less than 0.1 % of its spread."""
    tensors = {f"network.{name}": value.detach().half().contiguous() for name, value in network.state_dict().items()}
    tensors |= {"mean": torch.from_numpy(np.float32(mean)), "std": torch.from_numpy(np.float32(std))}
    header = {**header, "config": json.dumps(asdict(network.config))}
    with replacing(path) as file:
        file.write(save(tensors, header))


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read what :func:`save_checkpoint` wrote. Raises UserError when the file is missing or is something else."""
    try:
        sha256 = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        with safe_open(path, "pt") as file:
            header = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name).float().clone() for name in file.keys()}  # the file may change
        config = json.loads(header.pop("config"))
        network = DualStream(Config(**{k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}))
        network.load_state_dict({name[8:]: value for name, value in tensors.items() if name.startswith("network.")})
    except FileNotFoundError:
        raise UserError(f'The weights "{path}" are missing. Install the extension again, or train them.') from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(f'"{path}" are no weights of the generator ({error}). Install the extension again.') from error
    except (TypeError, RuntimeError):  # what torch and the dataclass say of parts they do not know
        raise UserError(f'"{path}" are weights of another version. Install the extension again.') from None
    return Checkpoint(network.eval(), tensors["mean"].numpy(), tensors["std"].numpy(), header, sha256)
