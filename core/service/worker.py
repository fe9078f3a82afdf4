"""The child process that runs the network: requests come in as JSON lines on stdin, replies go out on stdout.

    in    {"id": 1, "command": "generate", "audio": "talk.wav", "start": 0.0, "duration": null, "layout": {...},
           "seed": 0, "turns": [[0.0, 2.5, "A"], ...] | null, "heads": ["man", "woman"], "motion_a": "a.npz" | null,
           "directions": [[3.0, {layout from there on}], ...], "out": "take.npz",
           "redo": {"take": "take.npz", "start": 3.2, "end": 7.5, "people": "AB", "parts": ["mouth", ...]} | absent}
          {"id": 2, "command": "layout", "prompt": "two friends, one metre apart", "start": {...} | null}
          {"id": 3, "command": "turns", "audio": "talk.wav", "start": 0.0, "duration": null}
          {"id": 4, "command": "quality", "audio": "talk.wav", "start": 0.0, "duration": null}
          {"command": "quit"}
    out   {"id": 1, "progress": 0.25, "label": "Listening"}  any number of times, then one of
          {"id": 1, "result": {...}}    {"id": 1, "error": "what happened. what to do."}

The process stays warm between requests and ends with its parent: stdin closes. Any other error ends it, with the
traceback on stderr, which the parent keeps as a log.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TextIO

from ..errors import UserError

Report = Callable[[float], None]

KEPT: dict[tuple, object] = {}  # see _sound
NEEDED_PACKAGES = {"torch", "av", "safetensors", "sentence_transformers", "transformers", "numpy"}


def main() -> None:
    """Answer requests until stdin closes or "quit" comes."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # see core/__main__.py
    replies = _own_stdout()
    for line in sys.stdin:
        request = json.loads(line)
        if request["command"] == "quit":
            return
        answer(request, replies)


def answer(request: dict, replies: TextIO) -> None:
    """Run one request and write its replies."""

    def reply(**fields) -> None:
        print(json.dumps({"id": request["id"], **fields}), file=replies, flush=True)

    def report(share: float) -> None:
        label = next(label for end, label in LABELS[request["command"]] if share < end)
        reply(progress=float(share), label=label)

    report(0.0)
    try:
        result = COMMANDS[request["command"]](request, report)
    except UserError as error:
        reply(error=str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in NEEDED_PACKAGES:
            raise
        reply(
            error=f'The Python package "{error.name}" is missing from {sys.executable}. '
            "Press Install PyTorch in the preferences of Talking Together, or choose another Python there."
        )
    else:
        reply(result=result)


def _generate(request: dict, report: Report) -> dict:
    from .. import generate
    from ..diarization import diarize
    from ..generator.inpainting import Regeneration
    from ..layout import Layout
    from ..motion import load_take, save_take

    sound = _sound(request)
    fixed, again, heard, turns = request["motion_a"], request.get("redo"), {}, _turn_list(request["turns"])
    take = generate.generate(
        sound,
        Layout(**request["layout"]),
        seed=request["seed"],
        turns=turns,
        heads=tuple(request["heads"]),
        motion_a=load_take(fixed).motions[0] if fixed else None,
        redo=Regeneration(**again | {"take": load_take(again["take"])}) if again else None,
        directions=[(seconds, Layout(**changed)) for seconds, changed in request["directions"]],
        progress=report,
        told=lambda found: heard.update(_heard(sound, found)),
    )
    save_take(take, request["out"])
    if turns is not None:  # what was said of voices that were found holds no longer
        laid_out = diarize.Diarization(take.speaking, turns, [diarize.FROM_TURNS])
        heard = {"notes": laid_out.notes} if again else _heard(sound, laid_out)
    return {"take": request["out"], "frames": len(take), **heard}


def _layout(request: dict, report: Report) -> dict:
    from .. import layout

    start = request["start"]
    reading = layout.from_text(request["prompt"], layout.Layout(**start) if start else None)
    return {"layout": asdict(reading.layout), "clauses": [asdict(clause) for clause in reading.clauses]}


def _turns(request: dict, report: Report) -> dict:
    from ..diarization import diarize

    sound = _sound(request)
    found = diarize.diarize(sound, progress=report)
    rows = [[t.start_s, t.end_s, t.speaker] for t in found.turns]
    return {"turns": rows, "sure": [found.turn_confidence(turn) for turn in found.turns], **_heard(sound, found)}


def _quality(request: dict, report: Report) -> dict:
    from ..audio import quality

    return {"words": quality.read_quality(_sound(request)).words, "notes": []}


def _sound(request: dict):
    """The core.audio.Sound that a request is about; the last one is kept: the next turn is redone of it, too."""
    from ..audio import decoding

    path, start, duration = request["audio"], request["start"], request["duration"]
    changed = os.stat(path).st_mtime_ns if os.path.exists(path) else None
    if (path, start, duration, changed) not in KEPT:
        KEPT.clear()
        KEPT[path, start, duration, changed] = decoding.load(path, start, duration)
    return KEPT[path, start, duration, changed]


def _heard(sound, found) -> dict:
    """What the user should know of the recording and of who was found in it."""
    from ..audio import quality

    return {"words": quality.read_quality(sound, found.masks).words, "notes": list(found.notes)}


def _turn_list(rows: list | None) -> list | None:
    if rows is None:
        return None
    from ..turns import Turn

    return [Turn(start_s, end_s, speaker) for start_s, end_s, speaker in rows]


COMMANDS = {"generate": _generate, "layout": _layout, "turns": _turns, "quality": _quality}
ALL = float("inf")
LABELS = {  # what happens until the share done reaches the number, in the user's words
    "generate": [(0.3, "Finding who speaks"), (0.65, "Listening"), (ALL, "Animating")],
    "layout": [(ALL, "Reading the scene")],
    "turns": [(ALL, "Finding who speaks")],
    "quality": [(ALL, "Listening")],
}


def _own_stdout() -> TextIO:
    """Keep stdout for replies: whatever a library prints goes to stderr instead."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


if __name__ == "__main__":
    main()
