"""The extension's preferences: what runs the neural networks."""

import bpy
from bpy.props import EnumProperty, StringProperty

from .core.engine import AUTOMATIC, ONNX_RUNTIME, PYTORCH
from .operators.scene.take import child_process

ENGINES = [
    (AUTOMATIC, "Automatic", "ONNX Runtime, or PyTorch where your Python has it and there is a GPU"),
    (ONNX_RUNTIME, "ONNX Runtime", "Comes with the extension and starts fastest"),
    (PYTORCH, "PyTorch", "Uses a GPU. Choose a Python that has it below"),
]


class DyadPreferences(bpy.types.AddonPreferences):
    """Which engine runs the networks, and in which Python."""

    bl_idname = __package__

    engine: EnumProperty(name="Engine", description="What runs the neural networks", items=ENGINES, default=AUTOMATIC)
    python: StringProperty(
        name="Another Python",
        description="A Python with PyTorch, to use a GPU. Leave it empty to use what comes with the extension",
        subtype="FILE_PATH",
    )

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "engine")
        layout.prop(self, "python")
        missing, engine = child_process.missing(), child_process.engine()
        ready = f"Ready to animate with {engine}." if engine else "Ready to animate."
        layout.label(text=missing or ready, icon="ERROR" if missing else "CHECKMARK")


def register():
    bpy.utils.register_class(DyadPreferences)


def unregister():
    bpy.utils.unregister_class(DyadPreferences)
