"""The sound of a preview where strips cannot simply be left to sound: in a meta strip, which a film would show in place
of the heads, and in another scene than the heads, as the sequencer of 5.0 and later may have it."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..sequencer import strips


@contextmanager
def heard_in(scene: bpy.types.Scene, first: int, last: int):
    """Let ``scene`` be heard from frame ``first`` to ``last`` by strips of its own that lie in no meta strip."""
    sounding = scene if strips.sound_strips(scene) else strips.sequencer_scene(bpy.context)
    inside_metas = any(strip.parent_meta() for strip in strips.sound_strips(sounding))
    if not strips.sound_strips(sounding) or (sounding == scene and not inside_metas):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        mixed = Path(folder) / "sound.wav"
        _mix(sounding, mixed, first, last)
        with _silenced(scene):
            strip = _top(scene).new_sound("Dyad preview", str(mixed), _free_channel(scene), first)
            sound = strip.sound
            try:
                yield
            finally:
                _top(scene).remove(strip)
                bpy.data.sounds.remove(sound)


@contextmanager
def _silenced(scene: bpy.types.Scene):
    """The strips of ``scene`` muted, and afterwards as they were: what they sound like is in the mix."""
    scene.sequence_editor_create()
    heard = [strip for strip in _top(scene) if not strip.mute]
    for strip in heard:
        strip.mute = True
    try:
        yield
    finally:
        for strip in heard:
            strip.mute = False


def _top(scene: bpy.types.Scene):
    """The strips outside metas; 4.4 renamed the collection."""
    editor = scene.sequence_editor
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def _free_channel(scene: bpy.types.Scene) -> int:
    return max((strip.channel for strip in _top(scene)), default=0) + 1


def _mix(sounding: bpy.types.Scene, path: Path, first: int, last: int) -> None:
    """Write what ``sounding`` sounds like between two frames as a .wav file."""
    before = sounding.frame_start, sounding.frame_end
    sounding.frame_start, sounding.frame_end = first, last
    try:
        with bpy.context.temp_override(scene=sounding):
            bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16")
    finally:
        sounding.frame_start, sounding.frame_end = before
