"""What a take costs: seconds by stage, cold and warm, and memory, with a peer and the machine's limit (METRICS H).

    python -m research evaluate cost --seconds 10 60 600 --rhubarb node_modules/…/rhubarb --out cost.json

Beside the seconds on the clock stand the processor's, which say the same on a machine that is busy with other things.
"""

import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
import torch

from core import gaze
from core.audio import decoding
from core.diarization.diarize import diarize
from core.files import replacing
from core.generate import load_model
from core.generator import condition
from core.generator.sampling import sample_intents
from core.heads import load
from core.layout import Layout, room_poses
from core.speech import features as voice

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets/sample/dialogue.flac"
UNITS = ("s", "CPU s")
COLD = ("cold s", "cold CPU s", "cold peak MB")


def recording(seconds: float) -> np.ndarray:
    """(N,) float32: the bundled dialogue, said again and again."""
    mono = decoding.load(SAMPLE).mono
    return np.tile(mono, int(np.ceil(seconds * decoding.SAMPLE_RATE / len(mono))))[
        : round(seconds * decoding.SAMPLE_RATE)
    ]


def write_wav(path: Path, mono: np.ndarray) -> None:
    """16 kHz, 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, decoding.SAMPLE_RATE, len(mono), "NONE", ""))
        file.writeframes(np.round(mono * 32767).astype("<i2").tobytes())


def stages(path: Path) -> dict[str, float]:
    """Seconds of each stage of one take, in this process, and of the processor, all threads together."""
    laps, before = {}, _clocks()

    def lap(name: str) -> None:
        nonlocal before
        laps[name], before = _clocks() - before, _clocks()

    sound = decoding.load(path)
    lap("decode")
    masks = diarize(sound).masks
    lap("speakers")
    features = voice.encode(sound.mono, masks)
    lap("encode")
    intents = sample_intents(load_model(), condition.build(features, masks, Layout()), 0)
    lap("denoise")
    gaze.aim(intents, room_poses(Layout()), [gaze.Geometry.of(load(name)) for name in ("man", "woman")])
    lap("aim")
    laps["all"] = sum(laps.values())
    return {f"{name} {unit}": float(t) for name, both in laps.items() for unit, t in zip(UNITS, both, strict=True)}


def _clocks() -> np.ndarray:
    """(2,) seconds on the clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def child(*arguments: str) -> tuple[float, float, float]:
    """Seconds, of the processor too, and peak memory, MB, of a Python process started from nothing.

    The peak is never less than what this process holds: Linux hands its own on through fork and exec.
    """
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # unlike getrusage, this child's memory alone
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def matrix_product_limit() -> float:
    """GFLOP/s of a large single-precision matrix product: what the machine can do at best."""
    a, b = torch.randn(2, 1536, 1536)
    a @ b
    started = time.perf_counter()
    for _ in range(10):
        a @ b
    return 10 * 2 * 1536**3 / (time.perf_counter() - started) / 1e9


def wav2vec_shaped(mono: np.ndarray) -> float:
    """Seconds that an encoder of wav2vec 2.0 base's shape (the paper's), untrained, takes for the same sound."""
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    model = Wav2Vec2Model(Wav2Vec2Config()).eval()
    window = 10 * decoding.SAMPLE_RATE
    started = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(mono), window):
            model(torch.from_numpy(mono[start : start + window])[None])
    return time.perf_counter() - started


def rhubarb(program: str, path: Path, recognizer: str) -> float:
    """Seconds that Rhubarb Lip Sync takes for the same sound, one thread (it hears one voice, and knows no heads)."""
    started = time.perf_counter()
    command = [program, "-r", recognizer, "-f", "json", "-q", "--threads", "1", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def add_arguments(parser) -> None:
    """What ``python -m research evaluate cost`` takes."""
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 60.0, 600.0], help="lengths of the sound")
    parser.add_argument("--rhubarb", help="the peer's program, where it is installed")
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def main(arguments) -> None:
    """Print a row for each length, and the limits."""
    found = {"threads": torch.get_num_threads(), "GFLOP/s": round(matrix_product_limit(), 1), "lengths": {}}
    with tempfile.TemporaryDirectory() as folder:
        for seconds in arguments.seconds:
            path = Path(folder) / "talk.wav"
            write_wav(path, recording(seconds))
            row = _measure(path, Path(folder) / "take.npz", arguments.rhubarb)
            found["lengths"][f"{seconds:g} s"] = row
            print(f"{seconds:g} s: " + ", ".join(f"{name} {value:.2f}" for name, value in row.items()), flush=True)
    found["peak MB here"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{found['threads']} threads, matrix product {found['GFLOP/s']} GFLOP/s")
    if arguments.out:
        with replacing(arguments.out) as file:
            file.write(json.dumps(found, indent=1).encode())


def _measure(path: Path, take: Path, program: str | None) -> dict[str, float]:
    row = dict(zip(COLD, child("-m", "core", "generate", str(path), "--out", str(take)), strict=True))
    if importlib.util.find_spec("bpy"):
        scene = child("batch.py", "--audio", str(path), "--output", str(take.with_suffix(".blend")))
        row |= {"to a new .blend s": scene[0], "to a new .blend CPU s": scene[1]}
        played = child(
            "batch.py", "--audio", str(path), "--play", str(take), "--output", str(take.with_suffix(".blend"))
        )
        row |= {"bake s": played[0], "bake CPU s": played[1]}  # with Blender's start, heads added, and saving
    stages(SAMPLE)  # warm: everything loaded once
    row |= stages(path)
    mono = decoding.load(path).mono
    if len(mono) <= 60 * decoding.SAMPLE_RATE:
        row["wav2vec-shaped encoder s"] = wav2vec_shaped(mono)
    if program:
        row |= {f"Rhubarb {kind} s": rhubarb(program, path, kind) for kind in ("phonetic", "pocketSphinx")}
    return row
