"""The sound of a preview when the recording lies in another scene than the heads: the sequencer of 5.0 and later shows
a scene of its own choosing."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import bpy

from . import strips


@contextmanager
def heard_in(scene: bpy.types.Scene, first: int, last: int):
    """Let ``scene`` be heard from frame ``first`` to ``last`` like the scene that the sequencer shows."""
    sounding = strips.sequencer_scene(bpy.context)
    if sounding == scene or strips.sound_strips(scene) or not strips.sound_strips(sounding):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        mixed = Path(folder) / "sound.wav"
        _mix(sounding, mixed, first, last)
        editor = scene.sequence_editor_create()
        strip = editor.strips.new_sound("Dyad preview", str(mixed), 1, first)
        sound = strip.sound
        try:
            yield
        finally:
            editor.strips.remove(strip)
            bpy.data.sounds.remove(sound)


def _mix(sounding: bpy.types.Scene, path: Path, first: int, last: int) -> None:
    """Write what ``sounding`` sounds like between two frames as a .wav file."""
    before = sounding.frame_start, sounding.frame_end
    sounding.frame_start, sounding.frame_end = first, last
    try:
        with bpy.context.temp_override(scene=sounding):
            bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16")
    finally:
        sounding.frame_start, sounding.frame_end = before
