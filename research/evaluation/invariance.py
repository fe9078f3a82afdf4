"""Invariance of takes under changes of the recording, and seams and drift of long takes (METRICS G).

    python -m research evaluate invariance --data ../shared/data --seconds 60 --minutes 10 --out invariance.json

Each recording is changed (delay, gain, polarity, stereo) and its take compared, after alignment, with the take of the
original, in millimetres; the distance between takes of two seeds is given for comparison.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core import heads, resample
from core.audio import decoding
from core.generate import generate, load_model
from core.generator import condition, ddim, initial_noise, window_averaging
from core.layout import Layout
from core.motion import CHANNELS, MOTION_FPS, WIDTH, HeadMotion, Take
from core.speech import features
from core.speech.windows import windows

from . import HEADS, report
from .cost import SAMPLE, recording
from .dyad import distribution

SHIFT = 10  # frames, 0.4 s
DECIBELS = 12.0
RATES = (24.0, 25.0, 30 / 1.001, 30.0, 50.0, 60.0)  # scene frames a second
EXPRESSION = CHANNELS["expression"]
POSE = slice(EXPRESSION.stop, WIDTH)
EVERY = 5  # frames, at which vertices are compared
MINUTE = 60 * MOTION_FPS  # frames
SEAM_REACH = 1  # frames on either side of a joint that belong to it

Change = Callable[[np.ndarray], np.ndarray]  # (N,) audio at 16 kHz -> (N',) or (2, N')
CHANGES: dict[str, Change] = {
    "0.4 s later": lambda mono: np.pad(mono, (SHIFT * decoding.SAMPLES_PER_FRAME, 0)),
    "12 dB louder": lambda mono: mono * 10 ** (DECIBELS / 20),
    "12 dB softer": lambda mono: mono * 10 ** (-DECIBELS / 20),
    "polarity inverted": lambda mono: -mono,
    "stereo": lambda mono: np.stack([mono, mono]),
    "stereo, off centre": lambda mono: np.stack([mono, 0.5 * mono]),
}


def distances(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Mean distance of two motions (2, T, 59), mm: of the lip vertices in the head, and of the nose tip in the room."""
    apart = []
    for name, one, other in zip(HEADS, a[:, ::EVERY], b[:, ::EVERY], strict=True):
        head = heads.load(name)
        lips = np.flatnonzero(head.masks["lips"] > 0.5)
        faces = [_only(EXPRESSION, x) for x in (one, other)]
        poses = [_only(POSE, x) for x in (one, other)]
        apart.append([_mean_distance(head, faces, lips), _mean_distance(head, poses, [head.landmarks["nose_tip"]])])
    return tuple(float(x) for x in np.mean(apart, axis=0))


def _only(channels: slice, packed: np.ndarray) -> HeadMotion:
    """Motion (T, 59) with all other channels at rest."""
    kept = np.zeros(packed.shape, np.float32)
    kept[:, channels] = packed[:, channels]
    return HeadMotion(kept)


def _mean_distance(head: heads.Head, motions: list[HeadMotion], vertices) -> float:
    first, second = (head.vertices(motion, only=vertices) for motion in motions)
    return 1000 * float(np.linalg.norm(first - second, axis=-1).mean())


def packed(take: Take) -> np.ndarray:
    """(2, T, 59) both motions."""
    return np.stack([motion.packed for motion in take.motions])


def make(samples: np.ndarray, seed: int = 0) -> Take:
    """A take of samples (N,) or (2, N) at 16 kHz."""
    return generate(decoding.from_samples(samples), Layout(), seed=seed, heads=HEADS)


def changes_of(mono: np.ndarray) -> dict[str, dict[str, float]]:
    """For each change, the distance of the take from that of ``mono``: masks (mean abs), lips and head (mm)."""
    first = make(mono)
    distance = {}
    for name, change in CHANGES.items():
        other = make(change(mono))
        distance[name] = _compared(first, other, len(other) - len(first))
    distance["another seed"] = _compared(first, make(mono, seed=1))
    again = make(mono)
    distance["same seed"] = _compared(first, again) | {"same bits": float(np.array_equal(packed(first), packed(again)))}
    return distance | {"A and B swapped": swapped(mono, first.speaking)} | _at_scene_rates(packed(first))


def _compared(first: Take, other: Take, delay: int = 0) -> dict[str, float]:
    lips_mm, head_mm = distances(packed(first), packed(other)[:, delay:])
    return {"masks": _mean_difference(first.speaking, other.speaking[:, delay:]), "lips": lips_mm, "head": head_mm}


def _mean_difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).mean())


def swapped(mono: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    """Equivariance: with masks (2, T) and noise of both people exchanged, features and motion must be exchanged too.

    returns: "voices", mean abs difference of the features; "motion", largest difference of one denoising step, in stds
    """
    frames = min(masks.shape[1], window_averaging.WINDOW)
    slow = initial_noise.slow_columns(len(load_model().mean))
    noisy, levels = initial_noise.noise(0, frames, slow)[None], np.full((1, 2, frames), 0.5, np.float32)
    voices, denoised = [], []
    for order in (slice(None), slice(None, None, -1)):
        own = np.ascontiguousarray(masks[order])
        encoded = features.encode(mono, own)
        network_input = condition.build(encoded, own, Layout())
        start = noisy if order.step is None else noisy[:, ::-1]
        denoised.append(ddim.predictor(load_model().denoise, network_input)(start, levels, [0])[0][order])
        voices.append(encoded[order])
    return {"voices": _mean_difference(*voices), "motion": float(np.abs(denoised[0] - denoised[1]).max())}


def _at_scene_rates(motions: np.ndarray) -> dict[str, dict[str, float]]:
    """Distances of a motion resampled to each scene frame rate and back."""
    return {f"at {rate:.4g} fps": dict(zip(("lips", "head"), at_rate(motions, rate), strict=True)) for rate in RATES}


def at_rate(motions: np.ndarray, rate: float) -> tuple[float, float]:
    """Distances of a motion (2, T, 59) resampled to ``rate`` frames a second and back."""
    frames, back = motions.shape[1], []
    for motion in motions:
        scene = resample.scene_motion(HeadMotion(motion), rate)
        at = (np.arange(frames) + 0.5) / MOTION_FPS * rate
        back.append(resample.interpolate(scene.packed, at))
    return distances(motions, np.stack(back))


def seam(motions: np.ndarray, joints: np.ndarray) -> float:
    """Mean abs difference of frames at ``joints`` over that elsewhere, each channel normalized by its own mean.

    motions: (2, T, D); joints: first frames after a joint
    """
    change = np.abs(np.diff(motions, axis=1))
    usual = change.mean(axis=1, keepdims=True)
    change = (change / np.where(usual > 1e-7, usual, np.inf)).mean(axis=(0, 2))  # (T - 1,)
    near = np.zeros(len(change), bool)
    for offset in range(-SEAM_REACH, SEAM_REACH + 1):
        near[np.clip(joints - 1 + offset, 0, len(change) - 1)] = True
    return float(change[near].mean() / change[~near].mean())


def sampler_joints(frames: int) -> np.ndarray:
    """Frames at which a window of the generator begins or ends."""
    starts = np.array(window_averaging.windows(frames))
    edges = np.concatenate([starts, starts + window_averaging.WINDOW])
    return np.unique(edges[(edges > 0) & (edges < frames)])


def encoder_joints(frames: int) -> np.ndarray:
    """Frames at which a window of the voice encoder begins or ends."""
    edges = np.array(list(windows(frames))).ravel()
    return np.unique(edges[(edges > 0) & (edges < frames)])


def drift(motions: np.ndarray) -> tuple[float, float]:
    """FD of the last minute's poses (all but expression) to the first's, and mean FD of the others'; (2, T, 59)."""
    reference = distribution.Reference.fit([motions])
    minutes = [motions[:, start : start + MINUTE] for start in range(0, motions.shape[1] - MINUTE + 1, MINUTE)]
    first, *others = (distribution.frame_moments(m, reference, POSE, False) for m in minutes)
    away = [distribution.frechet(first, other) for other in others]
    return float(away[-1]), float(np.mean(away[:-1]))


def long_form(mono: np.ndarray) -> dict[str, float]:
    """Seams and drift of one long take."""
    motions = packed(make(mono))
    frames = motions.shape[1]
    values = {
        "seam, generator": seam(motions, sampler_joints(frames)),
        "seam, voice encoder": seam(motions, encoder_joints(frames)),
    }
    if frames >= 3 * MINUTE:
        values |= dict(zip(("drift of the last minute", "drift of the others"), drift(motions), strict=True))
    return values


def read_recordings(data: Path | None, seconds: float) -> dict[str, np.ndarray]:
    """The first ``seconds`` of the sample dialogue and of the recordings in ``data``/conversations, by name."""
    sounds = {"sample": decoding.load(SAMPLE, duration=seconds).mono}
    files = sorted((Path(data) / "conversations").glob("*")) if data else []
    kept = [f for f in files if f.suffix in (".flac", ".opus", ".wav") and ".AB_" not in f.name]
    return sounds | {file.stem: decoding.load(file, duration=seconds).mono for file in kept}


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate invariance``."""
    parser.add_argument(
        "--data", type=Path, help='the folder that holds "conversations"; default: the sample dialogue only'
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each recording")
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the long take; 0: none")
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Print a row for each change."""
    rows = []
    for name, mono in read_recordings(arguments.data, arguments.seconds).items():
        rows.append(changes_of(mono))
        print(f"{name}: another seed is {rows[-1]['another seed']['lips']:.2f} mm at the lips", flush=True)
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
        report.write_measures(arguments.out, measures, weights=load_model().sha256, data=str(arguments.data))
