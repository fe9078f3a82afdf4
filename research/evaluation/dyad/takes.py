"""One unseen dialogue as several systems play it: takes, its sound, and the table that has them rendered.

python -m research evaluate takes --data cache/test --number 3 --span 10:30 --ablations cache/ablations --out shown
blender -b -P batch.py -- shown/jobs.csv
python -m research evaluate curves shown/*.npz --out shown/curves.svg
python -m research evaluate sheet shown/teacher.mp4 shown/shipped.mp4 --seconds 1 2 3 --out shown/sheet.png
"""

from pathlib import Path

import numpy as np

from core.audio import decoding
from core.files import replacing
from core.generate import GENERATOR
from core.generator.checkpoint import load_checkpoint
from core.motion import MOTION_FPS, HeadMotion, Take, save_take

from ..cost import write_wav
from .generator import TEACHER
from .networks import network, sealed, trained_runs
from .systems import Case, System, read_cases

LEARNT = ("full", "no cross-attention")  # of the ablations


def add_arguments(parser) -> None:
    """What ``python -m research evaluate takes`` takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--number", type=int, default=0, help="which of them, in the order of their names")
    parser.add_argument("--span", default="0:20", metavar="FROM:TO", help="seconds of it")
    parser.add_argument("--ablations", type=Path, help='folder made by "train ablations"')
    parser.add_argument("--runs", nargs="*", default=LEARNT, metavar="NAME", help="of its runs, these")
    parser.add_argument("--view", default="faces", choices=("faces", "camera"), help="of the previews")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder for takes, sound and table")


def main(arguments) -> None:
    """Write them."""
    case = read_cases(arguments.data)[arguments.number]
    first, last = (round(MOTION_FPS * float(second)) for second in arguments.span.split(":"))
    first, last = max(first, 0), min(last, case.frames)
    arguments.out.mkdir(parents=True, exist_ok=True)
    mono = case.sound[first * decoding.SAMPLES_PER_FRAME : last * decoding.SAMPLES_PER_FRAME] / np.float32(32767)
    write_wav(arguments.out / "talk.wav", mono)
    sha, names = decoding.from_samples(mono).sha256, []
    for name, system in _systems(arguments).items():
        motions = case.aimed(system(case, arguments.seed))[:, first:last]
        pair = tuple(HeadMotion(motion) for motion in motions)
        names.append(name.replace(" ", "_"))
        take = Take(pair, case.masks[:, first:last], case.layout, sha, arguments.seed, "")
        save_take(take, arguments.out / f"{names[-1]}.npz")
    _write_jobs(arguments.out / "jobs.csv", names, arguments.view)
    print(f"{arguments.out}: {', '.join(names)}, {(last - first) / MOTION_FPS:g} s of a dialogue, {case.layout}")


def _systems(arguments) -> dict[str, System]:
    """By name, the teacher, the shipped network and the ablations asked for; lips sealed as the product does."""
    found: dict[str, System] = {TEACHER: _teacher, "shipped": sealed(network(load_checkpoint(GENERATOR)))}
    runs = trained_runs(arguments.ablations) if arguments.ablations else {}
    return found | {name: sealed(runs[name].system) for name in arguments.runs if name in runs}


def _teacher(case: Case, seed: int) -> np.ndarray:
    return case.intents


def _write_jobs(path: Path, names: list[str], view: str) -> None:
    """The table for batch.py: a preview of each take."""
    lines = [["audio", "play", "preview", "view"], *(["talk.wav", f"{n}.npz", f"{n}.mp4", view] for n in names)]
    text = "".join(",".join(line) + "\n" for line in lines)
    with replacing(path) as file:
        file.write(text.encode())
