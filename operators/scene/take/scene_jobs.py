"""The jobs behind the buttons: read a scene into plain data, run the child process, write the result to the scene.

The user may undo, rename and delete while a job runs, so between two of its steps it holds names and arrays, never bpy
data.
"""

import json
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path

import bpy

from ....core.errors import UserError
from ....core.layout import MOOD, Layout, Reading, room_poses
from ....core.motion import MOTION_FPS, load_take
from ....core.service.jobs import WRITING, Job, part
from ....core.service.protocol import AssessRecording, FindTurns, GenerateTake, Notices, ReadPrompt
from ....core.turns import Turn
from ..rig import rigs
from ..sequencer import markers, strips, turns
from . import child_process, keyframes, panel_facts, takes

HEAD_NAMES = ("A", "B")  # of the objects that Generate Dyad adds
SAME_LENGTH = 0.1  # s; a take may end within its last frame
MARKER_CONFIDENCE = 0.8  # a marker may be any note; only a confident reading counts as a direction


@dataclass(frozen=True)
class Request:
    """Everything that a take depends on, read from a scene."""

    scene: str
    recording: strips.Recording
    layout: Layout  # of the heads as they stand
    prompt: str  # not applied to the heads yet; empty when it is
    seed: int
    heads: tuple[str, str]
    turns: list[tuple[float, float, str]] | None
    markers: list[tuple[int, str]]  # scene frame and text, not all of them directions


def chosen_recording(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene) -> strips.Recording:
    """The recording chosen in the settings of ``scene``. Raises UserError when there is none that can be used."""
    return strips.read(sequencer_scene, strips.find(sequencer_scene, scene.dyad.strip))


def read_request(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene, recording: strips.Recording) -> Request:
    """The request for ``recording`` with the heads and settings of ``scene`` and the turn strips of its sequencer."""
    settings = scene.dyad
    pair = rigs.find_pair(scene)
    return Request(
        scene=scene.name,
        recording=recording,
        layout=panel_facts.current_layout(scene),
        prompt="" if settings.prompt.strip() == settings.applied_prompt else settings.prompt.strip(),
        seed=settings.seed,
        heads=tuple(rigs.head_name(head) for head in pair) if pair else (settings.head_a, settings.head_b),
        turns=turns.read(sequencer_scene, recording) if settings.use_turns else None,
        markers=markers.read(scene),
    )


def generate(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene) -> Job[str]:
    """Animate both heads of ``scene`` from the recording in ``sequencer_scene``; adds missing heads."""
    request = read_request(scene, sequencer_scene, chosen_recording(scene, sequencer_scene))
    understood, layout = None, request.layout
    if request.prompt:
        understood = yield from part(understand(request.prompt, layout), 0, 0.05)
        layout = understood.layout
    timed = yield from part(time_directions(request.markers, layout), 0.05, 0.1)
    take_file, notices = yield from part(child_process.make(take_request(request, layout, timed)), 0.1, 1)
    yield WRITING
    scene = find_scene(request.scene)
    if understood:
        _store_prompt(scene.dyad, request.prompt, understood)
    scene.dyad.marker_directions = json.dumps(timed)
    store_notices(scene.dyad, request.recording, notices)
    pair = pair_for(scene, layout, moved=understood is not None)
    takes.store(scene.dyad, take_file.read_bytes(), request.heads, request.recording, request.seed)
    last = takes.bake(scene, pair)
    scene.frame_end = max(scene.frame_end, last)
    by_hand = " Your own keyframes are added on top." if any(map(keyframes.has_own_keys, pair)) else ""
    summary = f"Animated {request.recording.duration:.1f} s of {pair[0].name} and {pair[1].name}.{by_hand}"
    return " ".join([summary, *(notices.voices or ())])


def import_take(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene, path: Path) -> None:
    """Bake the take in the file ``path`` and place the heads in its layout and mood.

    Raises UserError when the file is no take, or its length differs from the recording in ``sequencer_scene``.
    """
    recording, take = chosen_recording(scene, sequencer_scene), load_take(path)
    if abs(len(take) / MOTION_FPS - recording.duration) > SAME_LENGTH:
        raise UserError(
            f"The take is {len(take) / MOTION_FPS:.1f} s long and the recording {recording.duration:.1f} s. "
            "Choose a take that was generated from this recording."
        )
    set_mood(scene, {name: getattr(take.layout, name) for name in MOOD})
    pair = pair_for(scene, take.layout, moved=True)
    takes.store(scene.dyad, path.read_bytes(), tuple(map(rigs.head_name, pair)), recording, take.seed)
    scene.frame_end = max(scene.frame_end, takes.bake(scene, pair))


def apply_prompt(scene: bpy.types.Scene) -> Job[str]:
    """Apply the scene's prompt: place the heads, set the mood, and re-aim the active take."""
    name, prompt = scene.name, scene.dyad.prompt.strip()
    understood = yield from understand(prompt, panel_facts.current_layout(scene))
    scene = find_scene(name)
    _store_prompt(scene.dyad, prompt, understood)
    place(scene, understood.layout)
    missed = [clause.text for clause in understood.clauses if not clause.sets]
    message = f"Not understood: {', '.join(missed)}. Use other words." if missed else "Placed the heads as described."
    advice = panel_facts.read(scene).advice
    return f"{message} {advice.reason}. Press Generate Dyad again." if advice else message


def place(scene: bpy.types.Scene, layout: Layout) -> None:
    """Move the heads to ``layout``, adding missing ones, set its mood, and re-aim the active take."""
    set_mood(scene, {name: getattr(layout, name) for name in MOOD})
    pair = pair_for(scene, layout, moved=True)
    if scene.dyad.active_take:
        takes.bake(scene, pair)


def set_mood(scene: bpy.types.Scene, mood: dict[str, float]) -> None:
    """Set a mood, numbers of MOOD by name; the heads do not move."""
    for name, value in mood.items():
        setattr(scene.dyad, name, value)


def find_turns(scene: bpy.types.Scene) -> Job[str]:
    """Find who speaks when in the chosen recording and write it as turn strips; ``scene`` is the sequencer's."""
    name = scene.name
    recording = chosen_recording(scene, scene)
    found = yield from child_process.worker().run(FindTurns(child_process.excerpt(recording)))
    scene = find_scene(name)
    turns.write(scene, recording, [astuple(turn) for turn in found.turns], list(found.confidence))
    store_notices(scene.dyad, recording, found.notices)
    return " ".join([f"Found {len(found.turns)} turns.", *found.notices.voices])


def check_recording(scene: bpy.types.Scene, sequencer_scene: bpy.types.Scene) -> Job[str]:
    """Report the sound quality of the chosen recording."""
    name = scene.name
    recording = chosen_recording(scene, sequencer_scene)
    notices = yield from child_process.worker().run(AssessRecording(child_process.excerpt(recording)))
    store_notices(find_scene(name).dyad, recording, notices)
    return " ".join(notices.quality)


def store_notices(settings, recording: strips.Recording, notices: Notices) -> None:
    """Store what is known of the recording for the panel; a kind that was not examined keeps its earlier sentences."""
    sentences = {kind: said for kind, said in asdict(notices).items() if said is not None}
    if sentences:
        before = json.loads(settings.recording_report or "{}")
        kept = before if before.get("strip") == recording.name else {}
        settings.recording_report = json.dumps({**kept, **sentences, "strip": recording.name})


def find_scene(name: str) -> bpy.types.Scene:
    """The scene of that name. Raises UserError when it was deleted or renamed while a job ran."""
    scene = bpy.data.scenes.get(name)
    if scene is None:
        raise UserError(f'The scene "{name}" was deleted or renamed. Run it again in the scene that is open now.')
    return scene


def understand(prompt: str, start: Layout) -> Job[Reading]:
    """Read a prompt that changes the layout ``start``."""
    return child_process.worker().run(ReadPrompt(prompt, start))


def time_directions(texts: list[tuple[int, str]], layout: Layout) -> Job[list[dict]]:
    """Read the markers' ``texts`` as directions, each relative to the layout before it, starting with ``layout``.

    returns: those that set contact or mood, as {"frame", "text", "sets": numbers of MOOD}; other markers are ignored
    """
    timed = []
    for i, (frame, text) in enumerate(texts):
        read = yield from part(understand(text, layout), i / len(texts), (i + 1) / len(texts))
        confident = [set(clause.sets) for clause in read.clauses if clause.confidence >= MARKER_CONFIDENCE]
        named = {name for names in confident if names <= set(MOOD) for name in names}  # places are fixed during a take
        sets = {name: getattr(read.layout, name) for name in MOOD if name in named}
        if sets:
            layout = replace(layout, **sets)
            timed.append({"frame": frame, "text": text, "sets": sets})
    return timed


def take_request(request: Request, layout: Layout, timed: list[dict]) -> GenerateTake:
    """The child's request for a whole take.

    timed: directions as from :func:`time_directions`
    """
    recording, directions, changed = request.recording, [], layout
    for direction in timed:
        changed = replace(changed, **direction["sets"])
        seconds = (direction["frame"] - recording.start_frame) / recording.fps
        directions.append((seconds, changed))
    return GenerateTake(
        recording=child_process.excerpt(recording),
        layout=layout,
        seed=request.seed,
        heads=request.heads,
        turns=None if request.turns is None else tuple(Turn(*turn) for turn in request.turns),
        directions=tuple(directions),
    )


def _store_prompt(settings, prompt: str, understood: Reading) -> None:
    settings.applied_prompt = prompt
    settings.prompt_clauses = json.dumps([asdict(clause) for clause in understood.clauses])
    for name in MOOD:
        setattr(settings, name, getattr(understood.layout, name))


def pair_for(scene: bpy.types.Scene, layout: Layout, moved: bool):
    """The scene's two heads; missing ones are added at ``layout``, and a complete pair moves there if ``moved``."""
    pair = rigs.find_pair(scene)
    if pair is None:
        poses, present = room_poses(layout), rigs.participants(scene)
        for slot, (name, head) in enumerate(zip(HEAD_NAMES, (scene.dyad.head_a, scene.dyad.head_b), strict=True)):
            if name not in present:
                rigs.add_head(name, slot, head, poses[slot])
        pair = rigs.find_pair(scene)
    elif moved:
        rigs.place_pair(pair, layout)
    return pair
