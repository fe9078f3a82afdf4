"""The jobs behind the buttons: read a scene into plain data, ask the child process, write what comes back.

A job lives across undo, renaming and deleting, so between two of its steps it holds names and arrays, never bpy data.
"""

import json
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.layout import Layout, Reading, room_poses
from ....core.motion import MOTION_FPS, load_take
from ....core.service.jobs import WRITING, Job, part
from ....core.service.protocol import AssessRecording, FindTurns, GenerateTake, Notices, ReadPrompt
from ....core.turns import Turn
from ..rig import rigs
from ..sequencer import markers, strips, turns
from . import advice, child, keyframes, takes

HEAD_NAMES = ("A", "B")  # of the objects that Generate Dyad adds
MOOD = ("contact_a", "contact_b", "energy", "warmth")  # the numbers of a layout that no rig shows
SAME_LENGTH = 0.1  # s; a take may end within its last frame
SURE_MARKER = 0.8  # a marker may be any note; only what is surely a direction counts as one


@dataclass(frozen=True)
class Request:
    """All that a take depends on, read from a scene."""

    scene: str
    recording: strips.Recording
    layout: Layout  # as the heads stand now
    prompt: str  # still to be understood; empty when the heads stand as it says
    seed: int
    heads: tuple[str, str]
    turns: list[tuple[float, float, str]] | None
    markers: list[tuple[int, str]]  # scene frame and text, not all of them directions


def read_request(scene: bpy.types.Scene, sounding: bpy.types.Scene) -> Request:
    """Read what to generate: the heads and settings of ``scene``, the strip of ``sounding`` (the sequencer's scene).

    Raises UserError when there is no recording that can be used.
    """
    settings = scene.dyad
    pair = rigs.find_pair(scene)
    recording = strips.read(sounding, strips.find(sounding, settings.strip))
    return Request(
        scene=scene.name,
        recording=recording,
        layout=current_layout(scene),
        prompt="" if settings.prompt.strip() == settings.directed else settings.prompt.strip(),
        seed=settings.seed,
        heads=tuple(rigs.head_name(head) for head in pair) if pair else (settings.head_a, settings.head_b),
        turns=turns.read(sounding, recording) if settings.use_turns else None,
        markers=markers.read(scene),
    )


def current_layout(scene: bpy.types.Scene) -> Layout:
    """Where the pair stands, or the default place without one, with the mood of the settings."""
    layout = Layout(**{name: getattr(scene.dyad, name) for name in MOOD})
    pair = rigs.find_pair(scene)
    if pair:
        layout = rigs.read_layout(pair, layout)
    # what Blender stores as float32 must ask for the same take when it is read back
    return Layout(**{k: v if isinstance(v, bool) else round(v, 4) for k, v in asdict(layout).items()})


def generate(scene: bpy.types.Scene, sounding: bpy.types.Scene) -> Job[str]:
    """Animate both heads of ``scene`` from the recording in ``sounding``; adds the heads where there are none."""
    request = read_request(scene, sounding)
    understood, layout = None, request.layout
    if request.prompt:
        understood = yield from part(understand(request.prompt, layout), 0, 0.05)
        layout = understood.layout
    timed = yield from part(time_directions(request.markers, layout), 0.05, 0.1)
    take_file, notices = yield from part(child.make(ask(request, layout, timed)), 0.1, 1)
    yield WRITING
    scene = find_scene(request.scene)
    if understood:
        _remember(scene.dyad, request.prompt, understood)
    scene.dyad.timed = json.dumps(timed)
    remember_notices(scene.dyad, request.recording, notices)
    pair = pair_for(scene, layout, moved=understood is not None)
    takes.store(scene.dyad, take_file.read_bytes(), request.heads, request.recording, request.seed)
    last = takes.show(scene, pair)
    scene.frame_end = max(scene.frame_end, last)
    by_hand = " Keys set by hand play on top." if any(map(keyframes.has_own_keys, pair)) else ""
    said = f"Animated {request.recording.duration:.1f} s of {pair[0].name} and {pair[1].name}.{by_hand}"
    return " ".join([said, *(notices.voices or ())])


def play(scene: bpy.types.Scene, sounding: bpy.types.Scene, path: Path) -> None:
    """Show the take in the file ``path``, made of the recording in ``sounding``, where and in what mood it was made.

    Raises UserError when the file is no take, or one of another recording: its length tells.
    """
    recording, take = strips.read(sounding, strips.find(sounding, scene.dyad.strip)), load_take(path)
    if abs(len(take) / MOTION_FPS - recording.duration) > SAME_LENGTH:
        raise UserError(
            f"The take is {len(take) / MOTION_FPS:.1f} s long and the recording {recording.duration:.1f} s. "
            "Choose the take of this recording."
        )
    set_mood(scene, {name: getattr(take.layout, name) for name in MOOD})
    pair = pair_for(scene, take.layout, moved=True)
    takes.store(scene.dyad, path.read_bytes(), tuple(map(rigs.head_name, pair)), recording, take.seed)
    scene.frame_end = max(scene.frame_end, takes.show(scene, pair))


def direct(scene: bpy.types.Scene) -> Job[str]:
    """Understand the scene's prompt, move the heads as it says, and aim a take that is already there."""
    name, prompt = scene.name, scene.dyad.prompt.strip()
    understood = yield from understand(prompt, current_layout(scene))
    scene = find_scene(name)
    _remember(scene.dyad, prompt, understood)
    place(scene, understood.layout)
    missed = [clause.text for clause in understood.clauses if not clause.sets]
    said = f"Not understood: {', '.join(missed)}." if missed else "Placed the heads as the scene says."
    asked = advice.advice(scene)
    return f"{said} {asked.reason}. Press Generate Dyad again." if asked else said


def place(scene: bpy.types.Scene, layout: Layout) -> None:
    """Move the heads to ``layout``, or add them there, take over its mood, and aim a take that is already there."""
    set_mood(scene, {name: getattr(layout, name) for name in MOOD})
    pair = pair_for(scene, layout, moved=True)
    if scene.dyad.shown:
        takes.show(scene, pair)


def set_mood(scene: bpy.types.Scene, mood: dict[str, float]) -> None:
    """Take over a mood: numbers of MOOD by name; nobody moves."""
    for name, value in mood.items():
        setattr(scene.dyad, name, value)


def find_turns(scene: bpy.types.Scene) -> Job[str]:
    """Find who speaks when in the chosen recording and show it as strips; ``scene`` is the sequencer's."""
    name = scene.name
    recording = strips.read(scene, strips.find(scene, scene.dyad.strip))
    found = yield from child.worker().run(FindTurns(child.excerpt(recording)))
    scene = find_scene(name)
    turns.show(scene, recording, [astuple(turn) for turn in found.turns], list(found.confidence))
    remember_notices(scene.dyad, recording, found.notices)
    return " ".join([f"Found {len(found.turns)} turns.", *found.notices.voices])


def check(scene: bpy.types.Scene, sounding: bpy.types.Scene) -> Job[str]:
    """Say what the chosen recording is good for, before any work is done with it."""
    name = scene.name
    recording = strips.read(sounding, strips.find(sounding, scene.dyad.strip))
    notices = yield from child.worker().run(AssessRecording(child.excerpt(recording)))
    remember_notices(find_scene(name).dyad, recording, notices)
    return " ".join(notices.quality)


def remember_notices(settings, recording: strips.Recording, notices: Notices) -> None:
    """Keep for the panel what is known of the recording: ``words`` on its sound, ``notes`` on who speaks in it.

    What was not examined this time stays as it was.
    """
    said = {"notes": notices.voices, "words": notices.quality}
    said = {kind: sentences for kind, sentences in said.items() if sentences is not None}
    if said:
        before = json.loads(settings.heard or "{}")
        known = before if before.get("strip") == recording.name else {}
        settings.heard = json.dumps({**known, **said, "strip": recording.name})


def find_scene(name: str) -> bpy.types.Scene:
    """The scene of that name. Raises UserError when it went away while a job ran."""
    scene = bpy.data.scenes.get(name)
    if scene is None:
        raise UserError(f'The scene "{name}" is gone. Run it again in the scene that is there now.')
    return scene


def understand(prompt: str, start: Layout) -> Job[Reading]:
    """Read a prompt that changes the layout ``start``."""
    return child.worker().run(ReadPrompt(prompt, start))


def time_directions(texts: list[tuple[int, str]], layout: Layout) -> Job[list[dict]]:
    """Understand the markers' ``texts``, each by how things stand before it, beginning with ``layout``.

    returns: those that speak of contact or mood, as {"frame", "text", "sets": numbers of MOOD}; the rest is the user's
    """
    timed = []
    for i, (frame, text) in enumerate(texts):
        read = yield from part(understand(text, layout), i / len(texts), (i + 1) / len(texts))
        sure = [set(clause.sets) for clause in read.clauses if clause.confidence >= SURE_MARKER]
        named = {name for names in sure if names <= set(MOOD) for name in names}  # nobody changes place while talking
        sets = {name: getattr(read.layout, name) for name in MOOD if name in named}
        if sets:
            layout = replace(layout, **sets)
            timed.append({"frame": frame, "text": text, "sets": sets})
    return timed


def ask(request: Request, layout: Layout, timed: list[dict]) -> GenerateTake:
    """The child's request for a whole take.

    timed: directions as from :func:`time_directions`
    """
    recording, directions, changed = request.recording, [], layout
    for direction in timed:
        changed = replace(changed, **direction["sets"])
        seconds = (direction["frame"] - recording.start_frame) / recording.fps
        directions.append((seconds, changed))
    return GenerateTake(
        recording=child.excerpt(recording),
        layout=layout,
        seed=request.seed,
        heads=request.heads,
        turns=None if request.turns is None else tuple(Turn(*turn) for turn in request.turns),
        directions=tuple(directions),
    )


def _remember(settings, prompt: str, understood: Reading) -> None:
    settings.directed = prompt
    settings.understood = json.dumps([asdict(clause) for clause in understood.clauses])
    for name in MOOD:
        setattr(settings, name, getattr(understood.layout, name))


def pair_for(scene: bpy.types.Scene, layout: Layout, moved: bool):
    """The scene's pair, moved to ``layout`` if it should be; new heads there where there are none."""
    pair = rigs.find_pair(scene)
    if pair is None:
        poses, there = room_poses(layout), rigs.participants(scene)
        for slot, (name, head) in enumerate(zip(HEAD_NAMES, (scene.dyad.head_a, scene.dyad.head_b), strict=True)):
            if name not in there:
                rigs.add_head(name, slot, head, poses[slot])
        pair = rigs.find_pair(scene)
    elif moved:
        rigs.place_pair(pair, layout)
    return pair
