"""The child process that runs the networks: requests come in on stdin, replies go out on stdout (protocol.py).

The process stays warm between requests and ends with its parent: stdin closes. An error that is not a UserError ends
it, with the traceback on stderr, which the parent keeps as a log.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from .. import engine
from ..errors import UserError
from .jobs import Progress
from .protocol import (
    AssessRecording,
    Excerpt,
    Failure,
    FindTurns,
    FoundTurns,
    GeneratedTake,
    GenerateTake,
    Notices,
    ReadPrompt,
    Request,
    Started,
    from_json,
    to_json,
)

Report = Callable[[float, str], None]  # the share done, 0..1, and the stage in the user's words

ASSESSING, READING = "Checking the recording", "Reading the prompt"  # stages; the others are in core/generate.py

_decoded: dict[tuple, object] = {}  # see _sound


def main(wanted: str = engine.AUTOMATIC) -> None:
    """Answer requests until stdin closes; the networks run by the engine ``wanted``."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # see core/__main__.py
    replies = _own_stdout()
    engine.use(wanted)
    with suppress(UserError):  # the first request that needs a network says it
        print(to_json(Started(engine.title())), file=replies, flush=True)
    for line in sys.stdin:
        answer(from_json(line), replies)


def answer(request: Request, replies: TextIO) -> None:
    """Run one request and write its replies."""

    def reply(message) -> None:
        print(to_json(message), file=replies, flush=True)

    try:
        result = COMMANDS[type(request)](request, lambda share, stage: reply(Progress(stage, float(share))))
    except UserError as error:
        reply(Failure(str(error)))
    else:
        reply(result)


def _generate(request: GenerateTake, report: Report) -> GeneratedTake:
    from .. import generate
    from ..diarization import diarize
    from ..generator.inpainting import Regeneration
    from ..motion import load_take, save_take

    report(0.0, generate.ENCODING if request.turns is not None or request.selection else generate.DIARIZING)
    sound, selection, found = _sound(request.recording), request.selection, []
    take = generate.generate(
        sound,
        request.layout,
        seed=request.seed,
        turns=list(request.turns) if request.turns is not None else None,
        heads=request.heads,
        motion_a=load_take(request.motion_a).motions[0] if request.motion_a else None,
        redo=Regeneration(**vars(selection) | {"take": load_take(selection.take)}) if selection else None,
        directions=request.directions,
        progress=report,
        diarized=found.append,
    )
    save_take(take, request.out)
    if request.turns is not None:  # notices about voices that were found before hold no longer
        found = [diarize.Diarization(take.speaking, list(request.turns), [diarize.FROM_TURNS])]
        if selection:
            return GeneratedTake(Notices(voices=tuple(found[0].notes)))
    return GeneratedTake(_notices(sound, found[0]) if found else Notices())


def _read_prompt(request: ReadPrompt, report: Report):
    report(0.0, READING)
    from .. import layout

    return layout.from_text(request.prompt, request.start)


def _find_turns(request: FindTurns, report: Report) -> FoundTurns:
    from ..diarization import diarize
    from ..generate import DIARIZING

    report(0.0, DIARIZING)
    sound = _sound(request.recording)
    found = diarize.diarize(sound, progress=lambda share: report(share, DIARIZING))
    confidence = tuple(map(found.turn_confidence, found.turns))
    return FoundTurns(tuple(found.turns), confidence, _notices(sound, found))


def _assess(request: AssessRecording, report: Report) -> Notices:
    report(0.0, ASSESSING)
    from ..audio import quality

    return Notices(quality=tuple(quality.read_quality(_sound(request.recording)).words), voices=())


def _sound(recording: Excerpt):
    """The core.audio.Sound of ``recording``; the last one is kept, as the next request is often about the same."""
    from ..audio import decoding

    path = recording.audio
    key = (recording, os.stat(path).st_mtime_ns if os.path.exists(path) else None)
    if key not in _decoded:
        _decoded.clear()
        _decoded[key] = decoding.load(path, recording.start, recording.duration)
    return _decoded[key]


def _notices(sound, found) -> Notices:
    """``found`` is a core.diarization.diarize.Diarization of ``sound``."""
    from ..audio import quality

    return Notices(tuple(quality.read_quality(sound, found.masks).words), tuple(found.notes))


COMMANDS = {GenerateTake: _generate, ReadPrompt: _read_prompt, FindTurns: _find_turns, AssessRecording: _assess}


def _own_stdout() -> TextIO:
    """Keep stdout for replies: whatever a library prints goes to stderr instead."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


if __name__ == "__main__":
    main()
