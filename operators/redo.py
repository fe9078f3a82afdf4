"""Redo Turn and Update Take: a part of the take anew, the rest of it as it was."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..core.generator.inpainting import PARTS
from .generate import PEOPLE, can_listen
from .job import JobOperator
from .scene.sequencer import strips
from .scene.take import regenerate

DESCRIPTIONS = {
    "mouth": "Jaw, lips and tongue",
    "face": "Lids, brows, cheeks and nose",
    "head": "Head, neck and shifts of the body",
    "eyes": "Where they look",
}


class DYAD_OT_redo_turn(JobOperator, bpy.types.Operator):
    """What is selected, or under the playhead."""

    bl_idname = "dyad.redo_turn"
    bl_label = "Redo Turn"
    bl_description = (
        "Perform the selected turn strips anew; without a selection the preview range, or who speaks at the playhead. "
        "Everything else stays as it is"
    )
    bl_options = {"REGISTER", "UNDO"}

    people: PEOPLE
    parts: EnumProperty(
        name="What",
        description="What is performed anew of them; the rest stays, and what is new fits it",
        items=[(part, part.capitalize(), DESCRIPTIONS[part]) for part in PARTS],
        options={"ENUM_FLAG", "SKIP_SAVE"},
        default=set(PARTS),
    )
    seed: IntProperty(
        name="Variation",
        description="Another number is another performance of the turn",
        min=-1,
        default=-1,
        options={"SKIP_SAVE"},
    )
    words: StringProperty(
        name="How",
        description='How to play it, like "angrier" or "B looks away"; empty is another try in the mood of the scene',
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        return _has_take(cls, context)

    def start(self, context):
        scene, sounding = context.scene, strips.sequencer_scene(context)
        if self.seed < 0 and scene.dyad.shown:
            self.seed = scene.dyad.shown.seed + scene.dyad.shown.redone + 1
        if not self.properties.is_property_set("words"):
            self.words = scene.dyad.redo_words
        spans = regenerate.chosen_spans(scene, sounding, regenerate.recording_of_take(scene, sounding))
        parts = tuple(part for part in PARTS if part in self.parts)
        return regenerate.redo(scene, sounding, regenerate.Again(spans, self.seed, self.people, parts, self.words))


class DYAD_OT_update(JobOperator, bpy.types.Operator):
    """Only what the turn strips changed."""

    bl_idname = "dyad.update"
    bl_label = "Update Take"
    bl_description = "Perform anew only where the turn strips were changed since the take was made"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _has_take(cls, context)

    def start(self, context):
        return regenerate.update(context.scene, strips.sequencer_scene(context))


def _has_take(operator, context) -> bool:
    if not context.scene.dyad.shown:
        operator.poll_message_set("Generate Dyad first: there is no take yet")
        return False
    return can_listen(operator, context)


CLASSES = (DYAD_OT_redo_turn, DYAD_OT_update)
