"""Direct: the prompt moves the heads, without animating anything."""

import bpy
from bpy.props import StringProperty

from .generate import busy
from .job import JobOperator
from .scene import session


class DYAD_OT_direct(JobOperator, bpy.types.Operator):
    """Words to places."""

    bl_idname = "dyad.direct"
    bl_label = "Place Heads"
    bl_description = "Move the heads as the scene prompt says, and aim their gaze anew; adds them where there are none"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if not context.scene.dyad.prompt.strip():
            cls.poll_message_set('Describe the scene first, like "two friends, one metre apart"')
            return False
        return not busy(cls)

    def start(self, context):
        return session.direct(context.scene)


class DYAD_OT_preset(bpy.types.Operator):
    """Places without words."""

    bl_idname = "dyad.preset"
    bl_label = "Scene Preset"
    bl_description = "Place the heads and set their mood as in a ready-made scene; adds them where there are none"
    bl_options = {"REGISTER", "UNDO"}

    preset: StringProperty(name="Preset", description="The name of the ready-made scene")

    def execute(self, context):
        presets = session.presets()
        if self.preset not in presets:
            self.report({"ERROR"}, f'There is no preset "{self.preset}". Choose one of: {", ".join(presets)}.')
            return {"CANCELLED"}
        session.place(context.scene, presets[self.preset])
        return {"FINISHED"}


class DYAD_MT_presets(bpy.types.Menu):
    """The ready-made scenes."""

    bl_label = "Scene Presets"

    def draw(self, context):
        for name in session.presets():
            self.layout.operator("dyad.preset", text=name).preset = name


CLASSES = (DYAD_OT_direct, DYAD_OT_preset, DYAD_MT_presets)
