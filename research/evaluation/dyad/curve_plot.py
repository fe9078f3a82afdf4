"""Plots head, gaze and face of both people over time, for one or more takes.

    python -m research evaluate curves simulator.npz shipped.npz --out curves.svg

A column a take; the background is green where the person speaks and red where the partner speaks.
"""

from pathlib import Path

import numpy as np

from core.files import replacing
from core.gaze import ADULT, gaze_directions
from core.heads import load
from core.layout import room_poses
from core.motion import EXPRESSION_NAMES, MOTION_FPS, Take, load_take
from core.timeseries import runs

from .. import HEADS
from ..mouth.lip_curves import gap_mm
from .motion_events import head_angles

ROWS = {  # curve: range of its axis
    "head yaw, degrees": (-30, 30),
    "head pitch, degrees": (-20, 20),
    "gaze off the partner's eyes, degrees": (0, 40),
    "blink": (0, 1),
    "lip gap, mm": (0, 20),
    "smile": (0, 1),
    "brows up": (0, 1),
}
SECOND, HIGH, LEFT, TOP, GAP = 40, 70, 50, 30, 8  # pixels
GREEN, RED = "#d8efd8", "#f8dedc"


def curves(take: Take, person: int) -> np.ndarray:
    """(rows, T) curves of one person, in the order of ROWS; head angles about their median."""
    motions = np.stack([motion.packed for motion in take.motions])
    yaw, pitch = (angle[person] - np.median(angle[person]) for angle in head_angles(motions)[:2])
    off = gaze_directions(motions, room_poses(take.layout), (ADULT, ADULT)).contact_error[person]
    gap = gap_mm(load(HEADS[person]), take.motions[person])
    names = ("eyeBlinkLeft", "mouthSmileLeft", "browInnerUp")
    blink, smile, brows = (motions[person, :, EXPRESSION_NAMES.index(name)] for name in names)
    return np.stack([yaw, pitch, off, blink, gap, smile, brows])


def drawing(takes: dict[str, Take]) -> str:
    """The plot of takes by name, as SVG text."""
    widest = max(len(take) for take in takes.values()) * SECOND // MOTION_FPS + LEFT + GAP
    height, parts = TOP + 2 * len(ROWS) * (HIGH + GAP) + GAP, []
    for column, (name, take) in enumerate(takes.items()):
        parts.append(f'<text x="{column * widest + LEFT}" y="20" font-size="15">{name}</text>')
        for person in range(2):
            for row, values in enumerate(curves(take, person)):
                at = column * widest + LEFT, TOP + (2 * row + person) * (HIGH + GAP)
                parts.append(_panel(at, values, list(ROWS)[row], take.speaking, person))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{widest * len(takes)}" height="{height}"'
    return f'{head} font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'


def _panel(at: tuple[int, int], values: np.ndarray, name: str, speaking: np.ndarray, person: int) -> str:
    """One curve (T,) with its axis, and the turns in the background."""
    (low, high), wide = ROWS[name], SECOND / MOTION_FPS
    parts = [f'<g transform="translate({at[0]} {at[1]})">']
    for mask, colour in ((speaking[1 - person], RED), (speaking[person], GREEN)):
        for start, end in runs(mask >= 0.5):
            where = f'x="{start * wide:.1f}" width="{(end - start) * wide:.1f}" height="{HIGH}"'
            parts.append(f'<rect {where} fill="{colour}"/>')
    for share, label in ((0, high), (0.5, (low + high) / 2), (1, low)):
        y = share * HIGH
        parts.append(f'<path d="M0 {y:.0f}H{len(values) * wide:.0f}" stroke="#bbb" stroke-width="0.5"/>')
        parts.append(f'<text x="-4" y="{y + 4:.0f}" font-size="9" text-anchor="end">{label:g}</text>')
    ys = HIGH * (1 - (np.clip(values, low, high) - low) / (high - low))
    points = " ".join(f"{i * wide:.1f},{y:.1f}" for i, y in enumerate(ys))
    parts.append(f'<polyline points="{points}" fill="none" stroke="#123" stroke-width="1"/>')
    parts.append(f'<text x="4" y="11" font-size="10">{"AB"[person]} {name}</text></g>')
    return "".join(parts)


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate curves``."""
    parser.add_argument("takes", type=Path, nargs="+", help="takes, .npz, a column each")
    parser.add_argument("--out", type=Path, required=True, help="plot, .svg")


def main(arguments) -> None:
    """Write the plot."""
    text = drawing({path.stem: load_take(path) for path in arguments.takes})
    with replacing(arguments.out) as file:
        file.write(text.encode())
    print(f"{arguments.out}: {len(arguments.takes)} takes")
