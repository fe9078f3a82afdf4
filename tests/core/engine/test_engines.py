"""PyTorch and ONNX Runtime give the same, network by network and take by take."""

import socket
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
from safetensors.numpy import save_file

from core import engine
from core.audio import decoding
from core.engine import onnx_runtime, pytorch, weights
from core.engine.networks import sentence_encoder, silero
from core.errors import UserError
from core.generate import generate
from core.generator.inpainting import Regeneration
from core.layout import Layout, from_text
from core.motion import load_take
from research.training.export import examples

TOLERANCE = {"silero": 1e-3}  # of the LSTM's cell after a hundred steps; its probabilities are within 1e-6


@pytest.fixture
def each_engine(monkeypatch):
    """A function that runs another one by both engines."""

    def both(run):
        results = []
        for name in (engine.PYTORCH, engine.ONNX_RUNTIME):
            monkeypatch.setattr(engine, "_wanted", name)
            results.append(run())
        return results

    return both


@pytest.mark.parametrize("batch, length", [(1, 5), (3, 26)])
@pytest.mark.parametrize("network", pytorch.LOAD)
def test_a_network_gives_the_same_in_both_engines_whatever_its_lengths(network, batch, length, each_engine):
    arrays = {name: tensor.numpy() for name, tensor in examples(network, batch, length).items()}

    torch_outputs, onnx_outputs = each_engine(lambda: engine.run(network, **arrays))

    assert len(torch_outputs) == len(onnx_outputs)
    for one, other in zip(torch_outputs, onnx_outputs, strict=True):
        np.testing.assert_allclose(other, one, atol=TOLERANCE.get(network, 1e-4))


@pytest.fixture(scope="module")
def sound(request):
    return decoding.load(request.config.rootpath / "assets/sample/dialogue.flac", duration=8.0)


@pytest.fixture(scope="module")
def take(sound):
    return generate(sound, Layout(), seed=3)


def packed(take) -> np.ndarray:
    return np.stack([motion.packed for motion in take.motions])


JOBS = {
    "a take": lambda sound, take: generate(sound, Layout(facing_a=40, contact_b=0.2), seed=1),
    "a regenerated part": lambda sound, take: generate(
        sound, Layout(energy=0.9), seed=2, redo=Regeneration(take, 2.0, 5.0, "B", ("mouth", "eyes"))
    ),
    "a kept motion of A": lambda sound, take: generate(sound, Layout(), seed=4, motion_a=take.motions[0]),
    "a direction": lambda sound, take: generate(sound, Layout(), seed=5, directions=[(3.0, Layout(contact_a=0.1))]),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_take_is_the_same_in_both_engines(job, sound, take, each_engine):
    by_torch, by_onnx = each_engine(lambda: JOBS[job](sound, take))

    np.testing.assert_allclose(packed(by_onnx), packed(by_torch), atol=1e-3)
    np.testing.assert_allclose(by_onnx.speaking, by_torch.speaking, atol=1e-3)


def test_prompts_are_read_the_same_in_both_engines(each_engine):
    prompts = ("two friends, one metre apart, laughing", "B is angry and turns her back", "sie streiten am Tisch")

    by_torch, by_onnx = each_engine(lambda: [asdict(from_text(prompt).layout) for prompt in prompts])

    for one, other in zip(by_torch, by_onnx, strict=True):
        assert other == pytest.approx(one, abs=1e-3)


def test_the_main_job_runs_where_there_is_no_pytorch(root, tmp_path):
    code = (
        "import sys; sys.modules.update(torch=None, sentence_transformers=None, transformers=None); "
        "from core.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["generate", root / "assets/sample/dialogue.flac", "--out", tmp_path / "take.npz", "--prompt", "closer"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=root, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert len(load_take(tmp_path / "take.npz")) == 595


def test_automatic_takes_onnx_runtime_but_for_a_gpu(monkeypatch):
    monkeypatch.setattr(engine, "_wanted", engine.AUTOMATIC)
    monkeypatch.setattr(engine, "has_gpu", lambda: False)
    assert engine.name() == engine.ONNX_RUNTIME
    monkeypatch.setattr(engine, "has_gpu", lambda: True)
    assert engine.name() == engine.PYTORCH


@pytest.mark.parametrize("installed", [engine.ONNX_RUNTIME, engine.PYTORCH])
def test_automatic_takes_what_is_there(monkeypatch, installed):
    monkeypatch.setattr(engine, "_wanted", engine.AUTOMATIC)
    monkeypatch.setattr(engine, "_installed", lambda name: name == installed)
    monkeypatch.setattr(engine, "has_gpu", lambda: installed == engine.ONNX_RUNTIME)
    assert engine.name() == installed


def test_a_missing_engine_is_one_line(monkeypatch):
    monkeypatch.setattr(engine, "_installed", lambda name: False)
    monkeypatch.setattr(engine, "_wanted", engine.PYTORCH)
    with pytest.raises(UserError, match="PyTorch is not installed"):
        engine.name()
    monkeypatch.setattr(engine, "_wanted", engine.AUTOMATIC)
    with pytest.raises(UserError, match="Neither ONNX Runtime nor PyTorch"):
        engine.name()
    with pytest.raises(UserError, match='no engine "tensorflow"'):
        engine.use("tensorflow")


def test_an_engine_that_does_not_start_is_one_line(monkeypatch):
    def fail(name, package):
        raise ImportError("DLL load failed")

    monkeypatch.setattr(engine.importlib, "import_module", fail)
    with pytest.raises(UserError, match=r"ONNX Runtime [\d.]+ does not start \(DLL load failed\)"):
        engine._module.__wrapped__(engine.ONNX_RUNTIME)


def test_a_graph_that_does_not_fit_is_one_line_with_the_version(monkeypatch, tmp_path):
    (tmp_path / "silero.onnx").write_bytes(b"no graph")
    monkeypatch.setattr(onnx_runtime, "GRAPHS", tmp_path)
    with pytest.raises(UserError, match=r"ONNX Runtime [\d.]+ cannot run the network silero"):
        onnx_runtime.session.__wrapped__("silero")


@pytest.mark.parametrize("load", [onnx_runtime.session, pytorch._network], ids=["ONNX Runtime", "PyTorch"])
@pytest.mark.parametrize("change", [lambda path: None, lambda path: save_file({"other": np.ones(3)}, path)])
def test_missing_weights_and_those_of_another_version_are_one_line(monkeypatch, tmp_path, load, change):
    change(tmp_path / "weights.safetensors")
    monkeypatch.setitem(weights.FILES, "silero", tmp_path / "weights.safetensors")
    silero.load.cache_clear()
    try:
        with pytest.raises(UserError, match="network silero.*Install the extension again"):
            load.__wrapped__("silero")
    finally:
        silero.load.cache_clear()


def test_nothing_is_read_over_a_network(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    sentence_encoder.load.cache_clear()
    onnx_runtime.session.cache_clear()
    ids, mask = np.array([[101, 2485, 102]]), np.ones((1, 3), bool)
    arrays = {"ids": ids, "mask": mask}
    for states, _ in (pytorch.call(sentence_encoder.load(), arrays), onnx_runtime.run("sentence_encoder", arrays)):
        assert states.shape == (1, 3, 7, 384)
