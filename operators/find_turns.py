"""Find Turns: who speaks when, as strips to correct."""

import bpy

from .generate import busy, can_listen
from .job import JobOperator
from .scene import session, strips, turns


class DYAD_OT_find_turns(JobOperator, bpy.types.Operator):
    """Listens only."""

    bl_idname = "dyad.find_turns"
    bl_label = "Find Turns"
    bl_description = (
        "Show who speaks when as strips named A and B above the recording; drag, cut and rename them to correct"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return can_listen(cls, context)

    def start(self, context):
        return session.find_turns(strips.sequencer_scene(context))


class DYAD_OT_clear_turns(bpy.types.Operator):
    """Back to listening."""

    bl_idname = "dyad.clear_turns"
    bl_label = "Clear Turns"
    bl_description = "Remove the strips named A and B; who speaks is then heard from the recording again"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(turns.turn_strips(strips.sequencer_scene(context))) and not busy(cls)

    def execute(self, context):
        turns.clear(strips.sequencer_scene(context))
        return {"FINISHED"}


CLASSES = (DYAD_OT_find_turns, DYAD_OT_clear_turns)
