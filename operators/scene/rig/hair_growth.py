"""Procedural hair as arrays. S strands of K points each, metres in the head's rest axes."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from mathutils.kdtree import KDTree

from ....core.heads import Head
from ....core.timeseries import smooth_step

GRAVITY = np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True)
class Style:
    """A haircut."""

    count: int  # strands
    points: int  # per strand
    step: float  # m, of growing
    steps: int
    lift: float  # direction at the root: 0 along the combing direction .. 1 along the skin's normal
    weight: float  # gravity, 0..1 a step
    volume: tuple[float, float]  # m off the skull: of the lowest and of the highest roots
    hold: float  # stiffness towards that distance, 0..1 a step
    top_length: float  # m
    side_length: float  # m, at the temples and at the nape
    cut_height: float | None  # m over the eyes of a straight fringe, or None
    part: float | None  # m to the own left where the parting runs; None: all is combed forward from the crown
    clumping: float  # 0 single strands .. 1 clumps
    wave: float  # m, at the tips


BOB = Style(
    count=9000,
    points=20,
    step=0.011,
    steps=34,
    lift=0.15,
    weight=0.22,
    volume=(0.003, 0.013),
    hold=0.55,
    top_length=0.36,
    side_length=0.26,
    cut_height=-0.128,
    part=0.014,
    clumping=0.55,
    wave=0.0022,
)
SHORT = Style(
    count=11000,
    points=8,
    step=0.0055,
    steps=9,
    lift=0.42,
    weight=0.02,
    volume=(0.003, 0.015),
    hold=0.35,
    top_length=0.046,
    side_length=0.010,
    cut_height=None,
    part=None,
    clumping=0.6,
    wave=0.0022,
)
STYLES = {"woman": BOB, "man": SHORT}


class Skull:
    """The head as a distance in every direction from its middle: enough to keep hair outside of it."""

    ROWS, COLUMNS = 40, 80

    def __init__(self, head: Head):
        points = head.rest[head.rest[:, 2] > -0.13].astype(float)
        points = points[np.abs(points[:, 0]) < 0.11]
        scalp = head.rest[head.masks["scalp"] > 0.5]
        self.centre = np.array([0.0, *(scalp[:, 1:].min(axis=0) + scalp[:, 1:].max(axis=0)) / 2])
        self.top = float(scalp[:, 2].max())
        offsets = points - self.centre
        distance = np.linalg.norm(offsets, axis=1)
        tree = KDTree(len(points))
        for index, ray in enumerate(offsets / distance[:, None]):
            tree.insert(ray, index)
        tree.balance()
        polar, turn = np.meshgrid(
            np.linspace(0, np.pi, self.ROWS), np.linspace(-np.pi, np.pi, self.COLUMNS), indexing="ij"
        )
        rays = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], axis=-1)
        nearest = [tree.find(ray)[1] for ray in rays.reshape(-1, 3)]
        distances = distance[nearest].reshape(polar.shape)
        for _ in range(2):  # a vertex is seen over its neighbourhood
            padded = np.concatenate([distances[:, -2:-1], distances, distances[:, 1:2]], axis=1)
            distances = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
            padded = np.concatenate([distances[:1], distances, distances[-1:]])
            distances = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
        self.distances = distances

    def distance(self, offsets: np.ndarray) -> np.ndarray:
        """How far the skin is from the middle in the directions of ``offsets`` (n, 3): (n,) metres."""
        length = np.maximum(np.linalg.norm(offsets, axis=1), 1e-9)
        row = np.arccos(np.clip(offsets[:, 2] / length, -1, 1)) / np.pi * (self.ROWS - 1)
        column = (np.arctan2(offsets[:, 1], offsets[:, 0]) / np.pi + 1) / 2 * (self.COLUMNS - 1)
        r, c = np.minimum(row.astype(int), self.ROWS - 2), np.minimum(column.astype(int), self.COLUMNS - 2)
        u, v, d = row - r, column - c, self.distances
        return (1 - u) * ((1 - v) * d[r, c] + v * d[r, c + 1]) + u * ((1 - v) * d[r + 1, c] + v * d[r + 1, c + 1])

    def combed_down(self, points: np.ndarray, gap: np.ndarray, hold: float) -> np.ndarray:
        """Points (n, 3) moved along their rays from the middle: out to ``gap`` (n,) metres off the skin where they are
        nearer, and where they are further off, in by ``hold`` (0..1) of the way, less below the widest place."""
        offsets = points - self.centre
        length = np.maximum(np.linalg.norm(offsets, axis=1), 1e-9)
        wanted = (self.distance(offsets) + gap) / length
        held = hold * smooth_step(offsets[:, 2] / length / 0.5 + 0.75)
        return self.centre + offsets * np.where(wanted > 1, wanted, 1 + held * (wanted - 1))[:, None]


@lru_cache(maxsize=2)  # the two heads of a pair are often added again; 7 MB
def grow(head: Head, style: Style, seed: int = 0) -> np.ndarray:
    """Strands (S, K, 3) on the head's scalp, roots first. A head without a scalp mask has none."""
    if not np.any(head.masks.get("scalp", 0) > 0.5):
        return np.zeros((0, style.points, 3))
    random = np.random.default_rng(seed)
    skull = Skull(head)
    roots, normals = _roots(head, skull, style, random)
    height = np.clip((roots[:, 2] + 0.06) / (skull.top + 0.06), 0, 1)
    comb, side = _comb(roots, skull, style)
    comb = _unit(comb - (comb * normals).sum(axis=1, keepdims=True) * normals)
    jitter = random.normal(0, 0.12, roots.shape)
    heading = _unit(comb + jitter + normals * style.lift / (1 - style.lift))
    gap = style.volume[0] + (style.volume[1] - style.volume[0]) * height + random.exponential(0.0012, len(roots))
    path = _grown(roots, heading, comb, gap, skull, style)
    length = style.side_length + (style.top_length - style.side_length) * smooth_step((height - 0.42) / 0.4)
    length = length * random.uniform(0.86, 1.05, len(roots))
    strands = _resampled(path, _cut(path, length, style, random), style.points)
    return _styled(strands, side, style, random)


def _roots(head: Head, skull: Skull, style: Style, random) -> tuple[np.ndarray, np.ndarray]:
    """Places on the scalp (n, 3), thinning at its edge and dense along a parting, and the skin's normals there."""
    faces = np.where(head.faces >= 0, head.faces, head.faces[:, 2:3])
    faces = faces[head.masks["scalp"][faces].max(axis=1) > 0.2]
    corners = head.rest[faces].astype(float)  # (F, 4, 3)
    across = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    area = np.linalg.norm(across, axis=1)
    tries = 3 * style.count
    chosen = random.choice(len(faces), size=tries, p=area / area.sum())
    u, v = random.random((2, tries, 1))
    share = np.concatenate([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    places = np.einsum("nk,nkx->nx", share, corners[chosen])
    density = smooth_step(((share * head.masks["scalp"][faces[chosen]]).sum(axis=1) - 0.2) / 0.4)
    if style.part is not None:  # where the hair is combed apart, more of it has to cover the skin
        beside = np.exp(-(((places[:, 0] - style.part) / 0.016) ** 2)) * (places[:, 1] < skull.centre[1] + 0.04)
        density = density * (0.35 + 0.65 * beside)
    kept = np.flatnonzero(random.random(tries) < density)[: style.count]
    normals = _vertex_normals(head, faces, across)[faces[chosen[kept]]]
    return places[kept], _unit(np.einsum("nk,nkx->nx", share[kept], normals))


def _vertex_normals(head: Head, faces: np.ndarray, across: np.ndarray) -> np.ndarray:
    normals = np.zeros((len(head.rest), 3))
    for corner in range(4):
        np.add.at(normals, faces[:, corner], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _comb(roots: np.ndarray, skull: Skull, style: Style) -> tuple[np.ndarray, np.ndarray]:
    """Combing direction at every root (n, 3), and on which side of the parting it is (n,) -1 or 1."""
    crown = np.array([0.0, skull.centre[1] + 0.035, skull.top])
    if style.part is None:
        away = roots - crown
        low = smooth_step((0.05 - roots[:, 2]) / 0.06)[:, None]
        forward = np.array([0.35, -1.0, 0.1]) * 0.09
        back = np.array([0.0, 0.03, -0.10])
        front = smooth_step((crown[1] - roots[:, 1]) / 0.03)[:, None]
        return (1 - low) * (away * 0.35 + forward * front) + low * back, np.ones(len(roots))
    hairline = np.array([style.part, roots[:, 1].min(), skull.top - 0.02])
    along = crown - hairline
    at = np.clip((roots - hairline) @ along / (along @ along), 0, 1)[:, None]
    away = roots - (hairline + at * along)
    side = np.where(away[:, 0] >= 0, 1.0, -1.0)
    swept = smooth_step((0.06 - roots[:, 1]) / 0.07)[:, None] * np.array([0.0, 1.0, 0.0]) * 0.055
    return away + swept + 0.02 * GRAVITY + side[:, None] * np.array([0.012, 0, 0]), side


def _grown(roots, heading, comb, gap, skull: Skull, style: Style) -> np.ndarray:
    """The paths (n, steps + 1, 3) of strands that leave their roots, keep off the skull and fall under gravity."""
    path = [roots]
    for step in range(1, style.steps + 1):
        fall = min(1.0, style.weight * step)
        heading = _unit(heading + style.weight * (GRAVITY * fall + comb * (1 - fall) * 0.5))
        point = path[-1] + heading * style.step
        rise = min(1.0, step * style.step / 0.03)
        point = skull.combed_down(point, gap * rise, style.hold)
        if style.cut_height is not None:
            point = _off_the_face(point, style.cut_height)
        heading = _unit(point - path[-1])
        path.append(path[-1] + heading * style.step)
    return np.stack(path, axis=1)


def _off_the_face(points: np.ndarray, cut_height: float) -> np.ndarray:
    """Keep long hair out of the face, behind a line beside it, and curl its ends inwards a little."""
    behind = np.interp(points[:, 2], [-0.10, 0.0, 0.05, 0.09], [0.030, 0.026, 0.016, -0.01])
    points = points.copy()
    points[:, 1] = np.maximum(points[:, 1], behind)
    ends = smooth_step((cut_height + 0.06 - points[:, 2]) / 0.06)[:, None]
    return points + ends * 0.003 * _unit(np.array([0.0, 0.09, 0.0]) - points * [1, 1, 0])


def _cut(path: np.ndarray, length: np.ndarray, style: Style, random) -> np.ndarray:
    """(n,) metres, length of every strand after the cut."""
    if style.cut_height is not None:
        line = style.cut_height + random.normal(0, 0.004, len(path)) - random.exponential(0.004, len(path))
        line = line + 0.022 * smooth_step((path[:, -1, 1] - 0.07) / 0.06)  # shorter at the nape, over the collar
        below = path[:, :, 2] < line[:, None]
        first = np.where(below.any(axis=1), below.argmax(axis=1), path.shape[1] - 1)
        length = np.minimum(length, first * style.step)
    return np.clip(length, 2 * style.step, (path.shape[1] - 1) * style.step)


def _resampled(path: np.ndarray, length: np.ndarray, points: int) -> np.ndarray:
    """The first ``length`` (n,) metres of paths (n, steps + 1, 3) as ``points`` points, closer at the root's bend."""
    step = np.linalg.norm(path[0, 1] - path[0, 0])
    at = np.linspace(0, 1, points) ** 1.4 * (length / step)[:, None]
    index = np.minimum(at.astype(int), path.shape[1] - 2)
    share = (at - index)[..., None]
    rows = np.arange(len(path))[:, None]
    return path[rows, index] * (1 - share) + path[rows, index + 1] * share


def _styled(strands: np.ndarray, side: np.ndarray, style: Style, random) -> np.ndarray:
    """Strands clumped, then displaced by a low-frequency wave; a few are flyaways."""
    count, points, _ = strands.shape
    guides = random.choice(count, size=max(1, count // 26), replace=False)
    roots = np.concatenate([strands[:, 0], side[:, None] * 0.5], axis=1)  # no clump across the parting
    square = (roots**2).sum(axis=1)
    nearest = (square[guides] - 2 * roots @ roots[guides].T).argmin(axis=1)
    guide = strands[guides][nearest]
    along = np.linspace(0, 1, points)[:, None]
    apart = (strands[:, :1] - guide[:, :1]) * (1 - 0.75 * style.clumping * along)
    strands = strands + style.clumping * along * (guide + apart - strands)
    phase, pitch = random.uniform(0, 2 * np.pi, (2, count, 1, 3))
    loose = style.wave * np.where(random.random((count, 1, 1)) < 0.05, 3.0, random.uniform(0.2, 1, (count, 1, 1)))
    return strands + loose * along * np.sin(phase + (3 + pitch) * along)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
