"""Generate Dyad and New Take."""

import bpy
from bpy.props import EnumProperty, IntProperty

from .job import JobOperator
from .scene.sequencer import strips
from .scene.take import regeneration_jobs, scene_jobs, takes

PEOPLE = EnumProperty(
    name="Who",
    description="Who to regenerate. The other person is unchanged",
    items=[
        ("AB", "Both", "Regenerate both people"),
        ("A", "Only A", "Regenerate A, who reacts to B. B is unchanged"),
        ("B", "Only B", "Regenerate B, who reacts to A. A is unchanged"),
    ],
    options={"SKIP_SAVE"},
)


class Generator(JobOperator):
    """Shared by both operators; Blender cannot register an operator derived from another."""

    bl_options = {"REGISTER", "UNDO"}

    seed: IntProperty(
        name="Seed",
        description="Each seed gives a different animation; -1 uses the seed in the panel, or the next free one",
        min=-1,
        default=-1,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        return can_process_recording(cls, context)

    def start(self, context):
        if self.seed < 0:  # then Adjust Last Operation shows the seed that was used
            self.seed = self.next_seed(context.scene.dyad)
        return self.generate(context.scene, strips.sequencer_scene(context))

    def next_seed(self, settings) -> int:
        """The seed to use when none is given."""
        return settings.seed

    def generate(self, scene, sequencer_scene):
        """The job that generates with ``self.seed``."""
        scene.dyad.seed = self.seed
        return scene_jobs.generate(scene, sequencer_scene)


class DYAD_OT_generate(Generator, bpy.types.Operator):
    """The main button; menus and scripts call it too."""

    bl_idname = "dyad.generate"
    bl_label = "Generate Dyad"
    bl_description = "Animate two talking heads from the recording and the scene prompt"


class DYAD_OT_new_take(Generator, bpy.types.Operator):
    """Generates with the next seed and keeps the existing takes."""

    bl_idname = "dyad.new_take"
    bl_label = "New Take"
    bl_description = "Animate the same recording differently and keep the existing takes"

    people: PEOPLE

    def next_seed(self, settings) -> int:
        return takes.next_seed(settings)

    def generate(self, scene, sequencer_scene):
        if self.people != "AB" and scene.dyad.active_take:
            return regeneration_jobs.one_person(scene, sequencer_scene, self.people, self.seed)
        return super().generate(scene, sequencer_scene)


def can_process_recording(operator, context) -> bool:
    """Whether there is a recording and nothing else runs; explains the greyed-out button."""
    if not strips.sound_strips(strips.sequencer_scene(context)):
        operator.poll_message_set("Add the recording first: Add Recording, or Add > Sound in the Video Sequencer")
        return False
    return not busy(operator)


def busy(operator) -> bool:
    """Whether a job runs already; explains the greyed-out button."""
    if JobOperator.running:
        operator.poll_message_set("Another job is running. Wait for it, or cancel it")
        return True
    return False


CLASSES = (DYAD_OT_generate, DYAD_OT_new_take)
