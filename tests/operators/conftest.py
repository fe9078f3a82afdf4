"""What most tests of the buttons begin with."""

import bpy
import pytest

import talking_together
from talking_together.core.layout import Layout, room_poses
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.take import child_process

LAYOUTS = [
    Layout(),
    Layout(distance=0.4, facing_a=-90, facing_b=90),
    Layout(distance=2.5, facing_a=35, facing_b=-160, height_a=1.2, swapped=True),
    Layout(distance=40, height_b=3.0),
]


@pytest.fixture(scope="session")
def registered():
    """The add-on, registered once, so that its child process stays warm from test to test."""
    talking_together.register()
    yield
    talking_together.unregister()


@pytest.fixture(scope="session")
def kept_takes(tmp_path_factory):
    """A folder for generated takes that outlives the file of a test: Blender gives each file another one."""
    return tmp_path_factory.mktemp("takes")


@pytest.fixture
def addon(registered, kept_takes, monkeypatch):
    """The scene of an empty file with the add-on registered."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    monkeypatch.setattr(child_process, "cache", lambda: kept_takes)
    return bpy.context.scene


@pytest.fixture
def empty_file():
    """An empty file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture(params=LAYOUTS)
def layout(request) -> Layout:
    """Near, usual, far, turned, swapped: one after the other."""
    return request.param


@pytest.fixture
def add_pair():
    """A function that adds our man and woman in a layout, and returns their armatures."""

    def add(layout: Layout | None = None):
        for slot, name, pose in zip("AB", ("man", "woman"), room_poses(layout or Layout()), strict=True):
            rigs.add_head(slot, slot, name, pose)
        return rigs.find_pair(bpy.context.scene)

    return add
