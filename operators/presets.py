"""Presets: built-in scenes and moods, and the user's own scenes in Blender's preset folder."""

from dataclasses import asdict
from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bpy.props import BoolProperty, FloatProperty, StringProperty

from ..core.errors import UserError
from ..core.layout import LIMITS, Layout, moods, presets
from .job import reports_user_errors
from .scene.take import panel_facts, scene_jobs


class DYAD_OT_preset(bpy.types.Operator):
    """Places the heads or sets a mood without a prompt."""

    bl_idname = "dyad.preset"
    bl_label = "Scene Preset"
    bl_description = "Apply a built-in scene (moves the heads, or adds them first) or a built-in mood"
    bl_options = {"REGISTER", "UNDO"}

    preset: StringProperty(name="Preset", description="Name of a built-in scene or mood")

    @reports_user_errors
    def execute(self, context):
        scenes, feelings = presets(), moods()
        if self.preset in scenes:
            scene_jobs.place(context.scene, scenes[self.preset])
        elif self.preset in feelings:
            scene_jobs.set_mood(context.scene, feelings[self.preset])
        else:
            known = ", ".join([*scenes, *feelings])
            raise UserError(f'There is no preset "{self.preset}". Choose one of: {known}.')
        return {"FINISHED"}


DESCRIPTIONS = {
    "distance": "Metres between the two heads",
    "facing": "Degrees by which the body is turned away from the partner; positive is to the own left",
    "height": "Metres of the eyes above the floor",
    "contact": "Share of the time spent looking at the partner's face",
    "energy": "How lively the two are: 0 calm, 1 agitated",
    "warmth": "How the two feel about each other: -1 hostile, 1 loving",
}


def _number(name: str, default: float):
    (low, high), kind = LIMITS[name], name.split("_")[0]
    title = name.replace("_", " ").title()
    return FloatProperty(name=title, description=DESCRIPTIONS[kind], default=default, min=low, max=high)


class DYAD_OT_place(bpy.types.Operator):
    """Run by the presets that a user saves."""

    bl_idname = "dyad.place"
    bl_label = "Place Heads by Values"
    bl_description = "Place the heads and set their mood from exact values; adds the heads first if there are none"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {name: _number(name, getattr(Layout(), name)) for name in LIMITS} | {
        "swapped": BoolProperty(name="Swapped", description="A stands on the right")
    }

    @reports_user_errors
    def execute(self, context):
        numbers = {name: round(getattr(self, name), 4) for name in LIMITS}
        scene_jobs.place(context.scene, Layout(**numbers, swapped=self.swapped))
        return {"FINISHED"}


class DYAD_OT_preset_add(AddPresetBase, bpy.types.Operator):
    """Blender names, finds and deletes the preset files; this class writes them."""

    bl_idname = "dyad.preset_add"
    bl_label = "Add Scene Preset"
    bl_description = "Save the present positions and mood of the heads as a preset, or delete a preset"

    preset_menu = "DYAD_PT_presets"
    preset_subdir = "dyad"

    def add(self, context, path: str) -> None:
        numbers = asdict(panel_facts.current_layout(context.scene))
        lines = "".join(f"    {name}={value!r},\n" for name, value in numbers.items())
        # True: with an undo step
        Path(path).write_text(f'import bpy\n\nbpy.ops.dyad.place(\n    "EXEC_DEFAULT",\n    True,\n{lines})\n', "utf-8")


CLASSES = (DYAD_OT_preset, DYAD_OT_place, DYAD_OT_preset_add)
