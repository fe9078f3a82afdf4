"""Convert the weights of Silero VAD and of Resemblyzer's speaker encoder from their packages (build time only).

python -m research convert speakers

Needs librosa, and silero-vad==6.2.3 and Resemblyzer==0.1.4 installed with --no-deps.
"""

import importlib.util
from pathlib import Path

import librosa
import torch
from safetensors.torch import save_file

from core.audio import SAMPLE_RATE
from core.audio.mel import WINDOW
from core.engine.networks import speaker_encoder
from core.engine.weights import FILES

SILERO = {
    "stft_conv.weight": "stft.forward_basis_buffer",
    **{f"conv{i + 1}.{x}": f"encoder.{i}.reparam_conv.{x}" for i in range(4) for x in ("weight", "bias")},
    **{f"lstm.{x}_l0": f"decoder.rnn.{x}" for x in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")},
    **{f"final_conv.{x}": f"decoder.decoder.2.{x}" for x in ("weight", "bias")},
}


def add_arguments(parser) -> None:
    """The command has no arguments."""


def main(arguments) -> None:
    """Write both safetensors into assets/weights. Raises SystemExit where a package is not installed."""
    # the .safetensors in the package is an older network; the TorchScript file is the one its makers load
    script = torch.jit.load(package("silero_vad") / "data" / "silero_vad.jit").state_dict()
    save_file({ours: script["_model." + theirs].contiguous() for ours, theirs in SILERO.items()}, FILES["silero"])
    source = package("resemblyzer") / "pretrained.pt"
    state = torch.load(source, map_location="cpu", weights_only=True)["model_state"]
    kept = {key: value.half().contiguous() for key, value in state.items() if not key.startswith("similarity")}
    mel = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=WINDOW, n_mels=speaker_encoder.BANDS)
    kept["mel_matrix"] = torch.from_numpy(mel)
    save_file(kept, FILES["speaker_encoder"])


def package(name: str) -> Path:
    """Folder of an installed package, found without importing it. Raises SystemExit where it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise SystemExit(f"{name} is not installed. Install it with pip install --no-deps {name}.")
    return Path(spec.origin).parent
