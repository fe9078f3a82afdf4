"""Which sound strip is meant, and what of its file is heard where: read from the Video Sequencer of 4.2 to 5.x."""

import math
import os
from dataclasses import dataclass

import bpy

from ....core.errors import UserError


@dataclass(frozen=True)
class Recording:
    """What is heard of a sound strip, as plain data that outlives an undo."""

    name: str  # the strip's
    source: str | bytes  # a file's path, or the file itself where it is packed into the .blend
    start: float  # seconds into the file, not negative, at ``start_frame``
    duration: float  # seconds
    fps: float  # scene frames per second
    start_frame: int  # scene frame


def sound_strips(scene: bpy.types.Scene) -> list:
    """All sound strips of the scene's sequencer, those inside meta strips too."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    every = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all  # 4.4 renamed it
    return [strip for strip in every if strip.type == "SOUND"]


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose strips are meant: the context's own if it has sound, else the sequencer's (5.0+)."""
    shown = getattr(context, "sequencer_scene", None)
    return shown if shown and not sound_strips(context.scene) else context.scene


def add(scene: bpy.types.Scene, path: str, frame: int):
    """A new sound strip of the file ``path`` that starts on scene frame ``frame``, in a channel above all others.

    Raises UserError when Blender cannot open the file.
    """
    editor = scene.sequence_editor_create()
    every = editor.strips if hasattr(editor, "strips") else editor.sequences  # 4.4 renamed it
    channel = max((strip.channel for strip in every), default=0) + 1
    try:
        strip = every.new_sound(os.path.splitext(os.path.basename(path))[0], path, channel, frame)
    except RuntimeError as error:
        raise UserError(f'"{path}" cannot be added ({str(error).strip()}). Choose a sound file.') from error
    scene.sync_mode = "AUDIO_SYNC"  # else lips and sound drift apart where playback is slow
    return strip


def find(scene: bpy.types.Scene, name: str = ""):
    """The strip called ``name``; without a name the active, else a selected, else the first sound strip that is heard.

    Raises UserError when there is none, or none of that name.
    """
    strips = sound_strips(scene)
    if name:
        for strip in strips:
            if strip.name == name:
                return strip
        raise UserError(
            f'There is no sound strip named "{name}" in the Video Sequencer of scene "{scene.name}". '
            "Add the recording with Add > Sound, or choose another strip under Dyad > Audio."
        )
    if not strips:
        raise UserError(
            f'There is no sound in the Video Sequencer of scene "{scene.name}". '
            "Add the recording there with Add > Sound first."
        )
    active = scene.sequence_editor.active_strip
    heard = [strip for strip in strips if not _muted_by(scene, strip)]
    by_preference = sorted(heard, key=lambda strip: (strip != active, not strip.select, handles(strip)[0]))
    return by_preference[0] if by_preference else strips[0]


def read(scene: bpy.types.Scene, strip) -> Recording:
    """What is heard of ``strip``. Raises UserError when it is muted, retimed, without its file or never heard."""
    muted = _muted_by(scene, strip)
    if muted:
        raise UserError(f'The strip "{strip.name}" is not heard: {muted} is muted. Unmute it, or choose another strip.')
    if len(strip.retiming_keys) > 0:
        raise UserError(
            f'The speed of strip "{strip.name}" was changed. '
            "Remove it with Strip > Retiming > Reset Retiming, or render the sound to a file and use that."
        )
    first, last = _audible_frames(strip)
    fps = scene.render.fps / scene.render.fps_base
    into = _seconds_into_file(strip, first, fps)
    if into < 0:  # the strip begins before its sound does
        silent = math.ceil(-into * fps - 1e-6)
        first, into = first + silent, into + silent / fps
    if last <= first:
        raise UserError(f'Nothing of the strip "{strip.name}" is heard. Move its handles over its sound.')
    return Recording(strip.name, _source(strip), max(into, 0.0), (last - first) / fps, fps, first)


def _source(strip) -> str | bytes:
    sound = strip.sound
    if sound is None:
        raise UserError(f'The strip "{strip.name}" has lost its sound. Delete it and add the recording again.')
    if sound.packed_file:
        return bytes(sound.packed_file.data)
    return bpy.path.abspath(sound.filepath, library=sound.library)


def handles(strip) -> tuple[int, int]:
    """First frame of the strip, and the one after its last."""
    if hasattr(strip, "left_handle"):  # 5.1 renamed them
        return int(strip.left_handle), int(strip.right_handle)
    return int(strip.frame_final_start), int(strip.frame_final_end)


def _seconds_into_file(strip, frame: int, fps: float) -> float:
    """Where in the file the sound at scene frame ``frame`` is."""
    if hasattr(strip, "left_handle"):
        start, trim = strip.content_start, strip.content_trim_start
    else:
        start, trim = strip.frame_start, strip.animation_offset_start
    return (frame - start + trim) / fps - getattr(strip, "sound_offset", 0)


def _audible_frames(strip) -> tuple[int, int]:
    """First frame and the one after the last, cut by the handles of every meta strip around."""
    first, last = handles(strip)
    for meta in _metas_around(strip):
        start, end = handles(meta)
        first, last = max(first, start), min(last, end)
    return first, last


def _metas_around(strip) -> list:
    metas = []
    while meta := (metas[-1] if metas else strip).parent_meta():
        metas.append(meta)
    return metas


def _muted_by(scene: bpy.types.Scene, strip) -> str:
    """What keeps the strip from being heard, in the user's words; empty when it is heard."""
    if strip.mute:
        return "it"
    metas = _metas_around(strip)
    for meta in metas:
        if meta.mute:
            return f'the meta strip "{meta.name}"'
    for part, holder in zip([strip, *metas], [*metas, scene.sequence_editor], strict=True):
        channel = holder.channels[part.channel]
        if channel.mute:
            return f'the channel "{channel.name}"'
    return ""
