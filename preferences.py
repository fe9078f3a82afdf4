"""The extension's preferences: which Python runs the neural network, and installing PyTorch for it."""

import bpy
from bpy.props import StringProperty

from .operators.addon import has_torch
from .panels.progress import draw_progress


class DyadPreferences(bpy.types.AddonPreferences):
    """Which Python to use, and PyTorch."""

    bl_idname = __package__

    python: StringProperty(
        name="Python",
        description="A Python that has PyTorch. Leave it empty to use the one from Install PyTorch",
        subtype="FILE_PATH",
    )
    wheels: StringProperty(
        name="Wheels",
        description="A folder with wheel files (.whl) for an offline machine. Leave it empty to download them",
        subtype="DIR_PATH",
    )

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        if has_torch():
            row = layout.row()
            row.label(text="PyTorch is installed", icon="CHECKMARK")
            row.operator("dyad.uninstall_torch")
        else:
            layout.label(text="Talking Together needs PyTorch to animate the heads (about 2 GB).", icon="INFO")
            if not bpy.app.online_access:
                layout.label(text="Online access is off. Enable it under System > Network.", icon="BLANK1")
            layout.prop(self, "wheels")
            layout.operator("dyad.install_torch", icon="IMPORT")
        draw_progress(layout)
        layout.prop(self, "python")


def register():
    bpy.utils.register_class(DyadPreferences)


def unregister():
    bpy.utils.unregister_class(DyadPreferences)
