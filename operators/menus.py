"""Entries in Blender's own menus; they also let Menu Search (F3) find the operators."""

import bpy

from .scene.sequencer import turns


def _strip(self, context):
    strip = getattr(context, "active_strip", None) or getattr(context, "active_sequence_strip", None)
    if strip and strip.type == "SOUND":
        self.layout.separator()
        self.layout.operator("dyad.generate", icon="COMMUNITY")
        self.layout.operator("dyad.find_turns")
    elif strip and turns.is_turn(strip):
        self.layout.separator()
        self.layout.operator("dyad.regenerate_turn", icon="LOOP_FORWARDS")
        self.layout.operator("dyad.update")


def _animation(self, context):
    self.layout.separator()
    self.layout.operator("dyad.generate")
    self.layout.operator("dyad.new_take")
    self.layout.operator("dyad.reaim")
    self.layout.operator("dyad.find_turns")


def _add(self, context):
    self.layout.operator("dyad.add_heads", text="Dyad Heads", icon="COMMUNITY")


def _export(self, context):
    self.layout.operator("dyad.export_take", text="Dyad Take (.npz)")


ENTRIES = {
    "SEQUENCER_MT_context_menu": _strip,
    "SEQUENCER_MT_strip": _strip,
    "VIEW3D_MT_object_animation": _animation,
    "VIEW3D_MT_add": _add,
    "TOPBAR_MT_file_export": _export,
}


def register():
    for menu, draw in ENTRIES.items():
        getattr(bpy.types, menu).append(draw)


def unregister():
    for menu, draw in ENTRIES.items():
        getattr(bpy.types, menu).remove(draw)
