"""The command line: ``python -m core generate | turns | layout | evaluate | train``."""

import argparse
import importlib
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from .errors import UserError
from .layout import Layout

# The research side: "python -m core train masks --data …" runs main() of the module named here.
RESEARCH = {
    "train": {
        "projection": ".training.projection",
        "articulation": ".training.articulation",
        "masks": ".training.masks",
        "prompts": ".training.prompts",
        "align": ".training.align",
        "dataset": ".training.dataset",
        "takes": ".training.takes",
        "generator": ".training.generator",
        "ablations": ".training.ablations",
    },
    "evaluate": {
        "speakers": ".evaluation.speakers",
        "lips": ".evaluation.lips",
        "labels": ".evaluation.foreign_labels",
        "mouths": ".evaluation.real_mouths",
        "openings": ".evaluation.real_openings",
        "clips": ".evaluation.clip_labels",
        "effort": ".evaluation.effort",
        "behaviour": ".evaluation.behaviour",
        "teacher": ".evaluation.teacher_mouth",
        "prompts": ".evaluation.prompts",
        "generator": ".evaluation.generator",
        "denoising": ".evaluation.denoising",
        "cost": ".evaluation.cost",
        "invariance": ".evaluation.invariance",
        "takes": ".evaluation.takes",
        "curves": ".evaluation.curves",
        "sheet": ".evaluation.sheet",
    },
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message):
        raise UserError(f"{message[:1].upper()}{message[1:]}. Run it with --help to see what it takes.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0, or 2 after one line on stderr for an error the user can mend."""
    # Threads that wait by spinning took 37 s instead of 4 s where something else was busy. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments and arguments[0] in RESEARCH:
            _research(*arguments[:1], arguments[1:])
        else:
            parsed = _parser().parse_args(arguments)
            parsed.run(parsed)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Run it again to start over.", file=sys.stderr)
        return 130
    return 0


def _parser() -> Parser:
    parser = Parser(prog="python -m core", description="Two people talking in 3D, from sound.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="generate|turns|layout|evaluate|train")

    generate = commands.add_parser("generate", help="make a take from one recording of two people")
    generate.add_argument("audio", help="any sound or video file")
    generate.add_argument("--out", required=True, type=Path, help="the take, .npz")
    generate.add_argument("--prompt", help='the scene in words, like "arguing across a table"')
    generate.add_argument("--layout", type=Path, help="the scene in numbers, .json")
    generate.add_argument("--seed", type=int, default=0, help="another number is another performance")
    generate.add_argument("--turns", type=Path, help="corrected turns, .csv")
    generate.add_argument("--heads", default="man,woman", help="the heads of A and B")
    generate.add_argument("--motion-a", type=Path, help="a take whose A is kept; B is made to answer it")
    generate.add_argument("--take", type=Path, help="a take of this recording, to redo a part of")
    generate.add_argument("--redo", type=_span, metavar="FROM:TO", help="seconds of it to make anew; all else stays")
    generate.add_argument("--people", default="AB", help="who of them is made anew: A, B or AB")
    generate.add_argument("--parts", default="mouth,face,head,eyes", help="what of them is made anew")
    generate.set_defaults(run=_generate)

    turns = commands.add_parser("turns", help="who speaks when")
    turns.add_argument("audio")
    turns.add_argument("--out", required=True, type=Path, help="start_s,end_s,speaker as .csv")
    turns.set_defaults(run=_turns)

    layout = commands.add_parser("layout", help="read a scene in words")
    layout.add_argument("prompt")
    layout.add_argument("--start", type=Path, help="a layout that relative words change, .json")
    layout.set_defaults(run=_layout)

    for name, modules in RESEARCH.items():
        commands.add_parser(name, help=", ".join(modules))
    return parser


def _generate(arguments) -> None:
    from . import audio, turns
    from .generate import generate
    from .motion import load_take, save_take

    _check_place(arguments.out)
    started = time.perf_counter()
    layout = _read_layout(arguments.layout) if arguments.layout else Layout()
    if arguments.prompt:
        layout = _read_prompt(arguments.prompt, layout if arguments.layout else None).layout
    take = generate(
        audio.load(arguments.audio),
        layout,
        seed=arguments.seed,
        turns=turns.read_csv(arguments.turns) if arguments.turns else None,
        heads=_two_heads(arguments.heads),
        motion_a=load_take(arguments.motion_a).motions[0] if arguments.motion_a else None,
        redo=_redo(arguments),
    )
    save_take(take, arguments.out)
    seconds = len(take) / take.motions[0].fps
    print(f"{arguments.out}: {seconds:.1f} s of two heads in {time.perf_counter() - started:.1f} s")


def _check_place(path: Path) -> None:
    """Refuse a place where no file can be written, before the work that is to fill it."""
    if path.is_dir():
        raise UserError(f'"{path}" is a folder. Name a file in it.')
    if not path.parent.is_dir():
        raise UserError(f'There is no folder "{path.parent}". Make it first, or choose another.')


def _redo(arguments):
    from .motion import load_take
    from .redo import Redo

    if (arguments.take is None) != (arguments.redo is None):
        raise UserError("--take and --redo go together. Name the take and the seconds of it to make anew.")
    if arguments.take is None:
        return None
    return Redo(load_take(arguments.take), *arguments.redo, arguments.people, tuple(arguments.parts.split(",")))


def _span(text: str) -> tuple[float, float]:
    start, end = text.split(":")
    return float(start), float(end)


def _turns(arguments) -> None:
    from . import audio, turns
    from .speakers import find_speakers

    _check_place(arguments.out)
    found = find_speakers(audio.load(arguments.audio))
    turns.write_csv(found.turns, arguments.out)
    print(f"{arguments.out}: {len(found.turns)} turns. {' '.join(found.notes)}".rstrip())


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
        raise UserError(f'"{path}" is no layout ({error}). Write one with: python -m core layout "…".') from error


def _two_heads(names: str) -> tuple[str, str]:
    heads = tuple(names.split(","))
    if len(heads) != 2:
        raise UserError(f'--heads is "{names}". Name two, like man,woman.')
    return heads


def _research(command: str, arguments: list[str]) -> None:
    modules = RESEARCH[command]
    if not arguments or arguments[0] not in modules:
        raise UserError(f"{command} what? Name one of: {', '.join(modules)}.")
    try:
        module = importlib.import_module(modules[arguments[0]], __package__)
    except ModuleNotFoundError as error:
        raise UserError(f"{command} needs {error.name}, which is not here. Use a checkout set up by ./test.") from error
    parser = Parser(prog=f"python -m core {command} {arguments[0]}", description=module.__doc__)
    module.add_arguments(parser)
    module.main(parser.parse_args(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main())
