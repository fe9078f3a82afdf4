"""Export Take: the motion as a file for other programs."""

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper

from .job import reports_user_errors
from .scene.take import takes


class DYAD_OT_export_take(ExportHelper, bpy.types.Operator):
    """Writes the same .npz as the command line."""

    bl_idname = "dyad.export_take"
    bl_label = "Export Take"
    bl_description = "Write the motion of both heads as one .npz file: ARKit shape values, rotations, who speaks when"

    filename_ext = ".npz"
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"}, description="File filter")

    @classmethod
    def poll(cls, context):
        if not context.scene.dyad.active_take:
            cls.poll_message_set("Press Generate Dyad first: there is no take to export")
            return False
        return True

    @reports_user_errors
    def execute(self, context):
        takes.export(context.scene.dyad, bpy.path.abspath(self.filepath))
        self.report({"INFO"}, f"Wrote {self.filepath}.")
        return {"FINISHED"}


CLASSES = (DYAD_OT_export_take,)
