"""Takes of one unseen dialogue by several systems, with its audio and the jobs table that renders them.

python -m research evaluate takes --data cache/test --number 3 --span 10:30 --ablations cache/ablations --out example
blender -b -P batch.py -- example/jobs.csv
python -m research evaluate curves example/*.npz --out example/curves.svg
python -m research evaluate contact-sheet example/simulator.mp4 example/shipped.mp4 --seconds 1 2 3 --out sheet.png
"""

from pathlib import Path

import numpy as np
import soundfile

from core.audio import decoding
from core.files import replacing
from core.generate import GENERATOR
from core.motion import MOTION_FPS, HeadMotion, Take, save_take

from ...training.trained import load_trained
from .comparison import SIMULATOR
from .networks import network, trained_runs, with_closures
from .systems import Case, System, read_cases

RUNS = ("full", "no cross-attention")  # of the ablations


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate takes``."""
    parser.add_argument("--data", type=Path, required=True, help="folder of unseen dialogues, .npz")
    parser.add_argument("--number", type=int, default=0, help="index of the dialogue, in the order of file names")
    parser.add_argument("--span", default="0:20", metavar="FROM:TO", help="part of it, s")
    parser.add_argument("--ablations", type=Path, help='folder of "train ablations"')
    parser.add_argument("--runs", nargs="*", default=RUNS, metavar="NAME", help="its runs to generate")
    parser.add_argument("--view", default="faces", choices=("faces", "camera"), help="view of the previews")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder for takes, audio and jobs table")


def main(arguments) -> None:
    """Write takes, audio and jobs table."""
    case = read_cases(arguments.data)[arguments.number]
    first, last = (round(MOTION_FPS * float(second)) for second in arguments.span.split(":"))
    first, last = max(first, 0), min(last, case.frames)
    arguments.out.mkdir(parents=True, exist_ok=True)
    mono = case.sound[first * decoding.SAMPLES_PER_FRAME : last * decoding.SAMPLES_PER_FRAME] / np.float32(32767)
    soundfile.write(arguments.out / "talk.wav", mono, decoding.SAMPLE_RATE, subtype="PCM_16")
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
    """Simulator, shipped network and ablation runs by name; the networks with closures enforced, as in the product."""
    systems: dict[str, System] = {SIMULATOR: _simulator, "shipped": with_closures(network(load_trained(GENERATOR)))}
    runs = trained_runs(arguments.ablations) if arguments.ablations else {}
    return systems | {name: with_closures(runs[name].system) for name in arguments.runs if name in runs}


def _simulator(case: Case, seed: int) -> np.ndarray:
    return case.intents


def _write_jobs(path: Path, names: list[str], view: str) -> None:
    """The jobs table for batch.py: a preview of each take."""
    lines = [["audio", "play", "preview", "view"], *(["talk.wav", f"{n}.npz", f"{n}.mp4", view] for n in names)]
    text = "".join(",".join(line) + "\n" for line in lines)
    with replacing(path) as file:
        file.write(text.encode())
