"""Remove Take: delete the active take."""

import bpy

from .generate import busy
from .scene.take import takes


class DYAD_OT_remove_take(bpy.types.Operator):
    """The minus button of the list."""

    bl_idname = "dyad.remove_take"
    bl_label = "Remove Take"
    bl_description = "Delete the selected take and go back to the one before it"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return context.scene.dyad.active_take is not None and not busy(cls)

    def execute(self, context):
        takes.remove(context.scene)
        return {"FINISHED"}


CLASSES = (DYAD_OT_remove_take,)
