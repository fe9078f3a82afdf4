"""Timeline markers that may direct the two: "B looks away", "calmer from here"."""

import re

import bpy

UNNAMED = re.compile(r"F_\d+|Marker(\.\d+)?")  # as Blender names a new one


def read(scene: bpy.types.Scene) -> list[tuple[int, str]]:
    """Scene frame and text of every marker that somebody named, in order; one that switches cameras is none."""
    named = [
        (int(marker.frame), marker.name.strip())
        for marker in scene.timeline_markers
        if marker.camera is None and not UNNAMED.fullmatch(marker.name) and marker.name.strip()
    ]
    return sorted(named)
