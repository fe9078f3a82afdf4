"""The repository's root is the package ``talking_together``: tests say the name Blender's users would."""

import importlib.util
import sys
from pathlib import Path

import pytest

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
