"""Reset Adjustments: the take as it was made; the sliders themselves are properties and need no button."""

import bpy

from .scene.take import adjustments, takes


class DYAD_OT_reset_adjustments(bpy.types.Operator):
    """All sliders of both people at once."""

    bl_idname = "dyad.reset_adjustments"
    bl_label = "Reset"
    bl_description = "Play the take as it was made: all strengths of both people at 1, no lip delay"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if adjustments.read(context.scene.dyad) == adjustments.NONE:
            cls.poll_message_set("Nothing is adjusted")
            return False
        return True

    def execute(self, context):
        adjustments.clear(context.scene.dyad)
        takes.show_again(context.scene)
        return {"FINISHED"}


CLASSES = (DYAD_OT_reset_adjustments,)
