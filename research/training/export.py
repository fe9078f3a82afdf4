"""Write the graphs that ONNX Runtime runs: the networks of core/engine/networks without their weights (DESIGN §11).

python -m research train export

The graphs are not optimised, so that their weights keep the names of the state dict and are filled in from the files
that PyTorch reads, too: a retraining changes those files only.
"""

import json
import tempfile
from pathlib import Path

import onnx
import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.export import Dim

from core.engine import pytorch
from core.engine.onnx_runtime import GRAPHS, NAMES
from core.engine.weights import file_of
from core.files import replacing

OPSET = 20


# Shapes of the inputs of each network: B streams and a length of L may be any number
SHAPES = {
    "generator": {"noisy": "B 2 4L 62", "condition": "B 2 4L 139", "t": "B 2 4L"},
    "whisper": {"mel": "B 80 4L"},
    "articulation": {"tokens": "B 2L 1536", "condition": "B 2L 5"},
    "silero": {"steps": "L 576", "hidden": "1 1 128", "cell": "1 1 128"},
    "speaker_encoder": {"mel": "B L 40"},
    "target_speaker": {"log_mel": "B L 224", "speaker": "B L 11"},
    "sentence_encoder": {"ids": "B L", "mask": "B L"},
    "layout_regressor": {"states": "B L 768", "mask": "B L", "sentence": "B 384"},
}
TRACED = {"silero", "speaker_encoder", "sentence_encoder"}  # torch.export fixes the lengths of LSTMs


def examples(network: str, batch: int = 3, length: int = 12) -> dict[str, Tensor]:
    """Inputs of ``network`` by name for B = ``batch`` and L = ``length``: random, of about unit scale."""
    random, sizes = torch.Generator().manual_seed(0), {"": 1, "B": batch, "L": length}
    found = {}
    for name, shape in SHAPES[network].items():
        axes = [int(axis.rstrip("BL") or 1) * sizes[axis.lstrip("0123456789")] for axis in shape.split()]
        found[name] = torch.randn(*axes, generator=random)
    if "t" in found:
        found["t"] = found["t"].sigmoid()
    if "ids" in found:
        found["ids"] = 1000 + torch.arange(found["ids"].numel()).reshape(batch, length)
    if "mask" in found:  # the last row is the longest text
        found["mask"] = torch.arange(length) <= torch.arange(batch)[:, None] + length - batch
    return found


def graph_of(name: str) -> onnx.ModelProto:
    """The graph of network ``name``, its weights left out."""
    network = pytorch.LOAD[name]().cpu()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        (_trace if name in TRACED else _export)(network, name, path)
        return without_weights(onnx.load(path), set(network.state_dict()))


def free_axes(network: str) -> dict[str, dict[int, Dim]]:
    """The axes of every input of ``network`` that may have any length."""
    free = {"B": Dim("batch", min=1, max=4096), "L": Dim("length", min=1, max=4096)}
    return {
        name: {
            axis: int(size[:-1]) * free[size[-1]] if size[:-1] else free[size]
            for axis, size in enumerate(shape.split())
            if size[-1] in free
        }
        for name, shape in SHAPES[network].items()
    }


def _export(network: nn.Module, name: str, path: Path) -> None:
    program = torch.export.export(network, (), examples(name), dynamic_shapes=free_axes(name), strict=True)
    torch.onnx.export(program, dynamo=True, optimize=False, external_data=False, opset_version=OPSET).save(path)


def _trace(network: nn.Module, name: str, path: Path) -> None:
    axes = {name: {axis: dim.__name__ for axis, dim in dims.items()} for name, dims in free_axes(name).items()}
    options = {"dynamic_axes": axes, "do_constant_folding": False, "opset_version": OPSET}
    torch.onnx.export(network, tuple(examples(name).values()), path, dynamo=False, input_names=list(axes), **options)


def without_weights(model: onnx.ModelProto, weights: set[str]) -> onnx.ModelProto:
    """``model`` without the values of ``weights`` and without notes on where its nodes come from."""
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="weights")
    for part in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.input,
        *model.graph.output,
        *model.graph.value_info,
    ):
        for field in ("metadata_props", "doc_string"):
            if field in part.DESCRIPTOR.fields_by_name:
                part.ClearField(field)
    model.graph.ClearField("value_info")
    return model


def stored_names(name: str, model: onnx.ModelProto) -> dict[str, str]:
    """Which tensor of the weights file each weight of the graph of network ``name`` is."""
    with safe_open(file_of(name), "np") as file:
        stored = set(file.keys())
    names = [t.name for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]
    own, ahead = names[0], max((other for other in stored if names[0].endswith(other)), key=len, default="")
    removed = own.removesuffix(ahead) if ahead else ""
    added = "" if ahead else min((other for other in stored if other.endswith(f".{own}")), key=len).removesuffix(own)
    return {name: added + name.removeprefix(removed) for name in names}


def add_arguments(parser) -> None:
    """Arguments of ``python -m research train export``."""
    parser.add_argument("--out", type=Path, default=GRAPHS, help="folder of the graphs")


def main(arguments) -> None:
    """Write every graph."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    weights = {}
    for name in pytorch.LOAD:
        graph = graph_of(name)
        weights[name] = stored_names(name, graph)
        with replacing(arguments.out / f"{name}.onnx") as file:
            file.write(graph.SerializeToString())
        print(f"{name}: {(arguments.out / f'{name}.onnx').stat().st_size / 1000:.0f} kB, {len(weights[name])} weights")
    with replacing(arguments.out / NAMES.name) as file:
        file.write(json.dumps(weights, indent=1).encode())
