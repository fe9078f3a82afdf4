"""The networks in ONNX Runtime: graphs exported from PyTorch, filled with the weights that both engines share."""

import json
import os
from functools import cache

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

from .. import ASSETS
from ..errors import UserError
from .weights import file_of

GRAPHS = ASSETS / "graphs"  # written by ``python -m research train export``
NAMES = GRAPHS / "weights.json"  # for each graph, which tensor of the weights file each of its weights is
THREADS = 2  # as fast as more for windows of ten seconds, and the machine stays usable


def run(network: str, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Outputs of ``network`` for its inputs by name."""
    return tuple(session(network).run(None, {name: np.ascontiguousarray(array) for name, array in arrays.items()}))


@cache
def session(network: str) -> onnxruntime.InferenceSession:
    """The graph of ``network`` with its shipped weights, read once."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    # Threads that wait by spinning nearly double the processor's time; the arena doubles the peak of memory.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    try:
        tensors = _weights(network)
        options.add_external_initializers(list(tensors), list(tensors.values()))
        return onnxruntime.InferenceSession(GRAPHS / f"{network}.onnx", options, providers=["CPUExecutionProvider"])
    except UserError:
        raise
    except Exception as error:  # a missing weight too; its own classes derive from nothing else
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"ONNX Runtime {onnxruntime.__version__} cannot run the network {network} ({reason}). "
            "Install the extension again; another extension may have replaced its ONNX Runtime."
        ) from error


def _weights(network: str) -> dict[str, onnxruntime.OrtValue]:
    """The weights of the graph of ``network`` in float32, by their names in the graph."""
    names, stored = json.loads(NAMES.read_text("utf-8"))[network], load_file(file_of(network))
    return {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(stored[other].astype(np.float32))
        for name, other in names.items()
    }
