"""Reset: all sliders of the Adjust panel back to their defaults."""

import bpy

from .scene.take import adjust_sliders, takes


class DYAD_OT_reset_adjustments(bpy.types.Operator):
    """All sliders of both people at once."""

    bl_idname = "dyad.reset_adjustments"
    bl_label = "Reset"
    bl_description = "Set all sliders of both people back: strengths to 1, lip delay to 0"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if adjust_sliders.read(context.scene.dyad) == adjust_sliders.NONE:
            cls.poll_message_set("Nothing is adjusted")
            return False
        return True

    def execute(self, context):
        adjust_sliders.reset(context.scene.dyad)
        takes.rebake(context.scene)
        return {"FINISHED"}


CLASSES = (DYAD_OT_reset_adjustments,)
