"""The sound of a preview where the strips cannot be rendered as they are: inside a meta strip, which a film would show
instead of the heads, or in another scene than the heads (the sequencer of 5.0 and later may show any scene)."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..sequencer import strips


@contextmanager
def audible_in(scene: bpy.types.Scene, first: int, last: int):
    """Give ``scene`` the sound of frames ``first`` to ``last`` by a temporary strip of its own outside meta strips."""
    sequencer_scene = scene if strips.sound_strips(scene) else strips.sequencer_scene(bpy.context)
    inside_metas = any(strip.parent_meta() for strip in strips.sound_strips(sequencer_scene))
    if not strips.sound_strips(sequencer_scene) or (sequencer_scene == scene and not inside_metas):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        mixed = Path(folder) / "sound.wav"
        _mix(sequencer_scene, mixed, first, last)
        with _silenced(scene):
            strip = strips.top_level(scene).new_sound("Dyad preview", str(mixed), strips.free_channel(scene), first)
            sound = strip.sound
            try:
                yield
            finally:
                strips.top_level(scene).remove(strip)
                bpy.data.sounds.remove(sound)


@contextmanager
def _silenced(scene: bpy.types.Scene):
    """Mute the strips of ``scene`` while the mix replaces them, and unmute them afterwards."""
    scene.sequence_editor_create()
    audible = [strip for strip in strips.top_level(scene) if not strip.mute]
    for strip in audible:
        strip.mute = True
    try:
        yield
    finally:
        for strip in audible:
            strip.mute = False


def _mix(sequencer_scene: bpy.types.Scene, path: Path, first: int, last: int) -> None:
    """Mix down the sound of ``sequencer_scene`` between two frames to a .wav file."""
    before = sequencer_scene.frame_start, sequencer_scene.frame_end
    sequencer_scene.frame_start, sequencer_scene.frame_end = first, last
    try:
        with bpy.context.temp_override(scene=sequencer_scene):
            bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16")
    finally:
        sequencer_scene.frame_start, sequencer_scene.frame_end = before
