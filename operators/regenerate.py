"""Regenerate Turn and Update Take: a part of the take is generated again, the rest is unchanged."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..core.generator.inpainting import PARTS
from .generate import PEOPLE, can_process_recording
from .job import JobOperator
from .scene.sequencer import strips
from .scene.take import regeneration_jobs

DESCRIPTIONS = {
    "mouth": "Jaw, lips and tongue",
    "face": "Lids, brows, cheeks and nose",
    "head": "Head, neck and small movements of the body",
    "eyes": "Gaze direction",
}


class DYAD_OT_regenerate_turn(JobOperator, bpy.types.Operator):
    """Regenerates what is selected, or the turn at the playhead."""

    bl_idname = "dyad.regenerate_turn"
    bl_label = "Regenerate Turn"
    bl_description = (
        "Generate the selected turn strips again, or without a selection the preview range or the turn at the "
        "playhead. The rest of the take is unchanged"
    )
    bl_options = {"REGISTER", "UNDO"}

    people: PEOPLE
    parts: EnumProperty(
        name="Parts",
        description="What to regenerate. The other parts are unchanged and the new motion fits them",
        items=[(part, part.capitalize(), DESCRIPTIONS[part]) for part in PARTS],
        options={"ENUM_FLAG", "SKIP_SAVE"},
        default=set(PARTS),
    )
    seed: IntProperty(
        name="Seed",
        description="Each seed gives a different result; -1 takes the next one",
        min=-1,
        default=-1,
        options={"SKIP_SAVE"},
    )
    prompt: StringProperty(
        name="Direction",
        description='How to act the turn, like "angrier" or "B looks away". Empty keeps the mood of the scene',
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        return _has_take(cls, context)

    def start(self, context):
        scene, sequencer_scene = context.scene, strips.sequencer_scene(context)
        if self.seed < 0 and scene.dyad.active_take:
            self.seed = scene.dyad.active_take.seed + scene.dyad.active_take.regenerations + 1
        if not self.properties.is_property_set("prompt"):
            self.prompt = scene.dyad.regenerate_prompt
        spans = regeneration_jobs.selected_spans(
            scene, sequencer_scene, regeneration_jobs.recording_of_take(scene, sequencer_scene)
        )
        parts = tuple(part for part in PARTS if part in self.parts)
        selection = regeneration_jobs.Selection(spans, self.seed, self.people, parts, self.prompt)
        return regeneration_jobs.regenerate(scene, sequencer_scene, selection)


class DYAD_OT_update(JobOperator, bpy.types.Operator):
    """Regenerates only where turn strips were changed."""

    bl_idname = "dyad.update"
    bl_label = "Update Take"
    bl_description = "Regenerate the take only where you changed the turn strips"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _has_take(cls, context)

    def start(self, context):
        return regeneration_jobs.update(context.scene, strips.sequencer_scene(context))


def _has_take(operator, context) -> bool:
    if not context.scene.dyad.active_take:
        operator.poll_message_set("Press Generate Dyad first: there is no take yet")
        return False
    return can_process_recording(operator, context)


CLASSES = (DYAD_OT_regenerate_turn, DYAD_OT_update)
