"""Remove Take: one of the kept variations less."""

import bpy

from .generate import busy
from .scene.take import takes


class DYAD_OT_remove_take(bpy.types.Operator):
    """The list's minus."""

    bl_idname = "dyad.remove_take"
    bl_label = "Remove Take"
    bl_description = "Forget the take that is shown, and show the one before it"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return context.scene.dyad.shown is not None and not busy(cls)

    def execute(self, context):
        takes.remove(context.scene)
        return {"FINISHED"}


CLASSES = (DYAD_OT_remove_take,)
