"""The extension's preferences: which Python runs the network, and installing PyTorch for it."""

import bpy
from bpy.props import StringProperty

from .operators.addon import has_torch
from .panels.progress import draw_progress


class DyadPreferences(bpy.types.AddonPreferences):
    """Where the network runs."""

    bl_idname = __package__

    python: StringProperty(
        name="Python",
        description="A Python that has PyTorch. Leave it empty to use what Install PyTorch made",
        subtype="FILE_PATH",
    )
    wheels: StringProperty(
        name="Wheels",
        description="A folder of wheel files to install from, for a machine that is not online. Empty downloads them",
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
            layout.label(
                text="The network that animates the heads needs PyTorch (about 2 GB on the disk).", icon="INFO"
            )
            if not bpy.app.online_access:
                layout.label(text="Online access is off: switch it on under System > Network.", icon="BLANK1")
            layout.prop(self, "wheels")
            layout.operator("dyad.install_torch", icon="IMPORT")
        draw_progress(layout)
        layout.prop(self, "python")


def register():
    bpy.utils.register_class(DyadPreferences)


def unregister():
    bpy.utils.unregister_class(DyadPreferences)
