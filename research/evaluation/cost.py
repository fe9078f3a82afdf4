"""Cost of a take by both engines: wall and CPU time by stage, cold and warm, peak memory; Rhubarb and GEMM (METRICS H).

    python -m research evaluate cost --seconds 10 60 600 --rhubarb node_modules/…/rhubarb --out cost.json

CPU time is given besides wall time because it does not depend on what else the machine runs.
"""

import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
import torch

from core import engine, gaze
from core.audio import decoding
from core.diarization.diarize import diarize
from core.generate import load_model
from core.generator import condition
from core.generator.sample_intents import sample_intents
from core.heads import load
from core.layout import Layout, room_poses
from core.speech import features

from . import HEADS, report
from .mouth.rhubarb import RECOGNIZERS, mouth_cues

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets/sample/dialogue.flac"
UNITS = ("s", "CPU s")
# runs a module as ``python -m`` does and prints the peak of its memory in kB: ru_maxrss begins at the parent's memory
WITH_PEAK = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit as end:
    code = end.code
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), flush=True)
sys.exit(code)
"""
COLD = ("cold s", "cold CPU s", "cold peak MB")


def recording(seconds: float) -> np.ndarray:
    """(N,) float32 at 16 kHz: the bundled sample dialogue, repeated."""
    mono = decoding.load(SAMPLE).mono
    return np.tile(mono, int(np.ceil(seconds * decoding.SAMPLE_RATE / len(mono))))[
        : round(seconds * decoding.SAMPLE_RATE)
    ]


def stages(path: Path) -> dict[str, float]:
    """Wall and CPU seconds, all threads together, of each stage of one take in this process."""
    laps, before = {}, _clocks()

    def lap(name: str) -> None:
        nonlocal before
        laps[name], before = _clocks() - before, _clocks()

    sound = decoding.load(path)
    lap("decode")
    masks = diarize(sound).masks
    lap("speakers")
    encoded = features.encode(sound.mono, masks)
    lap("encode")
    intents = sample_intents(load_model(), condition.build(encoded, masks, Layout()), 0)
    lap("denoise")
    gaze.aim(intents, room_poses(Layout()), [gaze.Geometry.of(load(name)) for name in HEADS])
    lap("aim")
    laps["all"] = sum(laps.values())
    return {f"{name} {unit}": float(t) for name, both in laps.items() for unit, t in zip(UNITS, both, strict=True)}


def _clocks() -> np.ndarray:
    """(2,) wall and CPU seconds since an arbitrary start."""
    return np.array([time.perf_counter(), time.process_time()])


def child(*arguments: str) -> tuple[float, float, str]:
    """Wall seconds, CPU seconds and output of a fresh Python process. Raises RuntimeError where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)  # of this child alone, unlike getrusage
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} exited with {process.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, said


def cold(*arguments: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory (MB) of ``python -m`` with ``arguments``."""
    seconds, processor, said = child("-c", WITH_PEAK, *arguments)
    return seconds, processor, int(said.split()[-1]) / 1024


def gemm_peak() -> float:
    """GFLOP/s of a large single-precision matrix product: the machine's peak."""
    a, b = torch.randn(2, 1536, 1536)
    a @ b
    started = time.perf_counter()
    for _ in range(10):
        a @ b
    return 10 * 2 * 1536**3 / (time.perf_counter() - started) / 1e9


def wav2vec_seconds(mono: np.ndarray) -> float:
    """Wall seconds of an untrained encoder with the shape of wav2vec 2.0 base, in windows of 10 s; mono: (N,)."""
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    model = Wav2Vec2Model(Wav2Vec2Config()).eval()
    window = 10 * decoding.SAMPLE_RATE
    started = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(mono), window):
            model(torch.from_numpy(mono[start : start + window])[None])
    return time.perf_counter() - started


def rhubarb_seconds(program: Path, path: Path, recognizer: str) -> float:
    """Wall seconds of Rhubarb Lip Sync on one thread (visemes of one voice, no head)."""
    started = time.perf_counter()
    mouth_cues(program, path, recognizer)
    return time.perf_counter() - started


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate cost``."""
    parser.add_argument(
        "--seconds", type=float, nargs="+", default=[10.0, 60.0, 600.0], help="lengths of the recording"
    )
    parser.add_argument("--rhubarb", type=Path, help="program of Rhubarb Lip Sync, to compare with")
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Print a row for each length, and the machine's peak."""
    results = {"threads": torch.get_num_threads(), "GFLOP/s": round(gemm_peak(), 1), "lengths": {}}
    with tempfile.TemporaryDirectory() as folder:
        for seconds in arguments.seconds:
            path = Path(folder) / "talk.wav"
            soundfile.write(path, recording(seconds), decoding.SAMPLE_RATE, subtype="PCM_16")
            row = _measure(path, Path(folder) / "take.npz", arguments.rhubarb)
            results["lengths"][f"{seconds:g} s"] = row
            print(f"{seconds:g} s: " + ", ".join(f"{name} {value:.2f}" for name, value in row.items()), flush=True)
    results["peak MB of this process"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{results['threads']} threads, GEMM peak {results['GFLOP/s']} GFLOP/s")
    if arguments.out:
        report.write_json(arguments.out, results)


def _measure(path: Path, take: Path, program: Path | None) -> dict[str, float]:
    row = {}
    for name in (engine.ONNX_RUNTIME, engine.PYTORCH):
        arguments = ("core", "--engine", name, "generate", str(path), "--out", str(take))
        row |= {f"{name} {unit}": value for unit, value in zip(COLD, cold(*arguments), strict=True)}
        engine.use(name)
        stages(SAMPLE)  # warm up: loads everything once
        row |= {f"{name} {stage}": value for stage, value in stages(path).items()}
    if importlib.util.find_spec("bpy"):
        scene = child("batch.py", "--audio", str(path), "--output", str(take.with_suffix(".blend")))
        row |= {"to a new .blend s": scene[0], "to a new .blend CPU s": scene[1]}
        bake = child("batch.py", "--audio", str(path), "--play", str(take), "--output", str(take.with_suffix(".blend")))
        row |= {"bake s": bake[0], "bake CPU s": bake[1]}  # with Blender's start, adding the heads, and saving
    mono = decoding.load(path).mono
    if len(mono) <= 60 * decoding.SAMPLE_RATE:
        row["wav2vec-shaped encoder s"] = wav2vec_seconds(mono)
    if program:
        row |= {f"Rhubarb {kind} s": rhubarb_seconds(program, path, kind) for kind in RECOGNIZERS}
    return row
