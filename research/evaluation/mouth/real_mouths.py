"""Lips against the real mouths of ``video/liptruth``, which measure only: ``python -m research evaluate mouths``.

The opening of the head's lips over the distance of its outer eye corners is compared with the film's, after moving it
by the clip's own offset between picture and sound.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from core import generate, heads
from core.audio import SAMPLES_PER_FRAME, prosody
from core.errors import UserError
from core.generator import condition, sampling
from core.layout import Layout
from core.motion import CHANNELS, MOTION_FPS
from core.postprocess import lip_closure
from core.speech import features as voice
from core.timeseries import runs

from ...corpora import recordings
from ...simulator.dialogue import Dialogue, Span
from ...simulator.synthesize import synthesize
from .. import report
from . import curves as mouth_curves
from . import events, timing

LONG = 10.0  # s; long clips tell good lips from merely loud ones
LONGEST_CLOSURE = 10  # frames; what is longer is a mouth at rest
SEAL, APERTURE = voice.FEATURES["seal"].start, voice.FEATURES["aperture"].start
CONTEXT = 3  # frames on either side that the linear map sees
RIDGE = 100.0
WIDE = 15.0  # mm, how far our heads' lips part in usual speech
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Clip:
    """A talking face: its sound's features and how far its mouth is open, moved to the sound's time."""

    name: str
    features: np.ndarray  # (T, WIDTH)
    level: np.ndarray  # (T,) dB
    opening: np.ndarray  # (T,) in outer-eye-corner distances; nan where unknown
    closed: np.ndarray  # (T,) bool
    told: np.ndarray  # (2, T, K) what the network is told
    mono: np.ndarray  # (N,) the sound
    counted: bool  # into the summary numbers of mouth_statistics.json; what is made of them is judged on the others

    @property
    def long(self) -> bool:
        return len(self.opening) / MOTION_FPS > LONG


Curve = Callable[[Clip], np.ndarray]


def read_clips(data: Path) -> list[Clip]:
    """All clips in which the face that is seen speaks."""
    paths = sorted((Path(data) / "video" / "liptruth").glob("*.npz"))
    if not paths:
        raise UserError(
            f'There are no clips in "{data}/video/liptruth". Give the folder that holds "video" with --data.'
        )
    paths = [path for path in paths if "silent" not in path.name]
    people = sorted({speaker_of(path.stem) for path in paths})
    return [_read_clip(path, people.index(speaker_of(path.stem)) % 2 == 0) for path in paths]


def speaker_of(name: str) -> str:
    """Who is seen in a clip, by its name; every second speaker in alphabetical order is counted.

    >>> speaker_of("lipread_w_nicole_world"), speaker_of("mead_M003_level_1_disgusted_015"), speaker_of("vlog_man")
    ('lipread_w_nicole', 'mead_M003', 'vlog_man')
    """
    parts = name.split("_")
    if name.startswith("lipread_s_"):
        return "lipread_s"
    return "_".join(parts[: {"lipread": 3, "mead": 2}.get(parts[0], len(parts))])


def _read_clip(path: Path, counted: bool) -> Clip:
    with np.load(path, allow_pickle=False) as file:
        mouth, valid = file["mouth_open"].astype(float), file["valid"].astype(bool)
        sound, late = file["wav"].astype(np.float32) / 32768, int(file["av_offset_frames"])
        threshold = float(file["closed_threshold"])
    frames = len(mouth)
    mono = np.zeros(frames * SAMPLES_PER_FRAME, np.float32)
    mono[: len(sound)] = sound[: len(mono)]
    masks = np.stack([speaking(mono), np.zeros(frames, np.float32)])
    features = voice.encode(mono, masks)
    there = np.arange(frames) + late
    known = (there >= 0) & (there < frames)
    opening = np.full(frames, np.nan)
    opening[known] = np.where(valid, mouth, np.nan)[there[known]]
    told = condition.build(features, masks, Layout())
    return Clip(path.stem, features[0], prosody.level(mono)[::2], opening, opening <= threshold, told, mono, counted)


def speaking(mono: np.ndarray) -> np.ndarray:
    """(T,) 1 within 0.2 s of sound that is less than 30 dB under the voice."""
    level = prosody.level(mono)[::2]
    loud = level > np.percentile(level, 90) - 30
    return (np.convolve(loud, np.ones(11), "same") > 0).astype(np.float32)


def networks(seed: int) -> dict[str, Curve]:
    """The generator's lip gap on the woman's head over her outer-eye distance, without and with the guard."""
    model, woman = generate.load_model(), heads.load("woman")
    corners = [woman.rest[woman.landmarks[f"eye_outer_{side}"]] for side in ("left", "right")]
    scale = 1000 * np.linalg.norm(corners[0] - corners[1])

    @cache
    def sample(clip: Clip) -> np.ndarray:
        return sampling.sample_intents(model, clip.told, seed)[0, :, CHANNELS["expression"]]

    def guarded(clip: Clip) -> np.ndarray:
        sealed = lip_closure.enforce_closures(sample(clip), clip.features[:, SEAL], clip.told[0, :, condition.OWN_MASK])
        return mouth_curves.read_mouth(woman, sealed).gap / scale

    return {"network": lambda clip: mouth_curves.read_mouth(woman, sample(clip)).gap / scale, "with guard": guarded}


def teacher(clips: list[Clip], labels: Path, seed: int) -> tuple[Curve, list[Clip]]:
    """The teacher's lip gap on the phones in ``labels``, the ceiling of what can be learnt; and the clips there."""
    woman, phones = heads.load("woman"), {}
    for clip in clips:
        path = Path(labels) / f"{clip.name}.phones.csv"
        if path.is_file():
            phones[clip.name] = tuple((p.start, p.end, p.name) for p in recordings.read_phones(path) if p.name != "SIL")

    def curve(clip: Clip) -> np.ndarray:
        own = phones[clip.name]
        tracks = np.stack([clip.mono, np.zeros_like(clip.mono)])
        # the teacher plays two people: the other one is given the floor at the end
        turns = (Span(own[0][0], own[-1][1], 0), Span(own[-1][1], own[-1][1] + 0.01, 1))
        talk = Dialogue(clip.mono, tracks, turns, (), turns, (own, ()), ("seen", "unseen"), seed)
        face = synthesize(talk, Layout(), seed)[0, :, CHANNELS["expression"]]
        return mouth_curves.read_mouth(woman, face).gap[: len(clip.opening)]

    return curve, [clip for clip in clips if clip.name in phones]


def linear_map(clips: list[Clip]) -> Curve:
    """Ridge regression from the spectrum's 96 columns and the level, +-3 frames, fitted on all other clips."""
    inputs = {clip.name: _inputs(clip) for clip in clips}
    sums = {clip.name: _normal_equations(inputs[clip.name], clip) for clip in clips}
    whole = [sum(part) for part in zip(*sums.values(), strict=True)]

    def curve(clip: Clip) -> np.ndarray:
        left, right = (total - own for total, own in zip(whole, sums[clip.name], strict=True))
        return inputs[clip.name] @ np.linalg.solve(left + RIDGE * np.eye(len(left)), right)

    return curve


def _inputs(clip: Clip) -> np.ndarray:
    chosen = np.c_[clip.features[:, voice.FEATURES["spectrum"]], clip.features[:, voice.FEATURES["level"]]]
    rows = np.arange(len(chosen))[:, None] + np.arange(-CONTEXT, CONTEXT + 1)
    return np.c_[chosen[rows.clip(0, len(chosen) - 1)].reshape(len(chosen), -1), np.ones(len(chosen))]


def _normal_equations(inputs: np.ndarray, clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(clip.opening)
    x, y = inputs[known], clip.opening[known] / np.nanpercentile(clip.opening, 95)
    weight = 1 / max(1, len(x) / 300) ** 0.5  # a long clip is still one person
    return x.T @ x * weight, x.T @ y * weight


def correlation(clip: Clip, curve: np.ndarray) -> float:
    """Pearson's r with the real opening where it is known."""
    known = np.isfinite(clip.opening)
    return float(np.corrcoef(curve[known], clip.opening[known])[0, 1]) if curve[known].std() > 1e-9 else 0.0


def closures_found(clip: Clip, curve: np.ndarray) -> tuple[int, int]:
    """Real closures within a frame of a closed frame of the curve, and all; it is closed as often as the real mouth."""
    share = clip.closed.sum() / max(1, np.isfinite(clip.opening).sum())
    closed = curve <= np.quantile(curve, share)
    real = [run for run in runs(clip.closed) if run[1] - run[0] <= LONGEST_CLOSURE]
    return sum(bool(closed[max(0, a - 1) : b + 1].any()) for a, b in real), len(real)


def aperture(clip: Clip) -> np.ndarray:
    """(T,) the opening that the articulation head hears."""
    return clip.features[:, APERTURE]


def agreement(name: str, curve: Curve, clips: list[Clip]) -> list[report.Measure]:
    """Correlation: median over all clips, the long ones, and those that were not counted into the statistics."""
    r = np.array([correlation(clip, curve(clip)) for clip in clips])
    long, unseen = np.array([clip.long for clip in clips]), ~np.array([clip.counted for clip in clips])
    made = []
    for label, chosen in (
        ("r, median", np.ones(len(r), bool)),
        ("r, not counted", unseen),
        ("r, long clips", long),
        ("r, long, not counted", long & unseen),
    ):
        if not chosen.any():
            continue
        values = r[chosen]
        low, high = report.interval(lambda picked, v=values: np.median(v[picked]), len(values))
        made.append(report.Measure(label, name, float(np.median(values)), low, high, "", len(values), "liptruth"))
    if long.any():
        worst = float(r[long].min())
        made.append(report.Measure("r, worst long clip", name, worst, NAN, NAN, "", int(long.sum()), "liptruth"))
    return made


def measures(name: str, curve: Curve, clips: list[Clip]) -> list[report.Measure]:
    """Agreement with the real mouths; closures found; how it moves."""
    curves = [curve(clip) for clip in clips]
    found = np.array([closures_found(clip, c) for clip, c in zip(clips, curves, strict=True)])
    made = agreement(name, curve, clips)
    pooled = lambda chosen: found[chosen, 0].sum() / max(1, found[chosen, 1].sum())  # noqa: E731
    low, high = report.interval(pooled, len(found))
    made.append(report.Measure("closures found", name, pooled(slice(None)), low, high, "", len(found), "liptruth"))
    moves = [movement(clip, c) for clip, c in zip(clips, curves, strict=True)]
    made += [_median(key, name, np.array([m[key] for m in moves])) for key in moves[0]]
    return made + loudness_gap(name, curves, clips)


def _median(metric: str, name: str, values: np.ndarray) -> report.Measure:
    values = values[np.isfinite(values)]
    low, high = report.interval(lambda chosen: np.median(values[chosen]), len(values))
    unit = "ms" if metric in ("lag", "MTM") else ""
    return report.Measure(metric, name, float(np.median(values)), low, high, unit, len(values), "liptruth")


def movement(clip: Clip, curve: np.ndarray) -> dict[str, float]:
    """When and how fast ``curve`` (T,) moves, beside the real mouth, where that is known."""
    known = _longest_known(clip)
    real, ours = (c[known] / max(1e-9, np.percentile(c[known], 95)) for c in (clip.opening, curve))
    slow = [np.percentile(np.abs(np.diff(c)), 95) for c in (ours, real)]
    return {
        "lag": 1000 * events.lag(ours, real),
        "MTM": 1000 * timing.turning_error(ours, real),
        "speed, p95 over people's": float(slow[0] / slow[1]),
        "power over 8 Hz over people's": events.tremor(ours) / events.tremor(real),
        "freeze": _freeze(ours),
        "freeze, people": _freeze(real),
    }


def _freeze(opening: np.ndarray) -> float:
    """METRICS' share of frozen frames, of an opening whose 95th percentile is 1, on a head that opens 15 mm."""
    return events.freeze(opening * WIDE, opening > 0.1)


def _longest_known(clip: Clip) -> slice:
    return slice(*max(runs(np.isfinite(clip.opening)), key=lambda run: run[1] - run[0]))


def loudness_gap(name: str, curves: list[np.ndarray], clips: list[Clip]) -> list[report.Measure]:
    """SLCC gap: how much tighter or looser than people's the opening follows loudness; none where all are short."""
    bonds = []
    for clip, curve in zip(clips, curves, strict=True):
        known = _longest_known(clip)
        if known.stop - known.start < 3 * MOTION_FPS:
            continue
        pair = [timing.loudness_bond(clip.level[known], c[known]) for c in (curve, clip.opening)]
        bonds.append(np.stack(pair, axis=1))  # (N, ours and people's, loudness and opening)

    def gap(chosen) -> float:
        rows = np.concatenate([bonds[i] for i in chosen])
        ours, people = (np.corrcoef(rows[:, k].T)[0, 1] for k in (0, 1))
        return abs(float(ours - people))

    if not bonds:
        return []
    low, high = report.interval(gap, len(bonds), 300)
    return [report.Measure("SLCC gap", name, gap(range(len(bonds))), low, high, "", len(bonds), "liptruth")]


def add_arguments(parser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/liptruth")
    parser.add_argument("--labels", type=Path, help='of the clips whose words are known: made by "evaluate clips"')
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="all numbers as JSON")


def main(args) -> None:
    """Print the table."""
    clips = read_clips(args.data)
    systems = {
        "loudness": lambda clip: clip.level - clip.level.min(),
        "wrong sound": lambda clip: np.roll(clip.features[:, APERTURE], len(clip.opening) // 2),
        "linear map": linear_map(clips),
        "head's aperture": aperture,
    }
    if generate.GENERATOR.is_file():
        systems |= networks(args.seed)
    found = [m for name, curve in systems.items() for m in measures(name, curve, clips)]
    print(report.table(found))
    if args.labels:
        ceiling, known = teacher(clips, args.labels, args.seed)
        beside = systems | {"teacher on true phones": ceiling}
        rows = [m for name, curve in beside.items() for m in measures(name, curve, known)]
        print(f"\nThe {len(known)} clips whose words are known:\n{report.table(rows)}")
        found += rows
    if args.out:
        report.write_json(args.out, found, command="evaluate mouths", seed=str(args.seed))
