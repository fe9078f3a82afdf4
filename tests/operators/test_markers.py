import bpy
import pytest

from talking_together.operators.scene.sequencer import markers


@pytest.fixture
def scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


def test_markers_are_read_in_the_order_of_time(scene):
    for name, frame in [("calmer from here", 90), (" B looks away ", 12)]:
        scene.timeline_markers.new(name, frame=frame)

    assert markers.read(scene) == [(12, "B looks away"), (90, "calmer from here")]


def test_markers_that_nobody_named_or_that_switch_cameras_are_left_alone(scene):
    for name in ("F_01", "Marker", "Marker.001"):
        scene.timeline_markers.new(name, frame=1)
    cut = scene.timeline_markers.new("A looks at B", frame=5)
    cut.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))

    assert markers.read(scene) == []
