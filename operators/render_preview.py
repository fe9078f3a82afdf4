"""Render Preview: a small film with sound."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from .generate import busy
from .job import JobOperator
from .scene.preview import film

VIEWS = (
    ("AUTO", "Automatic", "Both faces side by side if one camera would show them small"),
    ("CAMERA", "Camera", "Through the scene's camera"),
    ("FACES", "Faces", "Both faces side by side"),
)


class DYAD_OT_render_preview(JobOperator, bpy.types.Operator):
    """Rendered by a second Blender process, so the window stays usable."""

    bl_idname = "dyad.render_preview"
    bl_label = "Render Preview"
    bl_description = "Render the dialogue as a small .mp4 film with sound. Your render settings are unchanged"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(name="File", description="The .mp4 to write", subtype="FILE_PATH")
    view: EnumProperty(name="View", description="What the film shows", items=VIEWS)

    @classmethod
    def poll(cls, context):
        return _has_take(cls, context)

    def start(self, context):
        return film.render(context.scene, Path(bpy.path.abspath(self.filepath)), self.view.lower().replace("auto", ""))


class DYAD_OT_choose_preview(bpy.types.Operator, ExportHelper):
    """The button: an operator called by the file browser cannot become modal, so this one starts the job operator."""

    bl_idname = "dyad.choose_preview"
    bl_label = "Render Preview"
    bl_description = DYAD_OT_render_preview.bl_description

    filename_ext = ".mp4"
    filter_glob: StringProperty(default="*.mp4", options={"HIDDEN"}, description="File filter")
    view: EnumProperty(name="View", description="What the film shows", items=VIEWS)

    @classmethod
    def poll(cls, context):
        return _has_take(cls, context)

    def execute(self, context):
        bpy.ops.dyad.render_preview("INVOKE_DEFAULT", filepath=self.filepath, view=self.view)
        return {"FINISHED"}


def _has_take(operator, context) -> bool:
    if not context.scene.dyad.active_take:
        operator.poll_message_set("Press Generate Dyad first: there is no take to render")
        return False
    return not busy(operator)


CLASSES = (DYAD_OT_render_preview, DYAD_OT_choose_preview)
