"""Nonverbal behaviour of two heads: gaze, nods, blinks, head motion (METRICS E and F), of takes or the simulator.

python -m research evaluate behaviour take.npz …
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.gaze import ADULT, CONTACT_COLUMN, LARGEST_FACING, aim, gaze_directions, toward
from core.layout import Layout, room_poses
from core.motion import CHANNELS, MOTION_FPS, column, load_take
from core.timeseries import runs

from .. import report
from ..report import known_mean
from .gaze_metrics import CONTACT, eye_movements, face_gaze, penetration, vergence_error, vor_residual
from .motion_events import blinks, head_angles, nods

LONG_TURN, EDGE = 2.0, 0.5  # s
PHRASE_END = (-0.3, 1.0)  # s from the end of the partner's phrase to a nod that counts as its response
FULL_CLOSURE = 0.95  # of the lids, from which a blink is complete
SMILE = 0.15  # mouthSmileLeft, above which a face smiles

REFERENCES = {  # of people, or METRICS' goal
    "face gaze speaking": "about half of listening",
    "face gaze listening": "about twice speaking",
    "mutual face gaze": "0.60 in a first talk",
    "mutual eye contact": "0 .. 0.45",
    "mutual bout s": "2.2",
    "long turns begin averted": "> 0.70",
    "turns end on the partner": "> 0.70",
    "vergence error dpt": "<= 0.15",
    "VOR residual": "<= 0.1",
    "penetration": "0",
    "eccentricity": "<= 0.01",
    "contact error deg": "< 2",
    "head yaw sd deg": "11 .. 19 among three",
    "head pitch sd deg": "4 .. 5",
    "head roll sd deg": "3 .. 11",
    "nods per minute speaking": "16 .. 24 in any role among three",
    "nods per minute listening": "16 .. 24 in any role among three",
    "blinks per minute speaking": "about 25",
    "blinks per minute listening": "about 15",
    "share error": "<= 0.05",
    "layout obedience": "0.8 .. 1.1",
    "steering slope": "0.9 .. 1.1",
}


@dataclass(frozen=True, eq=False)
class Scene:
    """One dialogue to evaluate."""

    motions: np.ndarray  # (2, T, 59) packed HeadMotion
    layout: Layout
    masks: np.ndarray  # (2, T) in [0, 1]
    turns: Sequence[tuple[float, float, int]]  # start s, end s, person who has the floor
    contact: np.ndarray | None = None  # (2, T) in [0, 1] intended eye contact, where known
    geometries: tuple = (ADULT, ADULT)


def measure(scene: Scene) -> dict[str, float]:
    """Metrics of one dialogue; nan where a metric has no case in it."""
    poses = room_poses(scene.layout)
    seen = gaze_directions(scene.motions, poses, scene.geometries)
    on_face, error = face_gaze(seen), seen.contact_error
    speaking = scene.masks >= 0.5
    listening = ~speaking & speaking[::-1]
    requested = np.array([scene.layout.contact_a, scene.layout.contact_b])
    mutual = on_face[0] & on_face[1]
    bouts = [(b - a) / MOTION_FPS for a, b in runs(mutual)]
    begins, ends = _turn_edges(on_face, scene.turns)
    intended = error[scene.contact >= 0.5] if scene.contact is not None else np.array([])
    out = {
        "face gaze": on_face.mean(),
        "face gaze speaking": known_mean(on_face[speaking]),
        "face gaze listening": known_mean(on_face[listening]),
        "share error": float(np.abs(on_face.mean(axis=1) - requested).mean()),
        "mutual face gaze": mutual.mean(),
        "mutual eye contact": (error <= CONTACT).all(axis=0).mean(),
        "mutual bout s": known_mean(bouts),
        "long turns begin averted": known_mean(begins),
        "turns end on the partner": known_mean(ends),
        "contact error deg": known_mean(intended),
        "vergence error dpt": vergence_error(seen),
        "VOR residual": vor_residual(seen),
        "penetration": penetration(seen),
    }
    out |= eye_movements(seen) | _heads(scene) | _gestures(scene, speaking, listening)
    return {name: float(value) for name, value in out.items()}


def _turn_edges(on_face: np.ndarray, turns) -> tuple[list[bool], list[bool]]:
    """Whether long turns begin averted, and whether turns end in face gaze: by most of half a second."""
    begins, ends, edge = [], [], round(EDGE * MOTION_FPS)
    for start, end, person in turns:
        first, last = round(start * MOTION_FPS), min(round(end * MOTION_FPS), on_face.shape[1])
        if last - first < 2 * edge:
            continue
        if end - start > LONG_TURN:
            begins.append(on_face[person, first : first + edge].mean() < 0.5)
        ends.append(on_face[person, last - edge : last].mean() > 0.5)
    return begins, ends


def _heads(scene: Scene) -> dict[str, float]:
    yaw, pitch, roll = head_angles(scene.motions)
    moved = np.linalg.norm(np.diff(scene.motions[..., CHANNELS["translation"]], axis=1), axis=-1).mean() * MOTION_FPS
    return {
        "head yaw sd deg": yaw.std(axis=1).mean(),
        "head pitch sd deg": pitch.std(axis=1).mean(),
        "head roll sd deg": roll.std(axis=1).mean(),
        "body sway mm/s": 1000 * moved,
    }


def _gestures(scene: Scene, speaking: np.ndarray, listening: np.ndarray) -> dict[str, float]:
    """Nods, blinks and smiles by role."""
    _, pitch, _ = head_angles(scene.motions)
    lids = scene.motions[..., column("eyeBlinkLeft")]
    smile = scene.motions[..., column("mouthSmileLeft")]
    counts = {role: {"nods": 0, "blinks": 0} for role in ("speaking", "listening")}
    lengths, complete, after_phrase = [], [], []
    for i in (0, 1):
        ends = [b / MOTION_FPS for _, b in runs(speaking[1 - i])]
        role = np.where(speaking[i], 1, np.where(listening[i], 2, 0))
        for start, _ in nods(pitch[i]):
            kind = role[min(int(start * MOTION_FPS), len(role) - 1)]
            if kind:
                counts["speaking" if kind == 1 else "listening"]["nods"] += 1
            if kind != 1:
                after_phrase.append(any(PHRASE_END[0] <= start - end <= PHRASE_END[1] for end in ends))
        for first, last, closure in blinks(lids[i]):
            lengths.append((last - first) / MOTION_FPS)
            complete.append(closure >= FULL_CLOSURE)
            if role[first]:
                counts["speaking" if role[first] == 1 else "listening"]["blinks"] += 1
    minutes = {"speaking": speaking.sum() / MOTION_FPS / 60, "listening": listening.sum() / MOTION_FPS / 60}
    rates = {
        f"{what} per minute {role}": n / max(minutes[role], 1e-9) for role in counts for what, n in counts[role].items()
    }
    return rates | {
        "nods after phrase ends": known_mean(after_phrase),
        "blink s": known_mean(lengths),
        "blinks fully closed": known_mean(complete),
        "smiling": (smile > SMILE).mean(),
        "smiling together": (smile > SMILE).all(axis=0).mean(),
    }


def slopes(scenes: Sequence[Scene]) -> dict[str, float]:
    """Over many scenes: slope of mean head yaw on the yaw to the partner, and of face gaze on the requested share."""
    points = [slope_points(scene) for scene in scenes]
    obedience, steering = (np.concatenate([point[i] for point in points], axis=1) for i in (0, 1))
    return {"layout obedience": _slope(*obedience, 10.0), "steering slope": _slope(*steering, 0.1)}


def slope_points(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """What the slopes of one scene are fitted on, x and y of both people: (2, 2) each.

    Mean head yaw on the yaw to the partner, degrees, nan where the partner is behind; face gaze on its requested share.
    """
    poses = room_poses(scene.layout)
    in_front = np.abs([scene.layout.facing_a, scene.layout.facing_b]) <= LARGEST_FACING
    yaw_to_partner = np.where(in_front, np.degrees(toward(poses)[:, 0]), np.nan)
    on_face = face_gaze(gaze_directions(scene.motions, poses, scene.geometries)).mean(axis=1)
    requested = [scene.layout.contact_a, scene.layout.contact_b]
    return np.stack([yaw_to_partner, head_angles(scene.motions)[0].mean(axis=1)]), np.stack([requested, on_face])


def _slope(x: np.ndarray, y: np.ndarray, least_range: float) -> float:
    """Slope of y on x where x is known; nan where x spans no more than ``least_range``."""
    x, y = x[~np.isnan(x)], y[~np.isnan(x)]
    return float(np.polyfit(x, y, 1)[0]) if len(x) and np.ptp(x) > least_range else float("nan")


def summarise(scenes: Sequence[Scene]) -> dict[str, dict[str, float]]:
    """Mean, 95 % interval over dialogues and n of every metric, by name."""
    out = averaged([measure(scene) for scene in scenes])
    for name, value in slopes(scenes).items():
        if np.isfinite(value):
            out[name] = {"mean": value, "low": float("nan"), "high": float("nan"), "n": len(scenes)}
    return out


def averaged(rows: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean, 95 % interval and n of each metric over the dialogues in which it is defined."""
    out = {}
    for name in rows[0]:
        mean = report.mean(name, "", [row[name] for row in rows], "", "")
        if mean.n:
            out[name] = {"mean": mean.value, "low": mean.low, "high": mean.high, "n": mean.n}
    return out


def table(summary: dict[str, dict[str, float]]) -> str:
    """The summary as lines of text, with reference values."""
    lines = [f"{'':38}{'mean':>9}{'95 % interval':>20}{'n':>5}  reference"]
    for name, row in summary.items():
        between = f"{row['low']:.3f} .. {row['high']:.3f}" if np.isfinite(row["low"]) else ""
        lines.append(f"{name:38}{row['mean']:9.3f}{between:>20}{row['n']:5}  {REFERENCES.get(name, '')}".rstrip())
    return "\n".join(lines)


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate behaviour``."""
    parser.add_argument(
        "takes", nargs="*", type=Path, help="takes to evaluate, .npz; none: the simulator on unseen voices"
    )
    parser.add_argument("--data", type=Path, help='the folder that holds "speech", for the simulator')
    parser.add_argument("--dialogues", type=int, default=24, help="how many the simulator synthesizes")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each dialogue")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="results, .json")


def main(arguments) -> None:
    """Evaluate takes, or the simulator."""
    if arguments.takes:
        summary = summarise([_scene_of_take(path) for path in arguments.takes])
    else:
        summary = _simulator(arguments)
    print(table(summary))
    if arguments.out:
        report.write_json(arguments.out, summary)


def _scene_of_take(path: Path) -> Scene:
    """The scene of a take; speech over a second counts as having the floor."""
    take = load_take(path)
    motions = np.stack([motion.packed for motion in take.motions])
    turns = [
        (a / MOTION_FPS, b / MOTION_FPS, i)
        for i in (0, 1)
        for a, b in runs(take.speaking[i] >= 0.5)
        if b - a > MOTION_FPS
    ]
    return Scene(motions, take.layout, take.speaking, turns)


def _simulator(arguments) -> dict[str, dict[str, float]]:
    """Behaviour of the simulator on unseen voices, and the share of it that the audio explains."""
    from core.errors import UserError

    from ...simulator.dialogue import make_dialogue
    from ...simulator.person import random_layout
    from ...simulator.synthesize import synthesize
    from ...simulator.turn_taking import default_statistics
    from ...training.dataset import read_dialogue_voices
    from .explained_variance import explained_shares

    if arguments.data is None:
        raise UserError("There is nothing to evaluate. Name takes, or give --data for the simulator.")
    voices, scenes, shares = read_dialogue_voices(arguments.data, "test"), [], []
    for seed in range(arguments.seed, arguments.seed + arguments.dialogues):
        dialogue = make_dialogue(voices, default_statistics(), seed, arguments.seconds)
        layout = random_layout(np.random.default_rng([seed, 1]))
        intents = synthesize(dialogue, layout, seed)
        motions = aim(intents, room_poses(layout), (ADULT, ADULT))
        turns = [(turn.start, turn.end, turn.person) for turn in dialogue.turns]
        scenes.append(Scene(motions, layout, dialogue.masks, turns, intents[..., CONTACT_COLUMN]))
        shares.append(
            {f"explained by audio, {name}": value for name, value in explained_shares(dialogue, layout).items()}
        )
    return summarise(scenes) | averaged(shares)
