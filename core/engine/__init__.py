"""One interface to the networks, and two ways to run them (DESIGN §11).

PyTorch defines, trains and is the reference; ONNX Runtime lies in the zip and starts faster. Both get and return numpy
arrays, so that nothing else in ``core`` knows which of them runs.
"""

import importlib.metadata
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from ..errors import UserError

AUTOMATIC, ONNX_RUNTIME, PYTORCH = "automatic", "onnxruntime", "pytorch"
PACKAGE = {ONNX_RUNTIME: "onnxruntime", PYTORCH: "torch"}
MODULE = {ONNX_RUNTIME: ".onnx_runtime", PYTORCH: ".pytorch"}
TITLE = {ONNX_RUNTIME: "ONNX Runtime", PYTORCH: "PyTorch"}

_wanted = AUTOMATIC


def use(wanted: str) -> None:
    """Run the networks by one of AUTOMATIC, ONNX_RUNTIME, PYTORCH from now on."""
    global _wanted
    if wanted not in (AUTOMATIC, *PACKAGE):
        raise UserError(f'There is no engine "{wanted}". Choose {AUTOMATIC}, {ONNX_RUNTIME} or {PYTORCH}.')
    _wanted = wanted


def name() -> str:
    """Which engine runs: ONNX_RUNTIME or PYTORCH. Raises UserError when it, or either, is not installed.

    Automatic takes PyTorch where it is installed and a GPU is there, else ONNX Runtime, else PyTorch on the CPU.
    """
    if _wanted != AUTOMATIC:
        if not _installed(_wanted):
            raise UserError(f"{TITLE[_wanted]} is not installed for {sys.executable}. Choose another engine or Python.")
        return _wanted
    if _installed(PYTORCH) and (has_gpu() or not _installed(ONNX_RUNTIME)):
        return PYTORCH
    if _installed(ONNX_RUNTIME):
        return ONNX_RUNTIME
    raise UserError(f"Neither ONNX Runtime nor PyTorch is installed for {sys.executable}. Install the extension again.")


def title() -> str:
    """The engine that runs, with its version: another extension may have installed another one. Raises as name()."""
    return f"{TITLE[name()]} {importlib.metadata.version(PACKAGE[name()])}"


def run(network: str, **arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """The outputs of ``network``, one of those in core/engine/networks, for its inputs by name.

    The modules there say which inputs these are, with their shapes. Raises UserError when its weights do not fit.
    """
    return _module(name()).run(network, arrays)


def has_gpu() -> bool:
    """Whether this machine has a GPU that PyTorch can use, without importing it (CUDA's driver, or Apple's chip)."""
    if sys.platform == "darwin":
        import platform

        return platform.machine() == "arm64"
    drivers = {"linux": "/dev/nvidiactl", "win32": r"C:\Windows\System32\nvcuda.dll"}
    return sys.platform in drivers and Path(drivers[sys.platform]).exists()


@cache
def _installed(engine: str) -> bool:
    return importlib.util.find_spec(PACKAGE[engine]) is not None


@cache
def _module(engine: str) -> ModuleType:
    try:
        return importlib.import_module(MODULE[engine], __package__)
    except (ImportError, OSError) as error:
        libraries = (
            "On Windows install the Visual C++ Redistributable of Microsoft. " if sys.platform == "win32" else ""
        )
        raise UserError(f"{title()} does not start ({error}). {libraries}Or choose another engine.") from error
