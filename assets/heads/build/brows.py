"""Brows: some hundred short hairs a side, rooted in the skin, combed up at the nose and outwards along the arch."""

from dataclasses import dataclass

import numpy as np

from core.timeseries import smooth_step

from .hairs import seen_from_front, spikes, vertex_normals
from .part import Part

MM = 0.001
HAIRS = 500  # a side
RINGS = np.array([0.0, 0.55, 1.0])  # where along a hair its rings stand
RADIUS = np.array([0.19, 0.15]) * MM


@dataclass(frozen=True)
class Brow:
    """Seen from the front on hm08, left side: metres from the middle and up; thickness is to each side of the line."""

    line: tuple[tuple[float, float], ...]
    thickness: tuple[float, ...]  # one per point of the line
    length: float = 7.0 * MM
    lift: float = 0.8 * MM  # how far the hairs stand off the skin


BROWS = {
    "woman": Brow(
        ((0.0125, 0.7472), (0.020, 0.7492), (0.030, 0.7511), (0.039, 0.7520), (0.046, 0.7507), (0.0525, 0.7470)),
        (1.7 * MM, 2.7 * MM, 2.6 * MM, 2.1 * MM, 1.4 * MM, 0.5 * MM),
        length=6.0 * MM,
    ),
    "man": Brow(
        ((0.0115, 0.7448), (0.020, 0.7466), (0.030, 0.7486), (0.040, 0.7494), (0.048, 0.7476), (0.0545, 0.7436)),
        (2.5 * MM, 3.5 * MM, 3.6 * MM, 3.2 * MM, 2.4 * MM, 1.0 * MM),
        length=7.5 * MM,
        lift=1.1 * MM,
    ),
}


def brow(
    name: str, reference: np.ndarray, vertices: np.ndarray, faces: np.ndarray, shapes: np.ndarray, side: int
) -> Part:
    """One brow of an identity.

    reference: (n, 3) the skin on hm08 itself, on which the brow is drawn; vertices: (n, 3) this identity's
    faces: (f, 4) outside faces of the skin; shapes: (S, n, 3); side: 1 left, -1 right
    """
    style = BROWS[name]
    x, z = _strokes(style, np.random.default_rng(5 + side))  # the two sides are alike, not the same
    on = seen_from_front(reference, faces, side * x.ravel(), z.ravel())
    points = on.of(vertices).reshape(*x.shape, 3)
    normals = on.of(vertex_normals(vertices, faces)).reshape(*x.shape, 3)
    height = style.lift * np.array([-0.3, 0.85, 1.0])
    spines = points + normals * height[:, None]
    moves = on.of(shapes).reshape(len(shapes), *x.shape, 3)
    return spikes("brows", spines, moves, RADIUS)


def _strokes(style: Brow, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """x and z of every hair's rings, (HAIRS, 3) each."""
    line, thick = np.array(style.line), np.array(style.thickness)
    run = np.linspace(0, 1, len(line))
    fine = np.linspace(0, 1, 400)
    density = np.interp(fine, run, thick) ** 0.8
    along = np.interp(
        (np.arange(HAIRS) + random.uniform(0, 1, HAIRS)) / HAIRS, np.cumsum(density) / density.sum(), fine
    )
    across = random.beta(1.6, 1.6, HAIRS) * 2 - 1
    root = _on_line(line, run, along) + np.c_[np.zeros(HAIRS), across * np.interp(along, run, thick)]
    ahead = _on_line(line, run, np.minimum(along + 0.02, 1)) - _on_line(line, run, along - 0.02)
    slope = np.arctan2(ahead[:, 1], ahead[:, 0])
    # upright by the nose; further out hairs below the line rise to it and hairs above it bend down
    comb = np.interp(along, [0, 0.15, 0.45, 0.8, 1], np.radians([66, 44, 20, 6, 0])) - across * np.radians(22)
    angle = slope + comb + random.normal(0, np.radians(8), HAIRS)
    size = style.length * np.interp(along, [0, 0.2, 0.7, 1], [0.75, 1, 0.85, 0.6]) * random.uniform(0.75, 1.1, HAIRS)
    bend = -0.35 * comb  # hairs lie down towards their tips
    x, z = np.empty((2, HAIRS, len(RINGS)))
    for ring, share in enumerate(RINGS):
        x[:, ring] = root[:, 0] + size * share * np.cos(angle + bend * share)
        z[:, ring] = root[:, 1] + size * share * np.sin(angle + bend * share)
    return x, z


def _on_line(line: np.ndarray, run: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Points (m, 2) of the line, smooth: a polynomial through its points in both coordinates."""
    fits = [np.polyfit(run, line[:, axis], 4) for axis in (0, 1)]
    return np.stack([np.polyval(fit, at) for fit in fits], axis=-1)


def brow_shade(name: str, reference: np.ndarray) -> np.ndarray:
    """(n,) in [0, 1]: how much the skin darkens under the hairs."""
    style = BROWS[name]
    line, thick, run = np.array(style.line), np.array(style.thickness), np.linspace(0, 1, len(style.line))
    fine = np.linspace(0, 1, 60)
    path, reach = _on_line(line, run, fine), np.interp(fine, run, thick)
    flat = np.stack([np.abs(reference[:, 0]), reference[:, 2]], axis=-1)
    distance = np.linalg.norm(flat[:, None] - path, axis=-1) / reach
    return smooth_step(distance.min(axis=1), 2.0, 0.5) * (reference[:, 1] < -0.08)
