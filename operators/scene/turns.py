"""Who speaks when, as coloured strips named A and B in two channels of the Video Sequencer: shown and read back."""

import re

import bpy

from ...core.turns import SPEAKERS
from . import strips
from .strips import Recording

COLORS = {"A": (0.16, 0.42, 0.75), "B": (0.80, 0.38, 0.12)}
NAME = re.compile(r"([AB])(\.\d+)?")  # Blender numbers strips of one name

Turns = list[tuple[float, float, str]]  # start s, end s, speaker; from the recording's start


def turn_strips(scene: bpy.types.Scene) -> list:
    """The colour strips named A or B."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return [strip for strip in _strips(editor) if strip.type == "COLOR" and NAME.fullmatch(strip.name)]


def read(scene: bpy.types.Scene, recording: Recording) -> Turns | None:
    """The turns that the strips say, in order of time; None when none lies over the recording."""
    turns = []
    for strip in turn_strips(scene):
        first, last = ((frame - recording.start_frame) / recording.fps for frame in strips.handles(strip))
        first, last = max(first, 0.0), min(last, recording.duration)
        if last > first:
            turns.append((round(first, 4), round(last, 4), strip.name[0]))
    return sorted(turns) or None


def show(scene: bpy.types.Scene, recording: Recording, turns: Turns) -> None:
    """Replace the scene's turn strips by ``turns``, in the first two channels that are free above all others."""
    clear(scene)
    chosen = scene.sequence_editor.active_strip
    top = max((strip.channel for strip in _strips(scene.sequence_editor)), default=0)
    for number, speaker in enumerate(SPEAKERS):
        free_from = recording.start_frame
        for start, end, _ in (turn for turn in turns if turn[2] == speaker):
            first = max(recording.start_frame + round(start * recording.fps), free_from)
            free_from = max(recording.start_frame + round(end * recording.fps), first + 1)
            _add(scene.sequence_editor, speaker, top + 1 + number, first, free_from)
    scene.sequence_editor.active_strip = chosen  # Generate Dyad goes on to mean the recording


def clear(scene: bpy.types.Scene) -> None:
    """Remove the scene's turn strips."""
    for strip in turn_strips(scene):
        _strips(scene.sequence_editor).remove(strip)


def _add(editor, speaker: str, channel: int, first: int, end: int) -> None:
    length = {"length": end - first} if bpy.app.version >= (5, 0) else {"frame_end": end}
    strip = _strips(editor).new_effect(name=speaker, type="COLOR", channel=channel, frame_start=first, **length)
    strip.color = COLORS[speaker]
    strip.select = False
    strip.mute = True  # else a render would show the colours in place of the heads


def _strips(editor):
    """The strips outside metas; 4.4 renamed the collection."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences
