"""The shipped graphs are what PyTorch defines."""

import json

import onnx
import pytest

from core.engine import pytorch
from core.engine.onnx_runtime import GRAPHS, NAMES
from research.training.export import graph_of, stored_names

pytestmark = pytest.mark.filterwarnings("ignore")  # what the exporters say of constants and of their own future


@pytest.mark.parametrize("network", pytorch.LOAD)
def test_the_export_of_today_is_the_shipped_graph_node_by_node(network):
    shipped, made = onnx.load(GRAPHS / f"{network}.onnx", load_external_data=False).graph, graph_of(network)

    assert [node.op_type for node in made.graph.node] == [node.op_type for node in shipped.node]
    assert list(made.graph.node) == list(shipped.node)
    assert list(made.graph.input) == list(shipped.input) and list(made.graph.output) == list(shipped.output)
    assert stored_names(network, made) == json.loads(NAMES.read_text("utf-8"))[network]


@pytest.mark.parametrize("network", pytorch.LOAD)
def test_a_graph_holds_no_weights(network):
    graph = onnx.load(GRAPHS / f"{network}.onnx", load_external_data=False).graph

    assert all(max(tensor.dims, default=0) <= 15 or tensor.external_data for tensor in graph.initializer)
    assert (GRAPHS / f"{network}.onnx").stat().st_size < 200_000
