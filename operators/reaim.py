"""Re-aim Gaze: heads that were moved by hand look at each other again."""

import bpy

from .job import tells
from .scene.rig import rigs
from .scene.take import takes


class DYAD_OT_reaim(bpy.types.Operator):
    """Exact geometry on the stored take; the network is not asked."""

    bl_idname = "dyad.reaim"
    bl_label = "Re-aim Gaze"
    bl_description = (
        "Turn eyes and heads to where the partner now is, after the heads were moved; lips stay as they are"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if not context.scene.dyad.shown:
            cls.poll_message_set("Generate Dyad first: there is no take to aim")
            return False
        if not rigs.find_pair(context.scene):
            cls.poll_message_set("The two heads are not in this scene any more")
            return False
        return True

    @tells
    def execute(self, context):
        takes.show(context.scene, rigs.find_pair(context.scene))
        return {"FINISHED"}


CLASSES = (DYAD_OT_reaim,)
