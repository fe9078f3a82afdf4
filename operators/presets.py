"""Presets: ready-made scenes and moods, and the user's own scenes in Blender's preset folder."""

from dataclasses import asdict
from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bpy.props import BoolProperty, FloatProperty, StringProperty

from ..core.errors import UserError
from ..core.layout import LIMITS, Layout, moods, presets
from .job import tells
from .scene.take import session


class DYAD_OT_preset(bpy.types.Operator):
    """Places and moods without words."""

    bl_idname = "dyad.preset"
    bl_label = "Scene Preset"
    bl_description = "Place the heads as in a ready-made scene, adding them where there are none, or set a mood"
    bl_options = {"REGISTER", "UNDO"}

    preset: StringProperty(name="Preset", description="The name of the ready-made scene or mood")

    @tells
    def execute(self, context):
        scenes, feelings = presets(), moods()
        if self.preset in scenes:
            session.place(context.scene, scenes[self.preset])
        elif self.preset in feelings:
            session.set_mood(context.scene, feelings[self.preset])
        else:
            known = ", ".join([*scenes, *feelings])
            raise UserError(f'There is no preset "{self.preset}". Choose one of: {known}.')
        return {"FINISHED"}


MEANT = {
    "distance": "Metres between the two heads",
    "facing": "Degrees by which the body is turned away from the partner; + is to the own left",
    "height": "Metres of the eyes above the floor",
    "contact": "The share of the time that this one looks at the partner's face",
    "energy": "How lively the two are: 0 calm, 1 agitated",
    "warmth": "How the two feel about each other: -1 hostile, 1 loving",
}


def _number(name: str, default: float):
    (low, high), kind = LIMITS[name], name.split("_")[0]
    title = name.replace("_", " ").title()
    return FloatProperty(name=title, description=MEANT[kind], default=default, min=low, max=high)


class DYAD_OT_place(bpy.types.Operator):
    """Places in numbers: what a preset of the user's runs."""

    bl_idname = "dyad.place"
    bl_label = "Place Heads by Numbers"
    bl_description = "Place the heads and set their mood by the numbers of a layout; adds them where there are none"
    bl_options = {"REGISTER", "UNDO"}

    __annotations__ = {name: _number(name, getattr(Layout(), name)) for name in LIMITS} | {
        "swapped": BoolProperty(name="Swapped", description="A stands on the right")
    }

    @tells
    def execute(self, context):
        numbers = {name: round(getattr(self, name), 4) for name in LIMITS}
        session.place(context.scene, Layout(**numbers, swapped=self.swapped))
        return {"FINISHED"}


class DYAD_OT_preset_add(AddPresetBase, bpy.types.Operator):
    """The user's own presets: Blender names, finds and removes the files, this writes them."""

    bl_idname = "dyad.preset_add"
    bl_label = "Add Scene Preset"
    bl_description = "Keep how the heads stand now, with their mood, as a preset of your own, or remove one"

    preset_menu = "DYAD_PT_presets"
    preset_subdir = "dyad"

    def add(self, context, path: str) -> None:
        numbers = asdict(session.current_layout(context.scene))
        said = "".join(f"    {name}={value!r},\n" for name, value in numbers.items())
        # True: one step of undo, as if the button itself had been pressed
        Path(path).write_text(f'import bpy\n\nbpy.ops.dyad.place(\n    "EXEC_DEFAULT",\n    True,\n{said})\n', "utf-8")


CLASSES = (DYAD_OT_preset, DYAD_OT_place, DYAD_OT_preset_add)
