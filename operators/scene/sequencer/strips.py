"""Strips of the Video Sequencer: which sound strip to use, which part of its file is audible, how to add strips.

The only file that knows how Blender 4.2 to 5.x name a strip's properties.
"""

import math
import os
from dataclasses import dataclass

import bpy

from ....core.errors import UserError


@dataclass(frozen=True)
class Recording:
    """The audible part of a sound strip, as plain data that stays valid after an undo."""

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


def top_level(scene: bpy.types.Scene):
    """The strips of the scene's sequencer outside meta strips: a collection, or an empty tuple without a sequencer."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    return editor.strips if hasattr(editor, "strips") else editor.sequences  # 4.4 renamed it


def free_channel(scene: bpy.types.Scene) -> int:
    """The first channel above all strips outside meta strips."""
    return max((strip.channel for strip in top_level(scene)), default=0) + 1


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose strips are used: the context's own if it has sound, else the one in the sequencer (5.0+)."""
    shown = getattr(context, "sequencer_scene", None)
    return shown if shown and not sound_strips(context.scene) else context.scene


def add(scene: bpy.types.Scene, path: str, frame: int):
    """A new sound strip of the file ``path`` that starts on scene frame ``frame``, in a channel above all others.

    Raises UserError when Blender cannot open the file.
    """
    scene.sequence_editor_create()
    name = os.path.splitext(os.path.basename(path))[0]
    try:
        strip = top_level(scene).new_sound(name, path, free_channel(scene), frame)
    except RuntimeError as error:
        raise UserError(f'"{path}" cannot be added ({str(error).strip()}). Choose a sound file.') from error
    scene.sync_mode = "AUDIO_SYNC"  # else lips and sound drift apart where playback is slow
    return strip


def add_color(scene: bpy.types.Scene, name: str, channel: int, first: int, end: int):
    """A new color strip from scene frame ``first`` up to, not including, ``end``."""
    length = {"length": end - first} if bpy.app.version >= (5, 0) else {"frame_end": end}
    scene.sequence_editor_create()
    return top_level(scene).new_effect(name=name, type="COLOR", channel=channel, frame_start=first, **length)


def find(scene: bpy.types.Scene, name: str = ""):
    """The strip called ``name``; without a name the active, else a selected, else the first audible sound strip.

    Raises UserError when there is none, or none of that name.
    """
    strips = sound_strips(scene)
    if name:
        for strip in strips:
            if strip.name == name:
                return strip
        raise UserError(
            f'There is no sound strip named "{name}" in the Video Sequencer of scene "{scene.name}". '
            "Add the recording with Add > Sound, or choose another strip under Audio in the Dyad panel."
        )
    if not strips:
        raise UserError(
            f'There is no sound in the Video Sequencer of scene "{scene.name}". '
            "Add the recording there with Add > Sound first."
        )
    active = scene.sequence_editor.active_strip
    audible = [strip for strip in strips if not _muted_by(scene, strip)]
    by_preference = sorted(audible, key=lambda strip: (strip != active, not strip.select, handles(strip)[0]))
    return by_preference[0] if by_preference else strips[0]


def read(scene: bpy.types.Scene, strip) -> Recording:
    """The audible part of ``strip``. Raises UserError when it is muted, retimed, without its file or never audible."""
    muted = _muted_by(scene, strip)
    if muted:
        raise UserError(
            f'The strip "{strip.name}" cannot be heard: {muted} is muted. Unmute it, or choose another strip.'
        )
    if len(strip.retiming_keys) > 0:
        raise UserError(
            f'The speed of strip "{strip.name}" was changed. '
            "Reset it with Strip > Retiming > Reset Retiming, or export the sound to a file with Render > Render Audio "
            "and add that file."
        )
    first, last = _audible_frames(strip)
    fps = scene.render.fps / scene.render.fps_base
    offset = _file_offset(strip, first, fps)
    if offset < 0:  # the strip begins before its sound does
        silent = math.ceil(-offset * fps - 1e-6)
        first, offset = first + silent, offset + silent / fps
    if last <= first:
        raise UserError(f'The strip "{strip.name}" has no sound between its handles. Move the handles over its sound.')
    return Recording(strip.name, _source(strip), max(offset, 0.0), (last - first) / fps, fps, first)


def _source(strip) -> str | bytes:
    sound = strip.sound
    if sound is None:
        raise UserError(f'The strip "{strip.name}" has no sound file. Delete it and add the recording again.')
    if sound.packed_file:
        return bytes(sound.packed_file.data)
    return bpy.path.abspath(sound.filepath, library=sound.library)


def handles(strip) -> tuple[int, int]:
    """First frame of the strip, and the one after its last."""
    left, right = _handle_names(strip)
    return int(getattr(strip, left)), int(getattr(strip, right))


def set_handles(strip, first: int | None = None, end: int | None = None) -> None:
    """Trim the strip to start on scene frame ``first`` and to end before ``end``; None leaves that handle."""
    left, right = _handle_names(strip)
    if end is not None:
        setattr(strip, right, end)
    if first is not None:
        setattr(strip, left, first)


def _handle_names(strip) -> tuple[str, str]:
    if hasattr(strip, "left_handle"):  # 5.1 renamed them
        return "left_handle", "right_handle"
    return "frame_final_start", "frame_final_end"


def _file_offset(strip, frame: int, fps: float) -> float:
    """Seconds into the file of the sound at scene frame ``frame``; negative before its start."""
    if hasattr(strip, "content_start"):  # 5.1 renamed them
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
    """What mutes the strip, in the user's words; empty when it is audible."""
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
