"""The panel "Dyad" in the sidebar of the 3D viewport and of the Video Sequencer: draws only."""

import bpy

from . import dyad


def register():
    for panel in dyad.CLASSES:
        bpy.utils.register_class(panel)


def unregister():
    for panel in reversed(dyad.CLASSES):
        bpy.utils.unregister_class(panel)
