"""The panel "Dyad" in the sidebar of the 3D viewport and of the Video Sequencer: draws only."""

import bpy

from . import dyad, presets

CLASSES = (*presets.CLASSES, *dyad.CLASSES)


def register():
    for panel in CLASSES:
        bpy.utils.register_class(panel)


def unregister():
    for panel in reversed(CLASSES):
        bpy.utils.unregister_class(panel)
