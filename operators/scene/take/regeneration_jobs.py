"""Regenerate a part of the active take and leave the rest unchanged: some turns, corrected turns, or one person."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.generator.inpainting import PARTS
from ....core.layout import MOOD, Reading
from ....core.service import protocol
from ....core.service.jobs import WRITING, Job, part
from ....core.timeseries import merged
from ....core.turns import Turn, changed_spans
from ..sequencer import strips, turns
from . import child_process, scene_jobs, takes

SHORTEST = 0.4  # s; a shorter turn is regenerated with some time around it

Spans = list[tuple[float, float]]  # start s, end s; from the recording's start


@dataclass(frozen=True)
class Selection:
    """The part of the active take to regenerate, and how."""

    spans: Spans
    seed: int
    people: str = "AB"
    parts: tuple[str, ...] = PARTS
    prompt: str = ""  # another mood for these spans, like "angrier"; empty keeps the scene's


def selected_spans(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene, recording: strips.Recording) -> Spans:
    """The selected turn strips, else the preview range, else the turns at the playhead.

    Raises UserError when there is none of them.
    """
    turn_strips = turns.turn_strips(sequencer_scene)
    current = scene.frame_current
    ranges = [strips.handles(strip) for strip in turn_strips if strip.select]
    if not ranges and scene.use_preview_range:
        ranges = [(scene.frame_preview_start, scene.frame_preview_end + 1)]
    if not ranges:
        ranges = [h for h in map(strips.handles, turn_strips) if h[0] <= current < h[1]]
    spans = [_within(recording, *frames) for frames in sorted(ranges)]
    if not any(spans):
        raise UserError(
            "No turn is selected. Select turn strips in the Video Sequencer (Find Turns adds them), "
            "set a preview range in the Timeline, or move the playhead into a turn."
        )
    return merged(span for span in spans if span)


def recording_of_take(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene) -> strips.Recording:
    """The recording of the active take. Raises UserError when there is no take or its strip cannot be used."""
    takes.stored(scene.dyad)  # raises without a take
    name = scene.dyad.active_take.strip
    exists = any(strip.name == name for strip in strips.sound_strips(sequencer_scene))
    return strips.read(sequencer_scene, strips.find(sequencer_scene, name if exists else scene.dyad.strip))


def update(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene) -> Job[str]:
    """Regenerate only where the turn strips differ from the turns that the take was generated from."""
    recording = recording_of_take(scene, sequencer_scene)
    marked = turns.read(sequencer_scene, recording)
    if marked is None:
        raise UserError(
            "There are no turn strips over the recording. Press Find Turns, or add color strips named A and B."
        )
    spans = changed_spans(takes.stored(scene.dyad).speaking, [Turn(*turn) for turn in marked])
    if not spans:
        return "The take already follows these turns."
    return (yield from regenerate(scene, sequencer_scene, Selection(spans, scene.dyad.active_take.seed)))


def one_person(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene, people: str, seed: int) -> Job[str]:
    """A new take in which A or B is regenerated and reacts to the other one, who is as in the active take."""
    recording = recording_of_take(scene, sequencer_scene)
    selection = Selection([(0.0, recording.duration)], seed, people)
    return regenerate(scene, sequencer_scene, selection, keep_seed=False)


def regenerate(
    scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene, selection: Selection, keep_seed: bool = True
) -> Job[str]:
    """Regenerate the ``selection`` of the active take.

    keep_seed: the active take keeps its seed and is replaced; else the result is a new take with the selection's seed
    """
    request, settings = _read_request(scene, sequencer_scene, selection.seed), scene.dyad
    take, seed = takes.stored(settings), settings.active_take.seed if keep_seed else selection.seed
    name, before = scene.name, _as_file(takes.content(settings))
    layout = replace(take.layout, **{name: getattr(request.layout, name) for name in MOOD})
    prompt = selection.prompt.strip()
    if prompt:
        reading = yield from part(scene_jobs.understand(prompt, layout), 0, 0.05)
        layout = replace(layout, **_mood(reading, prompt))
    timed = yield from part(scene_jobs.time_directions(request.markers, layout), 0.05, 0.1)
    child_request = scene_jobs.take_request(request, layout, timed)
    for done, (start, end) in enumerate(selection.spans):
        first, last = (0.1 + 0.9 * (done + more) / len(selection.spans) for more in (0, 1))
        span = protocol.Selection(str(before), start, end, selection.people, selection.parts)
        before, notices = yield from part(child_process.make(replace(child_request, selection=span)), first, last)
    yield WRITING
    scene = scene_jobs.find_scene(name)
    takes.store(scene.dyad, before.read_bytes(), request.heads, request.recording, seed)
    scene.dyad.active_take.regenerations += 1
    scene_jobs.store_notices(scene.dyad, request.recording, notices)
    takes.bake(scene, scene_jobs.pair_for(scene, take.layout, moved=False))
    return f"Regenerated {sum(end - start for start, end in selection.spans):.1f} s; the rest is unchanged."


def _read_request(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene, seed: int) -> scene_jobs.Request:
    """The active take's own recording and heads, with the turns, markers and mood as they are now."""
    request = scene_jobs.read_request(scene, sequencer_scene, recording_of_take(scene, sequencer_scene))
    return replace(request, seed=seed, heads=tuple(scene.dyad.active_take.heads.split(",")))


def _mood(reading: Reading, prompt: str) -> dict[str, float]:
    """The numbers of MOOD that ``prompt`` sets. Raises UserError when it sets none of them."""
    named = {name for clause in reading.clauses for name in clause.sets}
    mood = {name: getattr(reading.layout, name) for name in MOOD if name in named}
    if not mood:
        raise UserError(f'"{prompt}" describes no mood and no gaze. Write for example "angrier" or "B looks away".')
    return mood


def _within(recording: strips.Recording, first: int, end: int) -> tuple[float, float] | None:
    """Scene frames as seconds of the recording, at least SHORTEST long; None outside of it."""
    start, stop = ((frame - recording.start_frame) / recording.fps for frame in (first, end))
    if stop <= 0 or start >= recording.duration:
        return None
    margin = max(0.0, SHORTEST - (stop - start)) / 2
    return round(max(start - margin, 0.0), 4), round(min(stop + margin, recording.duration), 4)


def _as_file(content: bytes) -> Path:
    path = child_process.cache() / f"{hashlib.sha256(content).hexdigest()[:32]}.take.npz"
    if not path.exists():
        path.write_bytes(content)
    return path
