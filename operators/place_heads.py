"""Place Heads: apply the prompt to the heads without generating."""

import bpy

from .generate import busy
from .job import JobOperator
from .scene.take import scene_jobs


class DYAD_OT_direct(JobOperator, bpy.types.Operator):
    """Applies the prompt without generating."""

    bl_idname = "dyad.direct"
    bl_label = "Place Heads"
    bl_description = (
        "Move the heads as the scene prompt describes and re-aim their gaze. Adds the heads first if there are none"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if not context.scene.dyad.prompt.strip():
            cls.poll_message_set('Describe the scene first, like "two friends, one metre apart"')
            return False
        return not busy(cls)

    def start(self, context):
        return scene_jobs.apply_prompt(context.scene)


CLASSES = (DYAD_OT_direct,)
