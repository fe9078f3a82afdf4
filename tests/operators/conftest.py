"""What most tests of the buttons begin with."""

import bpy
import pytest

import talking_together


@pytest.fixture
def addon():
    """The scene of an empty file with the add-on registered; leaves no trace."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    talking_together.register()
    yield bpy.context.scene
    talking_together.unregister()
