"""Which Python and which engine the preferences give to the child process."""

import sys
from types import SimpleNamespace

import pytest

from talking_together.core.engine import ONNX_RUNTIME, PYTORCH
from talking_together.operators import addon
from talking_together.operators.scene.take import child_process


@pytest.fixture
def prefer(monkeypatch):
    def prefer(**values):
        chosen = SimpleNamespace(**{"python": "", "engine": ONNX_RUNTIME} | values)
        monkeypatch.setattr(addon, "preferences", lambda context: chosen)

    monkeypatch.setattr(child_process, "_worker", None)  # the session's own stays warm
    return prefer


def test_another_engine_or_python_is_another_process(prefer):
    prefer()
    first = child_process.worker()
    assert child_process.worker() is first and first.interpreter.engine == ONNX_RUNTIME

    prefer(engine=PYTORCH, python=sys.executable)
    assert child_process.worker() is not first
    assert child_process.worker().interpreter.engine == PYTORCH
    assert str(child_process.worker().interpreter.python) == sys.executable


def test_what_is_missing_is_said_in_words(prefer, tmp_path):
    prefer(python=str(tmp_path / "python"))
    assert "There is no Python at" in child_process.missing()
    prefer(python=sys.executable)
    assert child_process.missing() == ""
