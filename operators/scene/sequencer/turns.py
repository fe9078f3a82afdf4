"""Who speaks when, as coloured strips named A and B in two channels of the Video Sequencer: shown and read back."""

import re

import bpy

from ....core.turns import SPEAKERS
from . import strips
from .strips import Recording

COLORS = {"A": (0.16, 0.42, 0.75), "B": (0.80, 0.38, 0.12)}
UNSURE = " ?"  # after the name of a turn that may be another's; the user takes it away, or lets it stand
NAME = re.compile(r"([AB])( ?\?)?(\.\d+)?")  # Blender numbers strips of one name
SURE = 0.6  # mean confidence of a turn's frames, from which on it is not marked
PALE = 0.45  # of the colour is left in a strip that is unsure

Turns = list[tuple[float, float, str]]  # start s, end s, speaker; from the recording's start


def turn_strips(scene: bpy.types.Scene) -> list:
    """The colour strips named A or B."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return [strip for strip in _strips(editor) if is_turn(strip)]


def is_turn(strip) -> bool:
    """Whether a strip says that somebody speaks."""
    return strip.type == "COLOR" and bool(NAME.fullmatch(strip.name))


def read(scene: bpy.types.Scene, recording: Recording) -> Turns | None:
    """The turns that the strips say, in order of time; None when none lies over the recording."""
    turns = []
    for strip in turn_strips(scene):
        first, last = ((frame - recording.start_frame) / recording.fps for frame in strips.handles(strip))
        first, last = max(first, 0.0), min(last, recording.duration)
        if last > first:
            turns.append((round(first, 4), round(last, 4), strip.name[0]))
    return sorted(turns) or None


def unsure(scene: bpy.types.Scene) -> list:
    """The turn strips that are marked as unsure, in order of time."""
    marked = [strip for strip in turn_strips(scene) if "?" in strip.name]
    return sorted(marked, key=lambda strip: strips.handles(strip)[0])


def go_to_next_unsure(scene: bpy.types.Scene) -> None:
    """Move the playhead to the next unsure turn after it, or the first one, and select only that."""
    marked = unsure(scene)
    later = [strip for strip in marked if strips.handles(strip)[0] > scene.frame_current]
    chosen = (later or marked)[0]
    for strip in turn_strips(scene):
        strip.select = strip == chosen
    scene.sequence_editor.active_strip = chosen
    scene.frame_set(strips.handles(chosen)[0])


def show(scene: bpy.types.Scene, recording: Recording, turns: Turns, sure: list[float] | None = None) -> None:
    """Replace the scene's turn strips by ``turns``, in the first two channels that are free above all others.

    sure: how sure each turn is, 0..1; those under SURE are named "A ?" and pale. None marks none
    """
    clear(scene)
    chosen = scene.sequence_editor.active_strip
    top = max((strip.channel for strip in _strips(scene.sequence_editor)), default=0)
    for number, speaker in enumerate(SPEAKERS):
        free_from = recording.start_frame
        for (start, end, who), surely in zip(turns, sure or [1.0] * len(turns), strict=True):
            if who != speaker:
                continue
            first = max(recording.start_frame + round(start * recording.fps), free_from)
            free_from = max(recording.start_frame + round(end * recording.fps), first + 1)
            strip = _add(scene.sequence_editor, speaker, top + 1 + number, first, free_from)
            if surely < SURE:
                strip.name = speaker + UNSURE
                strip.color = [PALE * value + (1 - PALE) * 0.5 for value in COLORS[speaker]]
    scene.sequence_editor.active_strip = chosen  # Generate Dyad goes on to mean the recording


def clear(scene: bpy.types.Scene) -> None:
    """Remove the scene's turn strips."""
    for strip in turn_strips(scene):
        _strips(scene.sequence_editor).remove(strip)


def _add(editor, speaker: str, channel: int, first: int, end: int):
    length = {"length": end - first} if bpy.app.version >= (5, 0) else {"frame_end": end}
    strip = _strips(editor).new_effect(name=speaker, type="COLOR", channel=channel, frame_start=first, **length)
    strip.color = COLORS[speaker]
    strip.select = False
    strip.mute = True  # else a render would show the colours in place of the heads
    return strip


def _strips(editor):
    """The strips outside metas; 4.4 renamed the collection."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences
