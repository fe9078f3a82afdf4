"""Install PyTorch and Remove PyTorch: buttons of the preferences."""

from pathlib import Path

import bpy

from ..core.service import packages
from . import addon
from .generate import busy
from .job import JobOperator, reports_user_errors
from .scene.take import child_process


class DYAD_OT_install_torch(JobOperator, bpy.types.Operator):
    """Runs pip in a child process."""

    bl_idname = "dyad.install_torch"
    bl_label = "Install PyTorch"
    bl_description = "Download PyTorch and the packages it needs into this extension's folder, about 2 GB"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        if addon.site_folder() is None:
            cls.poll_message_set("Only the installed extension can do this. Choose a Python that has PyTorch below")
            return False
        chosen = addon.preferences(context)
        if not bpy.app.online_access and not (chosen and chosen.wheels):
            cls.poll_message_set(
                "Enable Preferences > System > Network > Allow Online Access, or choose a folder with wheels"
            )
            return False
        return not busy(cls)

    def start(self, context):
        wheels = addon.preferences(context).wheels
        child_process.stop_worker()  # it holds files of the old folder open
        return packages.install(addon.site_folder(create=True), Path(bpy.path.abspath(wheels)) if wheels else None)


class DYAD_OT_uninstall_torch(bpy.types.Operator):
    """Deletes the folder."""

    bl_idname = "dyad.uninstall_torch"
    bl_label = "Remove"
    bl_description = "Delete PyTorch and its packages from this extension's folder"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        return addon.has_torch() and not busy(cls)

    def invoke(self, context, event):
        return context.window_manager.invoke_confirm(self, event)

    @reports_user_errors
    def execute(self, context):
        child_process.stop_worker()
        packages.uninstall(addon.site_folder())
        return {"FINISHED"}


CLASSES = (DYAD_OT_install_torch, DYAD_OT_uninstall_torch)
