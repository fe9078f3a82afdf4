"""Find Turns: who speaks when, as strips to correct."""

import bpy

from .generate import busy, can_process_recording
from .job import JobOperator
from .scene.sequencer import strips, turns
from .scene.take import scene_jobs


class DYAD_OT_find_turns(JobOperator, bpy.types.Operator):
    """Runs diarization only."""

    bl_idname = "dyad.find_turns"
    bl_label = "Find Turns"
    bl_description = (
        "Mark who speaks when with strips named A and B above the recording. Drag, cut or rename them to correct them"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return can_process_recording(cls, context)

    def start(self, context):
        return scene_jobs.find_turns(strips.sequencer_scene(context))


class DYAD_OT_clear_turns(bpy.types.Operator):
    """Removes the turn strips."""

    bl_idname = "dyad.clear_turns"
    bl_label = "Clear Turns"
    bl_description = "Remove the strips named A and B. Who speaks is then detected from the sound again"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(turns.turn_strips(strips.sequencer_scene(context))) and not busy(cls)

    def execute(self, context):
        turns.clear(strips.sequencer_scene(context))
        return {"FINISHED"}


class DYAD_OT_next_unsure(bpy.types.Operator):
    """Moves the playhead to the next unsure turn."""

    bl_idname = "dyad.next_unsure"
    bl_label = "Next Unsure Turn"
    bl_description = "Go to the next turn with an unsure speaker and select it. Rename it to A or B"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(turns.unsure(strips.sequencer_scene(context)))

    def execute(self, context):
        turns.go_to_next_unsure(strips.sequencer_scene(context))
        return {"FINISHED"}


class DYAD_OT_check_recording(JobOperator, bpy.types.Operator):
    """Reports the sound quality."""

    bl_idname = "dyad.check_recording"
    bl_label = "Check Recording"
    bl_description = "Check the recording for problems: too quiet, distorted, noisy, telephone sound"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return can_process_recording(cls, context)

    def start(self, context):
        return scene_jobs.check_recording(context.scene, strips.sequencer_scene(context))


CLASSES = (DYAD_OT_find_turns, DYAD_OT_clear_turns, DYAD_OT_next_unsure, DYAD_OT_check_recording)
