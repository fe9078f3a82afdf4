"""Lips against people's mouths, measured in the clips of ``video/liptruth``: ``python -m research evaluate mouths``.

The lip gap of the head over the distance of its outer eye corners is compared with the opening in the video, which is
aligned with the audio by the clip's own offset.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from core import generate, heads
from core.generator import condition
from core.layout import Layout
from core.motion import CHANNELS, MOTION_FPS
from core.postprocess import lip_closure
from core.speech.features import FEATURES
from core.timeseries import runs

from ...corpora import recordings
from ...simulator.dialogue import Dialogue
from ...simulator.synthesize import synthesize
from ...simulator.tracks import Span
from .. import report
from . import lip_metrics, timing
from .lip_curves import expression_gap
from .video_clips import Clip, read_clips

EXPRESSION = CHANNELS["expression"]
LONGEST_CLOSURE = 10  # frames; a longer run is a mouth at rest
SEAL, APERTURE = FEATURES["bilabial"].start, FEATURES["aperture"].start
CONTEXT = 3  # frames on either side that the linear map sees
RIDGE = 100.0
WIDE = 15.0  # mm, usual lip opening of our heads in speech
MOVING = 0.1  # of the 95th percentile of the opening, above which a frame counts for freeze
LEAST_SPEECH = 3 * MOTION_FPS  # frames of a clip, below which SLCC leaves it out
SLCC_DRAWS = 300
NAN = float("nan")

Curve = Callable[[Clip], np.ndarray]


def networks(seed: int) -> dict[str, Curve]:
    """The generator's lip gap on the woman's head over her outer-eye distance, without and with closures enforced."""
    model, woman = generate.load_model(), heads.load("woman")
    corners = [woman.rest[woman.landmarks[f"eye_outer_{side}"]] for side in ("left", "right")]
    scale = 1000 * np.linalg.norm(corners[0] - corners[1])

    @cache
    def sample(clip: Clip) -> np.ndarray:
        return generate.sample_intents(model, clip.condition, seed)[0, :, EXPRESSION]

    def post_processed(clip: Clip) -> np.ndarray:
        mask = clip.condition[0, :, condition.OWN_MASK]
        closed = lip_closure.enforce_closures(sample(clip), clip.features[:, SEAL], mask)
        return expression_gap(woman, closed) / scale

    return {
        "network": lambda clip: expression_gap(woman, sample(clip)) / scale,
        "with closures enforced": post_processed,
    }


def simulator(clips: list[Clip], labels: Path, seed: int) -> tuple[Curve, list[Clip]]:
    """The simulator's lip gap on the phones in ``labels``, the upper bound of what can be learnt; and their clips."""
    woman, phones = heads.load("woman"), {}
    for clip in clips:
        path = Path(labels) / f"{clip.name}.phones.csv"
        if path.is_file():
            phones[clip.name] = tuple((p.start, p.end, p.name) for p in recordings.read_phones(path) if p.name != "SIL")

    def curve(clip: Clip) -> np.ndarray:
        own = phones[clip.name]
        tracks = np.stack([clip.mono, np.zeros_like(clip.mono)])
        # the simulator needs two speakers: the other one takes the floor at the end
        turns = (Span(own[0][0], own[-1][1], 0), Span(own[-1][1], own[-1][1] + 0.01, 1))
        dialogue = Dialogue(clip.mono, tracks, turns, (), turns, (own, ()), ("visible", "other"), seed)
        return expression_gap(woman, synthesize(dialogue, Layout(), seed)[0, :, EXPRESSION])[: len(clip.opening)]

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
    chosen = np.c_[clip.features[:, FEATURES["whisper"]], clip.features[:, FEATURES["level"]]]
    rows = np.arange(len(chosen))[:, None] + np.arange(-CONTEXT, CONTEXT + 1)
    return np.c_[chosen[rows.clip(0, len(chosen) - 1)].reshape(len(chosen), -1), np.ones(len(chosen))]


def _normal_equations(inputs: np.ndarray, clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(clip.opening)
    x, y = inputs[known], clip.opening[known] / np.nanpercentile(clip.opening, 95)
    weight = 1 / max(1, len(x) / 300) ** 0.5  # a long clip is still one person
    return x.T @ x * weight, x.T @ y * weight


def aperture(clip: Clip) -> np.ndarray:
    """(T,) the opening that the articulation head predicts."""
    return clip.features[:, APERTURE]


def correlation(clip: Clip, curve: np.ndarray) -> float:
    """Pearson's r of ``curve`` (T,) with the real opening, where that is known."""
    known = np.isfinite(clip.opening)
    return float(np.corrcoef(curve[known], clip.opening[known])[0, 1]) if curve[known].std() > 1e-9 else 0.0


def detected_closures(clip: Clip, curve: np.ndarray) -> tuple[int, int]:
    """Real closures within a frame of a closed frame of ``curve`` (T,), and all real closures.

    The curve counts as closed in its lowest frames, as many as those in which the real mouth is closed.
    """
    share = clip.closed.sum() / max(1, np.isfinite(clip.opening).sum())
    closed = curve <= np.quantile(curve, share)
    real = [run for run in runs(clip.closed) if run[1] - run[0] <= LONGEST_CLOSURE]
    return sum(bool(closed[max(0, a - 1) : b + 1].any()) for a, b in real), len(real)


def agreement(name: str, curve: Curve, clips: list[Clip]) -> list[report.Measure]:
    """Median correlation over all clips, the long ones, and those that are not in the statistics."""
    r = np.array([correlation(clip, curve(clip)) for clip in clips])
    long, held_out = np.array([clip.long for clip in clips]), ~np.array([clip.in_statistics for clip in clips])
    groups = {
        "r, median": np.ones(len(r), bool),
        "r, held out": held_out,
        "r, long clips": long,
        "r, long, held out": long & held_out,
    }
    rows = [report.median(label, name, r[chosen], "", "liptruth") for label, chosen in groups.items() if chosen.any()]
    if long.any():
        worst = float(r[long].min())
        rows.append(report.Measure("r, worst long clip", name, worst, NAN, NAN, "", int(long.sum()), "liptruth"))
    return rows


def measures(name: str, curve: Curve, clips: list[Clip]) -> list[report.Measure]:
    """Correlation with the real mouths, closure rate, timing and speed of one system."""
    curves = [curve(clip) for clip in clips]
    counts = np.array([detected_closures(clip, c) for clip, c in zip(clips, curves, strict=True)])
    rows = agreement(name, curve, clips)

    def rate(chosen) -> float:
        return counts[chosen, 0].sum() / max(1, counts[chosen, 1].sum())

    low, high = report.interval(rate, len(counts))
    rows.append(report.Measure("closure rate", name, rate(slice(None)), low, high, "", len(counts), "liptruth"))
    moves = [movement(clip, c) for clip, c in zip(clips, curves, strict=True)]
    for key in moves[0]:
        unit = "ms" if key in ("lag", "MTM") else ""
        rows.append(report.median(key, name, [m[key] for m in moves], unit, "liptruth"))
    return rows + slcc_gap(name, curves, clips)


def movement(clip: Clip, curve: np.ndarray) -> dict[str, float]:
    """Timing and speed of ``curve`` (T,) against the real mouth, in the longest run where that is known."""
    known = _longest_known(clip)
    real, ours = (c[known] / max(1e-9, np.percentile(c[known], 95)) for c in (clip.opening, curve))
    speeds = [np.percentile(np.abs(np.diff(c)), 95) for c in (ours, real)]
    return {
        "lag": 1000 * lip_metrics.lag(ours, real),
        "MTM": 1000 * timing.turning_point_error(ours, real),
        "speed, p95 over people's": float(speeds[0] / speeds[1]),
        "power over 8 Hz over people's": lip_metrics.tremor(ours) / lip_metrics.tremor(real),
        "freeze": _freeze(ours),
        "freeze, people": _freeze(real),
    }


def _freeze(opening: np.ndarray) -> float:
    """METRICS' share of frozen frames, of an opening whose 95th percentile is 1, on a head that opens WIDE."""
    return lip_metrics.freeze(opening * WIDE, opening > MOVING)


def _longest_known(clip: Clip) -> slice:
    return slice(*max(runs(np.isfinite(clip.opening)), key=lambda run: run[1] - run[0]))


def slcc_gap(name: str, curves: list[np.ndarray], clips: list[Clip]) -> list[report.Measure]:
    """SLCC gap: abs difference to people in the correlation of loudness and opening; none where all clips are short."""
    pairs = []
    for clip, curve in zip(clips, curves, strict=True):
        known = _longest_known(clip)
        if known.stop - known.start >= LEAST_SPEECH:
            pair = [timing.loudness_and_opening(clip.level[known], c[known]) for c in (curve, clip.opening)]
            pairs.append(np.stack(pair, axis=1))  # (N, system and people, loudness and opening)

    def gap(chosen) -> float:
        rows = np.concatenate([pairs[i] for i in chosen])
        ours, people = (np.corrcoef(rows[:, k].T)[0, 1] for k in (0, 1))
        return abs(float(ours - people))

    if not pairs:
        return []
    low, high = report.interval(gap, len(pairs), SLCC_DRAWS)
    return [report.Measure("SLCC gap", name, gap(range(len(pairs))), low, high, "", len(pairs), "liptruth")]


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate mouths``."""
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/liptruth")
    parser.add_argument("--labels", type=Path, help='phone labels made by "evaluate clips", for the simulator')
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Print the table."""
    clips = read_clips(arguments.data)
    systems = {
        "loudness": lambda clip: clip.level - clip.level.min(),
        "audio shifted by half": lambda clip: np.roll(clip.features[:, APERTURE], len(clip.opening) // 2),
        "linear map": linear_map(clips),
        "articulation head": aperture,
    }
    if generate.GENERATOR.is_file():
        systems |= networks(arguments.seed)
    rows = [m for name, curve in systems.items() for m in measures(name, curve, clips)]
    print(report.table(rows))
    if arguments.labels:
        upper_bound, labelled = simulator(clips, arguments.labels, arguments.seed)
        compared = systems | {"simulator on true phones": upper_bound}
        labelled_rows = [m for name, curve in compared.items() for m in measures(name, curve, labelled)]
        print(f"\nThe {len(labelled)} clips whose words are known:\n{report.table(labelled_rows)}")
        rows += labelled_rows
    if arguments.out:
        report.write_measures(arguments.out, rows, command="evaluate mouths", seed=str(arguments.seed))
