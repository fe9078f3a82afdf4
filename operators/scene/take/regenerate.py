"""Make a part of a take anew, and keep the rest of it to the bit: one turn, what turns were corrected, one person."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.generator.inpainting import PARTS
from ....core.layout import Reading
from ....core.service.jobs import WRITING, Job, part
from ....core.service.protocol import Selection
from ....core.timeseries import merged
from ....core.turns import Turn, changed_spans
from ..sequencer import strips, turns
from . import child, session, takes

SHORTEST = 0.4  # s; a shorter turn is redone with what is around it

Spans = list[tuple[float, float]]  # start s, end s; from the recording's start


@dataclass(frozen=True)
class Again:
    """What to make anew of the take that the scene shows."""

    spans: Spans
    seed: int
    people: str = "AB"
    parts: tuple[str, ...] = PARTS
    words: str = ""  # how to play it, like "angrier"; empty plays it by the scene's mood


def chosen_spans(scene: bpy.types.Scene, sounding: bpy.types.Scene, recording: strips.Recording) -> Spans:
    """What the user means by "this turn": the selected turn strips, else the preview range, else who speaks now.

    Raises UserError when there is none of them.
    """
    laid = turns.turn_strips(sounding)
    current = scene.frame_current
    ranges = [strips.handles(strip) for strip in laid if strip.select]
    if not ranges and scene.use_preview_range:
        ranges = [(scene.frame_preview_start, scene.frame_preview_end + 1)]
    if not ranges:
        ranges = [h for h in map(strips.handles, laid) if h[0] <= current < h[1]]
    spans = [_within(recording, *frames) for frames in sorted(ranges)]
    if not any(spans):
        raise UserError(
            "No turn is chosen. Select turn strips in the Video Sequencer (Find Turns shows them), "
            "set a preview range in the timeline, or go to a frame where somebody has a turn."
        )
    return merged(span for span in spans if span)


def recording_of_take(scene: bpy.types.Scene, sounding: bpy.types.Scene) -> strips.Recording:
    """The recording that the shown take was made from. Raises UserError when there is no take or no recording."""
    takes.stored(scene.dyad)  # says so when there is none
    name = scene.dyad.shown.strip
    known = any(strip.name == name for strip in strips.sound_strips(sounding))
    return strips.read(sounding, strips.find(sounding, name if known else scene.dyad.strip))


def update(scene: bpy.types.Scene, sounding: bpy.types.Scene) -> Job[str]:
    """Redo only where the turn strips say something else than the take was made from."""
    recording = recording_of_take(scene, sounding)
    laid = turns.read(sounding, recording)
    if laid is None:
        raise UserError("There are no turn strips over the recording. Press Find Turns, or draw strips named A and B.")
    spans = changed_spans(takes.stored(scene.dyad).speaking, [Turn(*turn) for turn in laid])
    if not spans:
        return "The take is made from these turns already."
    return (yield from redo(scene, sounding, Again(spans, scene.dyad.shown.seed)))


def one_person(scene: bpy.types.Scene, sounding: bpy.types.Scene, people: str, seed: int) -> Job[str]:
    """Another performance of A or of B that answers what the other one does in the take that is shown."""
    recording = recording_of_take(scene, sounding)
    again = Again([(0.0, recording.duration)], seed, people)
    return redo(scene, sounding, again, keep_seed=False)


def redo(scene: bpy.types.Scene, sounding: bpy.types.Scene, again: Again, keep_seed: bool = True) -> Job[str]:
    """Make parts of the shown take anew.

    keep_seed: the take stays the variation that it was; else it becomes another one beside it
    """
    request, settings = _read_request(scene, sounding, again.seed), scene.dyad
    take, number = takes.stored(settings), settings.shown.seed if keep_seed else again.seed
    name, before = scene.name, _as_file(takes.content(settings))
    layout = replace(take.layout, **{name: getattr(request.layout, name) for name in session.MOOD})
    if again.words.strip():
        understood = yield from part(session.understand(again.words.strip(), layout), 0, 0.05)
        layout = replace(layout, **_moods(understood, again.words.strip()))
    timed = yield from part(session.time_directions(request.markers, layout), 0.05, 0.1)
    asked = session.ask(request, layout, timed)
    for done, (start, end) in enumerate(again.spans):
        first, last = (0.1 + 0.9 * (done + more) / len(again.spans) for more in (0, 1))
        selection = Selection(str(before), start, end, again.people, tuple(again.parts))
        before, notices = yield from part(child.make(replace(asked, selection=selection)), first, last)
    yield WRITING
    scene = session.find_scene(name)
    takes.store(scene.dyad, before.read_bytes(), request.heads, request.recording, number)
    scene.dyad.shown.redone += 1
    session.remember_notices(scene.dyad, request.recording, notices)
    takes.show(scene, session.pair_for(scene, take.layout, moved=False))
    return f"Made {sum(end - start for start, end in again.spans):.1f} s anew; everything else is as it was."


def _read_request(scene: bpy.types.Scene, sounding: bpy.types.Scene, seed: int) -> session.Request:
    """What the shown take is redone from: its own recording and heads, the turns and mood as they are now."""
    recording = recording_of_take(scene, sounding)
    return replace(
        session.read_request(scene, sounding),
        recording=recording,
        seed=seed,
        heads=tuple(scene.dyad.shown.heads.split(",")),
        turns=turns.read(sounding, recording) if scene.dyad.use_turns else None,
    )


def _moods(understood: Reading, words: str) -> dict[str, float]:
    """The numbers of MOOD that ``words`` set. Raises UserError when they speak of something else."""
    named = {name for clause in understood.clauses for name in clause.sets}
    moods = {name: getattr(understood.layout, name) for name in session.MOOD if name in named}
    if not moods:
        raise UserError(
            f'"{words}" says nothing about looking or mood. Write how to play it, like "angrier" or "B looks away".'
        )
    return moods


def _within(recording: strips.Recording, first: int, end: int) -> tuple[float, float] | None:
    """Scene frames as seconds of the recording, not shorter than SHORTEST; None outside of it."""
    start, stop = ((frame - recording.start_frame) / recording.fps for frame in (first, end))
    if stop <= 0 or start >= recording.duration:
        return None
    wider = max(0.0, SHORTEST - (stop - start)) / 2
    return round(max(start - wider, 0.0), 4), round(min(stop + wider, recording.duration), 4)


def _as_file(content: bytes) -> Path:
    path = child.cache() / f"{hashlib.sha256(content).hexdigest()[:32]}.take.npz"
    if not path.exists():
        path.write_bytes(content)
    return path
