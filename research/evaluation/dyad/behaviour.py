"""How two heads behave beside talking: gaze, turns, nods, blinks, space (METRICS E and F), for any pair of motions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.gaze import ADULT, CONTACT_COLUMN, LARGEST_FACING, aim, gaze_directions, toward
from core.layout import Layout, room_poses
from core.motion import CHANNELS, MOTION_FPS, column, load_take
from core.timeseries import runs

from .. import report
from .events import blinks, head_angles, nods
from .gazes import CONTACT, eye_movements, face_gaze, heads_meet, vergence_error, vor_residual

LONG_TURN, EDGE = 2.0, 0.5  # s

REFERENCES = {
    "face gaze speaking": "about half of listening",
    "face gaze listening": "about twice speaking",
    "mutual face gaze": "0.60 in a first talk",
    "mutual eye contact": "0 .. 0.45",
    "mutual bout s": "2.2",
    "long turns begin averted": "> 0.70",
    "turns end on the partner": "> 0.70",
    "vergence error dpt": "<= 0.15",
    "VOR residual": "<= 0.1",
    "heads meet": "0",
    "eccentric frames": "<= 0.01",
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
    """One dialogue to measure."""

    motions: np.ndarray  # (2, T, 59) packed HeadMotion
    layout: Layout
    masks: np.ndarray  # (2, T) in [0, 1]
    turns: Sequence[tuple[float, float, int]]  # start s, end s, person: who has the floor
    contact: np.ndarray | None = None  # (2, T) in [0, 1] where contact is meant, when that is known
    geometries: tuple = (ADULT, ADULT)


def measure(scene: Scene) -> dict[str, float]:
    """The numbers of one dialogue; a number that has no case in it is NaN."""
    poses = room_poses(scene.layout)
    seen = gaze_directions(scene.motions, poses, scene.geometries)
    on_face, error = face_gaze(seen), seen.contact_error
    speaking = scene.masks >= 0.5
    listening = ~speaking & speaking[::-1]
    asked = np.array([scene.layout.contact_a, scene.layout.contact_b])
    mutual = on_face[0] & on_face[1]
    bouts = [(b - a) / MOTION_FPS for a, b in runs(mutual)]
    begins, ends = _turn_edges(on_face, scene.turns)
    meant = error[scene.contact >= 0.5] if scene.contact is not None else np.array([])
    out = {
        "face gaze": on_face.mean(),
        "face gaze speaking": _mean(on_face[speaking]),
        "face gaze listening": _mean(on_face[listening]),
        "share error": float(np.abs(on_face.mean(axis=1) - asked).mean()),
        "mutual face gaze": mutual.mean(),
        "mutual eye contact": (error <= CONTACT).all(axis=0).mean(),
        "mutual bout s": _mean(bouts),
        "long turns begin averted": _mean(begins),
        "turns end on the partner": _mean(ends),
        "contact error deg": _mean(meant),
        "vergence error dpt": vergence_error(seen),
        "VOR residual": vor_residual(seen),
        "heads meet": heads_meet(seen),
    }
    out |= eye_movements(seen) | _heads(scene) | _gestures(scene, speaking, listening)
    return {name: float(value) for name, value in out.items()}


def _mean(values) -> float:
    values = np.asarray(values, float)
    return float(values.mean()) if values.size else float("nan")


def _turn_edges(on_face: np.ndarray, turns) -> tuple[list[bool], list[bool]]:
    """Of long turns, whether they begin averted; of turns, whether they end on the partner: most of half a second."""
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
    lengths, shut, answered = [], [], []
    for i in (0, 1):
        ends = [b / MOTION_FPS for _, b in runs(speaking[1 - i])]
        role = np.where(speaking[i], 1, np.where(listening[i], 2, 0))
        for start, _ in nods(pitch[i]):
            kind = role[min(int(start * MOTION_FPS), len(role) - 1)]
            if kind:
                counts["speaking" if kind == 1 else "listening"]["nods"] += 1
            if kind != 1:
                answered.append(any(-0.3 <= start - end <= 1.0 for end in ends))
        for first, last, closure in blinks(lids[i]):
            lengths.append((last - first) / MOTION_FPS)
            shut.append(closure >= 0.95)
            if role[first]:
                counts["speaking" if role[first] == 1 else "listening"]["blinks"] += 1
    minutes = {"speaking": speaking.sum() / MOTION_FPS / 60, "listening": listening.sum() / MOTION_FPS / 60}
    rates = {
        f"{what} per minute {role}": n / max(minutes[role], 1e-9) for role in counts for what, n in counts[role].items()
    }
    return rates | {
        "nods after phrase ends": _mean(answered),
        "blink s": _mean(lengths),
        "blinks that shut": _mean(shut),
        "smiling": (smile > 0.15).mean(),
        "smiling together": ((smile > 0.15).all(axis=0)).mean(),
    }


def slopes(scenes: Sequence[Scene]) -> dict[str, float]:
    """Over many scenes: how mean head yaw follows the yaw to the partner, and face gaze the share asked for."""
    yaws, faced, asked, got = [], [], [], []
    for scene in scenes:
        poses = room_poses(scene.layout)
        near = np.abs([scene.layout.facing_a, scene.layout.facing_b]) <= LARGEST_FACING
        yaws.extend(np.degrees(toward(poses)[near, 0]))
        faced.extend(head_angles(scene.motions)[0].mean(axis=1)[near])
        asked.extend([scene.layout.contact_a, scene.layout.contact_b])
        got.extend(face_gaze(gaze_directions(scene.motions, poses, scene.geometries)).mean(axis=1))
    return {
        "layout obedience": float(np.polyfit(yaws, faced, 1)[0]) if len(yaws) and np.ptp(yaws) > 10 else float("nan"),
        "steering slope": float(np.polyfit(asked, got, 1)[0]) if np.ptp(asked) > 0.1 else float("nan"),
    }


def summarise(scenes: Sequence[Scene]) -> dict[str, dict[str, float]]:
    """Mean, 95 % interval over dialogues and n of every number, by name."""
    out = averaged([measure(scene) for scene in scenes])
    for name, value in slopes(scenes).items():
        if np.isfinite(value):
            out[name] = {"mean": value, "low": float("nan"), "high": float("nan"), "n": len(scenes)}
    return out


def averaged(rows: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean, 95 % interval and n of each number over the dialogues where there is one."""
    out = {}
    for name in rows[0]:
        found = report.mean(name, "", [row[name] for row in rows], "", "")
        if found.n:
            out[name] = {"mean": found.value, "low": found.low, "high": found.high, "n": found.n}
    return out


def table(summary: dict[str, dict[str, float]]) -> str:
    """The summary as lines of text, human references beside."""
    lines = [f"{'':30}{'mean':>9}{'95 % interval':>20}{'n':>5}  people"]
    for name, row in summary.items():
        between = f"{row['low']:.3f} .. {row['high']:.3f}" if np.isfinite(row["low"]) else ""
        lines.append(f"{name:30}{row['mean']:9.3f}{between:>20}{row['n']:5}  {REFERENCES.get(name, '')}".rstrip())
    return "\n".join(lines)


def add_arguments(parser) -> None:
    """What ``python -m research evaluate behaviour`` takes."""
    parser.add_argument("takes", nargs="*", type=Path, help="takes to measure; none: the teacher on unseen voices")
    parser.add_argument("--data", type=Path, help='the folder that holds "speech", for the teacher')
    parser.add_argument("--dialogues", type=int, default=24, help="how many the teacher plays")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="the numbers as .json")


def main(arguments) -> None:
    """Measure takes, or the teacher."""
    if arguments.takes:
        summary = summarise([_of_take(path) for path in arguments.takes])
    else:
        summary = _teacher(arguments)
    print(table(summary))
    if arguments.out:
        arguments.out.write_text(json.dumps(summary, indent=1), "utf-8")


def _of_take(path: Path) -> Scene:
    """A take tells who speaks; who has the floor is read off the longer stretches."""
    take = load_take(path)
    motions = np.stack([motion.packed for motion in take.motions])
    turns = [
        (a / MOTION_FPS, b / MOTION_FPS, i)
        for i in (0, 1)
        for a, b in runs(take.speaking[i] >= 0.5)
        if b - a > MOTION_FPS
    ]
    return Scene(motions, take.layout, take.speaking, turns)


def _teacher(arguments) -> dict[str, dict[str, float]]:
    """What the teacher does on unseen voices, and how much of it can be heard."""
    from core.errors import UserError

    from ...simulator.dialogue import default_statistics, make_dialogue
    from ...simulator.person import random_layout
    from ...simulator.synthesize import synthesize
    from ...training.dataset import cast_for
    from .audible import audible_shares

    if arguments.data is None:
        raise UserError("There is nothing to measure. Name takes, or give --data for the teacher.")
    voices, scenes, shares = cast_for(arguments.data, "test"), [], []
    for seed in range(arguments.seed, arguments.seed + arguments.dialogues):
        dialogue = make_dialogue(voices, default_statistics(), seed, arguments.seconds)
        layout = random_layout(np.random.default_rng([seed, 1]))
        intents = synthesize(dialogue, layout, seed)
        motions = aim(intents, room_poses(layout), (ADULT, ADULT))
        turns = [(turn.start, turn.end, turn.person) for turn in dialogue.turns]
        scenes.append(Scene(motions, layout, dialogue.masks, turns, intents[..., CONTACT_COLUMN]))
        shares.append({f"audible {name}": value for name, value in audible_shares(dialogue, layout).items()})
    return summarise(scenes) | averaged(shares)
