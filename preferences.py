"""The extension's preferences: which Python runs the network, and installing PyTorch for it."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from .core.packages import is_installed
from .operators.job import JobOperator


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


def get(context: bpy.types.Context) -> DyadPreferences | None:
    """The user's preferences, or None where the package is used without being an enabled add-on (batch, tests)."""
    addon = context.preferences.addons.get(__package__)
    return addon.preferences if addon else None


def site_folder(create: bool = False) -> Path | None:
    """The folder that Install PyTorch fills, or None where the package is no installed extension."""
    if not __package__.startswith("bl_ext."):
        return None
    return Path(bpy.utils.extension_path_user(__package__, path="", create=create)) / "site"


def draw_progress(layout: bpy.types.UILayout) -> None:
    """The running job's bar with its Cancel button; nothing when none runs."""
    step = JobOperator.running
    if step:
        row = layout.row(align=True)
        row.progress(factor=step.share, text=step.label)
        row.operator("dyad.cancel", text="", icon="X")


def has_torch() -> bool:
    """Whether Install PyTorch has been used."""
    site = site_folder()
    return site is not None and is_installed(site)


def register():
    bpy.utils.register_class(DyadPreferences)


def unregister():
    bpy.utils.unregister_class(DyadPreferences)
