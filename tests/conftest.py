"""The repository's root is the package ``talking_together``: tests say the name Blender's users would."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as in core/__main__.py; read when torch is loaded
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores
ROOT = Path(__file__).resolve().parent.parent
if "talking_together" not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        "talking_together", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["talking_together"] = module
    spec.loader.exec_module(module)


@pytest.fixture
def root() -> Path:
    """The repository's root folder."""
    return ROOT


def pytest_sessionfinish(session, exitstatus):
    """Keep the result for :func:`pytest_unconfigure`."""
    session.config.result = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """End without bpy's own exit handlers: the 4.2 wheel crashes and the 4.5 wheel hangs in them at times."""
    if "bpy" in sys.modules and hasattr(config, "result"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.result)
