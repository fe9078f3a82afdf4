"""``python -m research train | evaluate | convert | release WHAT …`` (DESIGN, contract: command line)."""

import importlib
import os
import sys

from core.__main__ import Parser, answer_in_one_line
from core.errors import UserError

# "python -m research train generator --data …" runs main() of the module named here.
COMMANDS = {
    "train": {
        "align": "corpora.align",
        "projection": "training.voice_pca",
        "articulation": "training.articulation",
        "masks": "training.target_speaker",
        "prompts": "training.prompts",
        "dataset": "training.dataset",
        "takes": "training.recorded_takes",
        "generator": "training.generator",
        "ablations": "training.ablations",
        "export": "training.export",
    },
    "evaluate": {
        "speakers": "evaluation.diarization.comparison",
        "lips": "evaluation.mouth.lip_sync",
        "labels": "evaluation.mouth.foreign_labels",
        "mouths": "evaluation.mouth.real_mouths",
        "openings": "evaluation.mouth.opening_statistics",
        "clips": "evaluation.mouth.clip_labels",
        "effort": "evaluation.mouth.vocal_effort",
        "simulator": "evaluation.mouth.simulator_lips",
        "behaviour": "evaluation.dyad.behaviour",
        "generator": "evaluation.dyad.comparison",
        "denoising": "evaluation.dyad.denoising",
        "takes": "evaluation.dyad.example_takes",
        "curves": "evaluation.dyad.curve_plot",
        "prompts": "evaluation.prompts",
        "cost": "evaluation.cost",
        "invariance": "evaluation.invariance",
        "contact-sheet": "evaluation.contact_sheet",
    },
    "convert": {
        "whisper": "convert.whisper",
        "speakers": "convert.speaker_networks",
    },
    "release": {
        "zips": "release",
    },
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0, or 2 after one line on stderr for an error the user can mend."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as in core/__main__.py
    return answer_in_one_line(run, sys.argv[1:] if arguments is None else arguments)


def run(arguments: list[str]) -> None:
    """Run the command that ``arguments`` name. Raises UserError where there is none."""
    what, name, *rest = [*arguments[:2], "", ""][:2] + arguments[2:]
    if what in ("", "-h", "--help"):
        print("\n".join(f"python -m research {kind} {' | '.join(modules)}" for kind, modules in COMMANDS.items()))
        return
    if what not in COMMANDS:
        raise UserError(f'There is no command "{what}". Name one of: {", ".join(COMMANDS)}.')
    if name not in COMMANDS[what]:
        raise UserError(f"{what} what? Name one of: {', '.join(COMMANDS[what])}.")
    try:
        module = importlib.import_module(f".{COMMANDS[what][name]}", __package__)
    except ModuleNotFoundError as error:
        raise UserError(f"{what} needs {error.name}, which is not here. Use a checkout set up by ./test.") from error
    parser = Parser(prog=f"python -m research {what} {name}", description=module.__doc__)
    module.add_arguments(parser)
    module.main(parser.parse_args(rest))


if __name__ == "__main__":
    sys.exit(main())
