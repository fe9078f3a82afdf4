"""Lashes: hairs along the lids' front edges, fanned as MakeHuman's lash strips and moved by them."""

import numpy as np

from .hairs import spikes
from .part import Part
from .source import Source

MM = 0.001
RINGS = np.array([0.0, 0.35, 0.7, 1.0])
RADIUS = np.array([0.17, 0.14, 0.09]) * MM
STRIPS = {"upper": "eyelashes-2", "lower": "eyelashes-1"}
COUNT = {"upper": 64, "lower": 40}
LENGTH = {"upper": 1.5, "lower": 0.8}  # times the strip's own depth
CURL = {"upper": 1.6 * MM, "lower": -0.5 * MM}  # how far the tips bend up
EDGE_ROW = 1  # of the strip's five: it runs along the lid's front edge


def lashes(source: Source, neutral: np.ndarray, shapes: np.ndarray, side: str, lid: str, style: float) -> Part:
    """The lashes of one lid, ``side`` "l" or "r", ``lid`` "upper" or "lower"; ``style`` scales their length."""
    grid = strip_grid(source.faces[f"helper-{side}-{STRIPS[lid]}"], source.vertices)
    random = np.random.default_rng(3)
    columns = np.linspace(0.09, 0.9, COUNT[lid]) + random.normal(0, 0.004, COUNT[lid])
    columns = np.clip(columns, 0, 1) * (grid.shape[1] - 1)
    size = LENGTH[lid] * style * random.uniform(0.82, 1.1, len(columns))
    size *= np.interp(columns / columns.max(), [0, 0.3, 0.75, 1], [0.55, 0.9, 1.0, 0.75])
    lean = random.normal(0, 0.25, len(columns))  # columns that a tip strays sideways
    spines = _along(neutral[grid], columns, lean, size)
    spines[..., 2] += (CURL[lid] * size)[:, None] * RINGS**2
    # the strip drifts off the skin at the eye's corners, so the roots go where the skin goes
    body = source.group("body")
    near = [body[np.linalg.norm(source.vertices[body] - at, axis=1).argmin()] for at in source.vertices[grid[EDGE_ROW]]]
    moves = np.stack(
        [_along(shape[grid] + shape[near] - shape[grid[EDGE_ROW]], columns, lean, size) for shape in shapes]
    )
    return spikes("lashes", spines, moves, RADIUS * (1.0 if lid == "upper" else 0.7))


def _along(strip: np.ndarray, columns: np.ndarray, lean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """A strip's values (rows, columns, 3) along every lash, (k, r, 3): from the edge row on and past the last."""
    root = _column(strip[EDGE_ROW], columns)
    tip = _column(strip[-1], np.clip(columns + lean, 0, strip.shape[1] - 1))
    return root[:, None] + (tip - root)[:, None] * (size[:, None] * RINGS)[..., None]


def _column(row: np.ndarray, at: np.ndarray) -> np.ndarray:
    """A row (columns, 3) read between its columns."""
    left = np.minimum(at.astype(int), len(row) - 2)
    share = (at - left)[:, None]
    return row[left] * (1 - share) + row[left + 1] * share


def strip_grid(faces: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """The strip's vertices as (rows, columns): row 0 lies under the lid, column 0 at the nose."""
    neighbours: dict[int, set[int]] = {}
    for face in faces.tolist():
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    corners = [v for v, near in neighbours.items() if len(near) == 2]
    # the inner corner under the lid is the rearmost of the two corners by the nose
    by_nose = sorted(corners, key=lambda v: abs(vertices[v, 0]))[:2]
    first = max(by_nose, key=lambda v: vertices[v, 1])
    edge = {v for v, near in neighbours.items() if len(near) <= 3}
    second = max(neighbours[first], key=lambda v: abs(vertices[v, 0]))
    row = [first, second]
    while row[-1] not in corners:
        row.append(next(v for v in neighbours[row[-1]] & edge if v not in row))
    rows, used = [row], set(row)
    while len(used) < len(neighbours):
        row = [next(v for v in neighbours[above] if v not in used) for above in rows[-1]]
        rows.append(row)
        used.update(row)
    return np.array(rows)
