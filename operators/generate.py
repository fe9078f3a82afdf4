"""Generate Dyad: the one button that does the main job."""

import bpy
from bpy.props import EnumProperty, IntProperty

from .job import JobOperator
from .scene.sequencer import strips
from .scene.take import regenerate, session, takes

PEOPLE = EnumProperty(
    name="Who",
    description="Who is performed anew; the other one stays, and is answered",
    items=[
        ("AB", "Both", "Both people are performed anew"),
        ("A", "Only A", "A is performed anew and answers what B does now"),
        ("B", "Only B", "B is performed anew and answers what A does now"),
    ],
    options={"SKIP_SAVE"},
)


class Generator(JobOperator):
    """Shared by both buttons; Blender wants no operator that is derived from another."""

    bl_options = {"REGISTER", "UNDO"}

    seed: IntProperty(
        name="Variation",
        description="Another number is another performance of the same recording",
        min=-1,
        default=-1,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        return can_listen(cls, context)

    def start(self, context):
        if self.seed < 0:  # -1 is the panel's own number; redo then offers what was used
            self.seed = self.next_seed(context.scene.dyad)
        return self.perform(context.scene, strips.sequencer_scene(context))

    def next_seed(self, settings) -> int:
        """The number to use when none is given."""
        return settings.seed

    def perform(self, scene, sounding):
        """The job that animates both people with the number ``self.seed``."""
        scene.dyad.seed = self.seed
        return session.generate(scene, sounding)


class DYAD_OT_generate(Generator, bpy.types.Operator):
    """The panel's big button; menus, scripts and redo call it, too."""

    bl_idname = "dyad.generate"
    bl_label = "Generate Dyad"
    bl_description = "Animate two talking heads from the recording and the scene prompt"


class DYAD_OT_new_variation(Generator, bpy.types.Operator):
    """The next number, kept beside the takes that are there."""

    bl_idname = "dyad.new_variation"
    bl_label = "New Variation"
    bl_description = "Animate the same recording again, performed differently, and keep the takes that are there"

    people: PEOPLE

    def next_seed(self, settings) -> int:
        return takes.next_seed(settings)

    def perform(self, scene, sounding):
        if self.people != "AB" and scene.dyad.shown:
            return regenerate.one_person(scene, sounding, self.people, self.seed)
        return super().perform(scene, sounding)


def can_listen(operator, context) -> bool:
    """Whether there is a recording and nothing else runs; says what is missing on the greyed button."""
    if not strips.sound_strips(strips.sequencer_scene(context)):
        operator.poll_message_set("Add the recording first: Add Recording, or Add > Sound in the Video Sequencer")
        return False
    return not busy(operator)


def busy(operator) -> bool:
    """Whether a job runs already; says so on the greyed button."""
    if JobOperator.running:
        operator.poll_message_set("Another job is running. Wait for it, or cancel it")
        return True
    return False


CLASSES = (DYAD_OT_generate, DYAD_OT_new_variation)
