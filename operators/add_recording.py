"""Add Recording: add a sound file to the Video Sequencer from the panel."""

import os

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ..core.errors import UserError
from .job import reports_user_errors
from .scene.sequencer import strips

EXTENSIONS = "wav mp3 flac ogg opus m4a mp4 mov webm".split()


class DYAD_OT_add_recording(ImportHelper, bpy.types.Operator):
    """The same as Add > Sound in the sequencer."""

    bl_idname = "dyad.add_recording"
    bl_label = "Add Recording"
    bl_description = "Put a recording of two people talking into the Video Sequencer, starting on the current frame"
    bl_options = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(
        default=";".join(f"*.{extension}" for extension in EXTENSIONS), options={"HIDDEN"}, description="File filter"
    )

    @reports_user_errors
    def execute(self, context):
        path = bpy.path.abspath(self.filepath)
        if not os.path.isfile(path):
            raise UserError(f'There is no file "{path}". Choose a sound file.')
        scene = context.scene
        strip = strips.add(scene, path, scene.frame_current)
        scene.dyad.strip = strip.name
        if (
            getattr(context.workspace, "sequencer_scene", scene) is None
        ):  # 5.0 on: without it the sequencer shows nothing
            context.workspace.sequencer_scene = scene
        return {"FINISHED"}


CLASSES = (DYAD_OT_add_recording,)
