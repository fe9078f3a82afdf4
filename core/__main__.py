"""The command line: ``python -m core generate | turns | layout``."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from . import engine
from .errors import UserError
from .layout import Layout

MOVED = ("train", "evaluate")  # to python -m research


class Parser(argparse.ArgumentParser):
    """Turns an error in the arguments into a UserError, which is one line."""

    def error(self, message):
        raise UserError(f"{message[:1].upper()}{message[1:]}. Run the command with --help to see its arguments.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0, or 2 after one line on stderr for a UserError."""
    # Threads that wait by spinning took 37 s instead of 4 s where something else was busy. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    return answer_in_one_line(_run, sys.argv[1:] if arguments is None else arguments)


def answer_in_one_line(run: Callable[[list[str]], None], arguments: list[str]) -> int:
    """The exit code of ``run``: 0, or 2 after one line on stderr for a UserError, or 130 when it was interrupted."""
    try:
        run(arguments)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Run it again to start over.", file=sys.stderr)
        return 130
    return 0


def _run(arguments: list[str]) -> None:
    if arguments and arguments[0] in MOVED:
        raise UserError(f"This command has moved. Run: python -m research {' '.join(arguments)}")
    parsed = _parser().parse_args(arguments)
    engine.use(parsed.engine)
    parsed.run(parsed)


def _parser() -> Parser:
    parser = Parser(prog="python -m core", description="Animate two heads from a recording of two people talking.")
    engines = (engine.AUTOMATIC, engine.ONNX_RUNTIME, engine.PYTORCH)
    parser.add_argument("--engine", choices=engines, default=engine.AUTOMATIC, help="what runs the networks")
    commands = parser.add_subparsers(dest="command", required=True, metavar="generate|turns|layout")

    generate = commands.add_parser("generate", help="generate a take from one recording of two people")
    generate.add_argument("audio", help="any sound or video file")
    generate.add_argument("--out", required=True, type=Path, help="the take, .npz")
    generate.add_argument("--prompt", help='the scene in words, like "arguing across a table"')
    generate.add_argument("--layout", type=Path, help="the scene in numbers, .json")
    generate.add_argument("--seed", type=int, default=0, help="each seed gives a different animation")
    generate.add_argument("--turns", type=Path, help="corrected turns, .csv")
    generate.add_argument("--heads", default="man,woman", help="the heads of A and B")
    generate.add_argument("--motion-a", type=Path, help="a take whose A is kept; B is generated to react to it")
    generate.add_argument("--take", type=Path, help="a take of this recording of which a part is regenerated")
    generate.add_argument("--redo", type=_span, metavar="FROM:TO", help="seconds of it to regenerate")
    generate.add_argument("--people", default="AB", help="who is regenerated: A, B or AB")
    generate.add_argument("--parts", default="mouth,face,head,eyes", help="what is regenerated of them")
    generate.set_defaults(run=_generate)

    turns = commands.add_parser("turns", help="find who speaks when")
    turns.add_argument("audio")
    turns.add_argument("--out", required=True, type=Path, help="start_s,end_s,speaker as .csv")
    turns.set_defaults(run=_turns)

    layout = commands.add_parser("layout", help="read a scene described in words")
    layout.add_argument("prompt")
    layout.add_argument("--start", type=Path, help="the layout that the prompt changes, .json")
    layout.set_defaults(run=_layout)

    return parser


def _generate(arguments) -> None:
    from . import turns
    from .audio import decoding
    from .generate import generate
    from .motion import load_take, save_take

    _check_place(arguments.out)
    started = time.perf_counter()
    layout = _read_layout(arguments.layout) if arguments.layout else Layout()
    if arguments.prompt:
        layout = _read_prompt(arguments.prompt, layout if arguments.layout else None).layout
    found = []
    take = generate(
        decoding.load(arguments.audio),
        layout,
        seed=arguments.seed,
        turns=turns.read_csv(arguments.turns) if arguments.turns else None,
        heads=_two_heads(arguments.heads),
        motion_a=load_take(arguments.motion_a).motions[0] if arguments.motion_a else None,
        redo=_redo(arguments),
        diarized=found.append,
    )
    save_take(take, arguments.out)
    seconds = len(take) / take.motions[0].fps
    summary = f"{arguments.out}: {seconds:.1f} s of two heads in {time.perf_counter() - started:.1f} s"
    print("\n".join([summary, *(note for diarization in found for note in diarization.notes)]))


def _check_place(path: Path) -> None:
    """Raises UserError when no file can be written to ``path``, before any long work."""
    if path.is_dir():
        raise UserError(f'"{path}" is a folder. Add a file name.')
    if not path.parent.is_dir():
        raise UserError(f'There is no folder "{path.parent}". Create it, or choose another folder.')


def _redo(arguments):
    from .generator.inpainting import Regeneration
    from .motion import load_take

    if (arguments.take is None) != (arguments.redo is None):
        raise UserError("--take and --redo go together. Give the take and the seconds of it to regenerate.")
    if arguments.take is None:
        return None
    return Regeneration(load_take(arguments.take), *arguments.redo, arguments.people, tuple(arguments.parts.split(",")))


def _span(text: str) -> tuple[float, float]:
    start, end = text.split(":")
    return float(start), float(end)


def _turns(arguments) -> None:
    from . import turns
    from .audio import decoding
    from .diarization.diarize import diarize

    _check_place(arguments.out)
    found = diarize(decoding.load(arguments.audio))
    turns.write_csv(found.turns, arguments.out)
    print("\n".join([f"{arguments.out}: {len(found.turns)} turns.", *found.notes]))


def _layout(arguments) -> None:
    reading = _read_prompt(arguments.prompt, _read_layout(arguments.start) if arguments.start else None)
    print(json.dumps(asdict(reading.layout)))
    for clause in reading.clauses:
        if not clause.sets:
            print(f'Not understood: "{clause.text}".', file=sys.stderr)


def _read_prompt(prompt: str, start: Layout | None):
    from .layout import from_text

    return from_text(prompt, start)


def _read_layout(path: Path) -> Layout:
    try:
        return Layout(**json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UserError(f'The layout "{path}" cannot be read ({error.strerror}). Check the path.') from error
    except (ValueError, TypeError) as error:
        raise UserError(f'"{path}" is not a layout ({error}). Create one with: python -m core layout "…".') from error


def _two_heads(names: str) -> tuple[str, str]:
    heads = tuple(names.split(","))
    if len(heads) != 2:
        raise UserError(f'--heads is "{names}". Give two, like man,woman.')
    return heads


if __name__ == "__main__":
    sys.exit(main())
