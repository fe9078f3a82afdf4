"""Add Heads: the two heads without a take."""

import bpy

from .scene.rig import rigs
from .scene.take import panel_facts, scene_jobs


class DYAD_OT_add_heads(bpy.types.Operator):
    """Adds the same heads as Generate Dyad."""

    bl_idname = "dyad.add_heads"
    bl_label = "Add Heads"
    bl_description = "Add a man and a woman who face each other, one metre apart"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if rigs.find_pair(context.scene):
            cls.poll_message_set("This scene has its two heads already")
            return False
        return True

    def execute(self, context):
        scene_jobs.pair_for(context.scene, panel_facts.current_layout(context.scene), moved=False)
        return {"FINISHED"}


CLASSES = (DYAD_OT_add_heads,)
