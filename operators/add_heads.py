"""Add Heads: the pair, before there is anything to say."""

import bpy

from .scene.rig import rigs
from .scene.take import session


class DYAD_OT_add_heads(bpy.types.Operator):
    """Adds what Generate Dyad would add."""

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
        session.pair_for(context.scene, session.current_layout(context.scene), moved=False)
        return {"FINISHED"}


CLASSES = (DYAD_OT_add_heads,)
