"""What is asked of the child process (core/service/worker.py) and what it answers, one JSON object a line.

A request is answered by any number of Progress and then by one result of its kind, or by a Failure:
GenerateTake -> GeneratedTake, ReadPrompt -> core.layout.Reading, FindTurns -> FoundTurns, AssessRecording -> Notices.
"""

import json
from dataclasses import asdict, dataclass, is_dataclass
from itertools import repeat
from typing import get_args, get_origin, get_type_hints

from ..layout import Layout, Reading
from ..turns import Turn
from .jobs import Progress


@dataclass(frozen=True)
class Excerpt:
    """A part of a sound file."""

    audio: str  # path
    start: float = 0.0  # s from the file's start
    duration: float | None = None  # s; None: to the file's end


@dataclass(frozen=True)
class Selection:
    """The part of a take that is regenerated."""

    take: str  # path, .npz
    start: float  # s from the recording's start
    end: float
    people: str  # "A", "B" or "AB"
    parts: tuple[str, ...]  # some of core.generator.inpainting.PARTS


@dataclass(frozen=True)
class GenerateTake:
    """Animate two heads; the arguments of core.generate.generate."""

    recording: Excerpt
    layout: Layout
    seed: int
    heads: tuple[str, str] = ("man", "woman")
    turns: tuple[Turn, ...] | None = None  # None: found by diarization
    motion_a: str | None = None  # path of a take whose A is kept
    directions: tuple[tuple[float, Layout], ...] = ()  # s, and the layout from there on
    selection: Selection | None = None  # None: the whole take is generated
    out: str = ""  # path of the new take, .npz


@dataclass(frozen=True)
class ReadPrompt:
    """Read a prompt; with ``start`` it changes that layout."""

    prompt: str
    start: Layout | None = None


@dataclass(frozen=True)
class FindTurns:
    """Find who speaks when."""

    recording: Excerpt


@dataclass(frozen=True)
class AssessRecording:
    """Judge the sound quality of a recording."""

    recording: Excerpt


@dataclass(frozen=True)
class Notices:
    """Sentences for the user about a recording; None where a request did not examine it."""

    quality: tuple[str, ...] | None = None  # of the sound
    voices: tuple[str, ...] | None = None  # of who speaks


@dataclass(frozen=True)
class GeneratedTake:
    """The take is in the file that was asked for."""

    notices: Notices


@dataclass(frozen=True)
class FoundTurns:
    """Who speaks when."""

    turns: tuple[Turn, ...]
    confidence: tuple[float, ...]  # 0..1, of each turn
    notices: Notices


@dataclass(frozen=True)
class Started:
    """The child answers requests from now on."""

    engine: str  # that will run the networks, with its version, in the user's words


@dataclass(frozen=True)
class Failure:
    """A UserError of the child."""

    message: str  # "what happened. what to do."


Request = GenerateTake | ReadPrompt | FindTurns | AssessRecording
Result = GeneratedTake | Reading | FoundTurns | Notices
KINDS = {kind.__name__: kind for kind in get_args(Request) + get_args(Result) + (Progress, Started, Failure)}


def to_json(message: Request | Result | Progress | Started | Failure) -> str:
    """``message`` as one line.

    >>> to_json(Failure("No sound."))
    '{"kind": "Failure", "message": "No sound."}'
    """
    return json.dumps({"kind": type(message).__name__, **asdict(message)})


def from_json(line: str) -> Request | Result | Progress | Started | Failure:
    """The message that :func:`to_json` wrote."""
    fields = json.loads(line)
    return _typed(KINDS[fields.pop("kind")], fields)


def _typed(hint, value):
    """``value`` as JSON gives it, as the type ``hint``: objects become dataclasses, lists become tuples."""
    if value is None:
        return None
    if type(None) in get_args(hint):  # X | None
        hint = get_args(hint)[0]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{name: _typed(hints[name], field) for name, field in value.items()})
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        kinds = repeat(kinds[0]) if kinds[-1] is Ellipsis else kinds
        return tuple(_typed(kind, item) for kind, item in zip(kinds, value, strict=False))
    return value
