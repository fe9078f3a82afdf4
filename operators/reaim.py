"""Re-aim Gaze: heads that were moved by hand look at each other again."""

import bpy

from .job import reports_user_errors
from .scene.rig import rigs
from .scene.take import takes


class DYAD_OT_reaim(bpy.types.Operator):
    """Exact geometry on the active take; nothing is generated."""

    bl_idname = "dyad.reaim"
    bl_label = "Re-aim Gaze"
    bl_description = "Turn eyes and heads to the partner again after you moved the heads. The mouth is unchanged"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if not context.scene.dyad.active_take:
            cls.poll_message_set("Press Generate Dyad first: there is no take to aim")
            return False
        if not rigs.find_pair(context.scene):
            cls.poll_message_set("The two heads are no longer in this scene")
            return False
        return True

    @reports_user_errors
    def execute(self, context):
        takes.bake(context.scene, rigs.find_pair(context.scene))
        return {"FINISHED"}


CLASSES = (DYAD_OT_reaim,)
