"""The popover of the scene presets: ready-made scenes, moods, and the user's own."""

import bpy
from bl_ui.utils import PresetPanel

from ..core.layout import moods, presets


class DYAD_PT_presets(PresetPanel, bpy.types.Panel):
    """Blender's own preset list, with ready-made ones above it."""

    bl_label = "Scene Presets"
    bl_ui_units_x = 17  # wide enough for the longest name
    preset_subdir = "dyad"
    preset_operator = "script.execute_preset"
    preset_add_operator = "dyad.preset_add"

    def draw(self, context):
        row = self.layout.row()
        for title, names in (("Scenes", presets()), ("Moods", moods())):
            column = row.column(align=True)
            column.label(text=title)
            column.emboss = "PULLDOWN_MENU"
            for name in names:
                column.operator("dyad.preset", text=name).preset = name
        self.layout.separator()
        self.layout.label(text="Your Own")
        if bpy.utils.preset_paths(self.preset_subdir):
            super().draw(context)
        else:  # Blender would say "Missing Paths"
            row = self.layout.row()
            row.prop(context.window_manager, "preset_name", text="")
            row.operator(self.preset_add_operator, text="", icon="ADD").name = context.window_manager.preset_name


CLASSES = (DYAD_PT_presets,)
