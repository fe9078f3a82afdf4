"""Who speaks when, as color strips named A and B in two channels of the Video Sequencer: written and read back."""

import re

import bpy

from ....core.turns import SPEAKERS
from . import strips
from .strips import Recording

COLORS = {"A": (0.16, 0.42, 0.75), "B": (0.80, 0.38, 0.12)}
UNSURE = " ?"  # after the name of a turn whose speaker is uncertain; the user removes it or leaves it
NAME = re.compile(r"([AB])( ?\?)?(\.\d+)?")  # Blender numbers strips of one name
CONFIDENT = 0.6  # mean confidence of a turn's frames from which on it is not marked as unsure
PALE = 0.45  # share of the color that an unsure strip keeps; the rest is grey

Turns = list[tuple[float, float, str]]  # start s, end s, speaker; from the recording's start


def turn_strips(scene: bpy.types.Scene) -> list:
    """The color strips named A or B, outside meta strips."""
    return [strip for strip in strips.top_level(scene) if is_turn(strip)]


def is_turn(strip) -> bool:
    """Whether a strip marks a turn."""
    return strip.type == "COLOR" and bool(NAME.fullmatch(strip.name))


def read(scene: bpy.types.Scene, recording: Recording) -> Turns | None:
    """The turns marked by the strips, in order of time; None when none overlaps the recording."""
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


def write(scene: bpy.types.Scene, recording: Recording, turns: Turns, confidences: list[float] | None = None) -> None:
    """Replace the scene's turn strips by ``turns``, in the first two channels that are free above all others.

    confidences: one for each turn, 0..1; those under CONFIDENT are named "A ?" and pale. None marks none
    """
    clear(scene)
    active, bottom = scene.sequence_editor.active_strip, strips.free_channel(scene)
    for number, speaker in enumerate(SPEAKERS):
        free_from = recording.start_frame
        for (start, end, who), confidence in zip(turns, confidences or [1.0] * len(turns), strict=True):
            if who != speaker:
                continue
            first = max(recording.start_frame + round(start * recording.fps), free_from)
            free_from = max(recording.start_frame + round(end * recording.fps), first + 1)
            strip = _add(scene, speaker, bottom + number, first, free_from)
            if confidence < CONFIDENT:
                strip.name = speaker + UNSURE
                strip.color = [PALE * value + (1 - PALE) * 0.5 for value in COLORS[speaker]]
    scene.sequence_editor.active_strip = active  # the recording stays the strip that Generate Dyad uses


def clear(scene: bpy.types.Scene) -> None:
    """Remove the scene's turn strips."""
    for strip in turn_strips(scene):
        strips.top_level(scene).remove(strip)


def _add(scene: bpy.types.Scene, speaker: str, channel: int, first: int, end: int):
    strip = strips.add_color(scene, speaker, channel, first, end)
    strip.color = COLORS[speaker]
    strip.select = False
    strip.mute = True  # else a render would show the colors instead of the heads
    return strip
