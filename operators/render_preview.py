"""Render Preview: a small film with sound, quickly."""

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper

from ..core.errors import UserError
from ..core.jobs import finish
from .scene import preview


class DYAD_OT_render_preview(ExportHelper, bpy.types.Operator):
    """Workbench, with the user's render settings put back afterwards."""

    bl_idname = "dyad.render_preview"
    bl_label = "Render Preview"
    bl_description = "Render the dialogue as a small .mp4 film with its sound; your render settings stay as they are"

    filename_ext = ".mp4"
    filter_glob: StringProperty(default="*.mp4", options={"HIDDEN"}, description="Files shown")

    @classmethod
    def poll(cls, context):
        if not context.scene.dyad.take:
            cls.poll_message_set("Generate Dyad first: there is nothing to show yet")
            return False
        return True

    def execute(self, context):
        try:
            finish(preview.render_preview(context.scene, bpy.path.abspath(self.filepath)))
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Wrote {self.filepath}.")
        return {"FINISHED"}


CLASSES = (DYAD_OT_render_preview,)
