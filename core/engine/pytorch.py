"""The networks in PyTorch: the modules that define them, on the GPU where there is one."""

from functools import cache

import numpy as np
import torch
from safetensors import SafetensorError
from torch import nn

from ..errors import UserError
from .networks import (
    articulation,
    generator,
    layout_regressor,
    sentence_encoder,
    silero,
    speaker_encoder,
    target_speaker,
    whisper,
)

LOAD = {
    "generator": generator.load,
    "whisper": whisper.load_whisper,
    "articulation": articulation.load_per_frame,
    "silero": silero.load,
    "speaker_encoder": speaker_encoder.load,
    "target_speaker": target_speaker.load,
    "sentence_encoder": sentence_encoder.load,
    "layout_regressor": layout_regressor.load,
}


def run(network: str, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Outputs of ``network`` for its inputs by name."""
    return call(_network(network), arrays)


@torch.inference_mode()
def call(network: nn.Module, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Outputs of any module for its inputs by name, on the device of its parameters."""
    device = next(network.parameters()).device
    outputs = network(**{name: torch.from_numpy(np.array(array)).to(device) for name, array in arrays.items()})
    return tuple(one.cpu().numpy() for one in (outputs if isinstance(outputs, tuple) else (outputs,)))


@cache
def _network(name: str) -> nn.Module:
    try:
        return LOAD[name]().to(device()).eval()
    except (OSError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"The weights of the network {name} are missing or of another version ({reason}). "
            "Install the extension again."
        ) from error


@cache
def device() -> str:
    """The device that the networks run on: cuda, mps or cpu."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
