"""Cancel: what Esc does, as a button beside the progress bar."""

import bpy

from .job import JobOperator


class DYAD_OT_cancel(bpy.types.Operator):
    """Sets a flag that the running job's timer reads."""

    bl_idname = "dyad.cancel"
    bl_label = "Cancel"
    bl_description = "Stop the running job. The scene is unchanged"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        return JobOperator.running is not None

    def execute(self, context):
        JobOperator.cancelling = True
        return {"FINISHED"}


CLASSES = (DYAD_OT_cancel,)
