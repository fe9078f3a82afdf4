"""What must not change a take, and what joints and length do to it (METRICS G).

    python -m research evaluate invariance --data ../shared/data --seconds 60 --minutes 10 --out invariance.json

Each recording is heard again changed: later, louder, upside down, in stereo. The take is laid over the first one and
the distance told in millimetres, beside that of another seed, which is how far two performances of one sound lie apart.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from core import heads, resample
from core.audio import decoding
from core.generate import generate, load_model
from core.generator import condition, diffusion
from core.layout import Layout
from core.motion import CHANNELS, WIDTH, HeadMotion, Take
from core.speech import features as voice

from . import report
from .cost import SAMPLE, recording
from .dyad import distribution

SHIFT = 10  # frames, 0.4 s
DECIBELS = 12.0
RATES = (24.0, 25.0, 30 / 1.001, 30.0, 50.0, 60.0)  # scene frames a second
HEADS = ("man", "woman")
POSE = slice(CHANNELS["expression"].stop, WIDTH)
FACE_COLUMNS = np.arange(WIDTH) < POSE.start
EVERY = 5  # frames between those whose whole lips are measured
MINUTE = 60 * 25  # frames
SEAM_REACH = 1  # frames beside a joint that belong to it

Change = Callable[[np.ndarray], np.ndarray]  # (N,) sound at 16 kHz -> (N',) or (2, N')
CHANGES: dict[str, Change] = {
    "0.4 s later": lambda mono: np.pad(mono, (SHIFT * decoding.SAMPLES_PER_FRAME, 0)),
    "12 dB louder": lambda mono: mono * 10 ** (DECIBELS / 20),
    "12 dB softer": lambda mono: mono * 10 ** (-DECIBELS / 20),
    "polarity turned": lambda mono: -mono,
    "stereo": lambda mono: np.stack([mono, mono]),
    "stereo, off centre": lambda mono: np.stack([mono, 0.5 * mono]),
}


def distances(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """How far two motions (2, T, 59) lie apart: lips within the head, and nose with the head, mean millimetres."""
    apart = []
    for name, one, other in zip(HEADS, a[:, ::EVERY], b[:, ::EVERY], strict=True):
        face = heads.load(name)
        mouth = np.flatnonzero(face.masks["lips"] > 0.5)
        still = [HeadMotion(np.where(FACE_COLUMNS, x, 0).astype(np.float32)) for x in (one, other)]
        whole = [HeadMotion(np.where(FACE_COLUMNS, 0, x).astype(np.float32)) for x in (one, other)]
        apart.append([_mean_distance(face, still, mouth), _mean_distance(face, whole, [face.landmarks["nose_tip"]])])
    return tuple(float(x) for x in np.mean(apart, axis=0))


def _mean_distance(face: heads.Head, motions: list[HeadMotion], vertices) -> float:
    first, second = (face.vertices(motion, only=vertices) for motion in motions)
    return 1000 * float(np.linalg.norm(first - second, axis=-1).mean())


def packed(take: Take) -> np.ndarray:
    """(2, T, 59) both motions."""
    return np.stack([motion.packed for motion in take.motions])


def make(samples: np.ndarray, seed: int = 0) -> Take:
    """A take of samples, (N,) or (2, N)."""
    return generate(decoding.from_samples(samples), Layout(), seed=seed, heads=HEADS)


def of_recording(mono: np.ndarray) -> dict[str, dict[str, float]]:
    """For each change, how far the take goes from that of ``mono``: masks (share), lips and head (mm)."""
    first = make(mono)
    found = {}
    for name, change in CHANGES.items():
        other = make(change(mono))
        found[name] = _compared(first, other, len(other) - len(first))
    found["another seed"] = _compared(first, make(mono, seed=1))
    again = make(mono)
    found["same seed"] = _compared(first, again) | {"same bits": float(np.array_equal(packed(first), packed(again)))}
    return found | {"A and B swapped": swapped(mono, first.speaking)} | _at_scene_rates(packed(first))


def _compared(first: Take, other: Take, later: int = 0) -> dict[str, float]:
    lips_mm, head_mm = distances(packed(first), packed(other)[:, later:])
    return {"masks": _gap(first.speaking, other.speaking[:, later:]), "lips": lips_mm, "head": head_mm}


def _gap(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).mean())


def swapped(mono: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    """With masks (2, T) and noise of both people exchanged, voices and motion should be exchanged and nothing else.

    voices: mean difference of the features; motion: the greatest of what the network makes of noisy motion, in stds
    """
    frames = min(masks.shape[1], diffusion.WINDOW)
    slow = diffusion.slow_columns(load_model().network.config.intent)
    noisy, levels = diffusion.noise(0, frames, slow)[None], torch.full((1, 2, frames), 0.5)
    heard, made = [], []
    for order in (slice(None), slice(None, None, -1)):
        own = np.ascontiguousarray(masks[order])
        features = voice.encode(mono, own)
        told = torch.from_numpy(condition.build(features, own, Layout()))
        begin = noisy if order.step is None else noisy.flip(1)
        made.append(diffusion.predictor(load_model().network, told)(begin, levels, [0])[0].numpy()[order])
        heard.append(features[order])
    return {"voices": _gap(*heard), "motion": float(np.abs(made[0] - made[1]).max())}


def _at_scene_rates(motions: np.ndarray) -> dict[str, dict[str, float]]:
    """The take at a scene's frames and read back at its own: what of it is lost."""
    return {f"at {rate:.4g} fps": dict(zip(("lips", "head"), at_rate(motions, rate), strict=True)) for rate in RATES}


def at_rate(motions: np.ndarray, rate: float) -> tuple[float, float]:
    frames, back = motions.shape[1], []
    for motion in motions:
        scene = resample.scene_motion(HeadMotion(motion), rate)
        at = (np.arange(frames) + 0.5) / 25 * rate
        back.append(resample.interpolate(scene.packed, at))
    return distances(motions, np.stack(back))


def seam(motions: np.ndarray, joints: np.ndarray) -> float:
    """Mean change from frame to frame at ``joints`` over that elsewhere, every channel by its own usual change.

    motions: (2, T, D); joints: first frames of what follows a joint
    """
    change = np.abs(np.diff(motions, axis=1))
    usual = change.mean(axis=1, keepdims=True)
    change = (change / np.where(usual > 1e-7, usual, np.inf)).mean(axis=(0, 2))  # (T - 1,)
    near = np.zeros(len(change), bool)
    for offset in range(-SEAM_REACH, SEAM_REACH + 1):
        near[np.clip(joints - 1 + offset, 0, len(change) - 1)] = True
    return float(change[near].mean() / change[~near].mean())


def sampler_joints(frames: int) -> np.ndarray:
    """Frames where a window of the generator begins or ends within the recording."""
    starts = np.array(diffusion.windows(frames))
    edges = np.concatenate([starts, starts + diffusion.WINDOW])
    return np.unique(edges[(edges > 0) & (edges < frames)])


def listening_joints(frames: int) -> np.ndarray:
    """Frames where a window of the voice encoder begins or ends within the recording."""
    edges = np.array(list(voice.windows(frames))).ravel()
    return np.unique(edges[(edges > 0) & (edges < frames)])


def drift(motions: np.ndarray) -> tuple[float, float]:
    """FD of the last minute against the first, and the mean FD of each other minute against the first: (2, T, 59)."""
    reference = distribution.Reference.fit([motions])
    minutes = [motions[:, start : start + MINUTE] for start in range(0, motions.shape[1] - MINUTE + 1, MINUTE)]
    first, *others = (distribution.frame_moments(m, reference, POSE, False) for m in minutes)
    away = [distribution.frechet(first, other) for other in others]
    return float(away[-1]), float(np.mean(away[:-1]))


def long_form(mono: np.ndarray) -> dict[str, float]:
    """Seams and drift of one long take."""
    motions = packed(make(mono))
    frames = motions.shape[1]
    found = {
        "seam, generator": seam(motions, sampler_joints(frames)),
        "seam, listening": seam(motions, listening_joints(frames)),
    }
    if frames >= 3 * MINUTE:
        found |= dict(zip(("drift of the last minute", "drift of the others"), drift(motions), strict=True))
    return found


def read_sounds(data: Path | None, seconds: float) -> dict[str, np.ndarray]:
    """The bundled dialogue, and the beginnings of the recordings in ``data``/conversations, by name."""
    sounds = {"sample": decoding.load(SAMPLE, duration=seconds).mono}
    files = sorted((Path(data) / "conversations").glob("*")) if data else []
    kept = [f for f in files if f.suffix in (".flac", ".opus", ".wav") and ".AB_" not in f.name]
    return sounds | {file.stem: decoding.load(file, duration=seconds).mono for file in kept}


def add_arguments(parser) -> None:
    """What ``python -m research evaluate invariance`` takes."""
    parser.add_argument("--data", type=Path, help='the folder that holds "conversations"; without it the sample alone')
    parser.add_argument("--seconds", type=float, default=60.0, help="of each recording")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the long take; 0 leaves it out")
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def main(arguments) -> None:
    """Print a row for each change."""
    rows = []
    for name, mono in read_sounds(arguments.data, arguments.seconds).items():
        rows.append(of_recording(mono))
        print(f"{name}: another seed is {rows[-1]['another seed']['lips']:.2f} mm of lips away", flush=True)
    measures = [
        report.mean(change, what, [row[change][what] for row in rows], "", "T5")
        for change, numbers in rows[0].items()
        for what in numbers
    ]
    if arguments.minutes:
        nan = float("nan")
        for metric, value in long_form(recording(60 * arguments.minutes)).items():
            measures.append(report.Measure(metric, "ratio", value, nan, nan, "", 1, "T5"))
    print(report.table(measures))
    if arguments.out:
        report.write_json(arguments.out, measures, weights=load_model().sha256, data=str(arguments.data))
