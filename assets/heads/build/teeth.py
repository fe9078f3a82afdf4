"""Two rows of teeth and their gums along the arch of MakeHuman's teeth helper."""

from dataclasses import dataclass

import numpy as np

from .part import HEAD, JAW, Part, grid_faces, rigid_shapes, rigid_weights, triangles

MM = 0.001
# From the middle outwards, metres: incisors, canine, premolars, molars. Widths are scaled to the arch.
WIDTHS = {"upper": (8.6, 6.7, 7.7, 7.0, 6.8, 9.8, 9.0), "lower": (5.4, 5.9, 6.8, 7.0, 7.1, 10.6, 10.0)}
HEIGHTS = {"upper": (10.2, 9.0, 10.0, 8.4, 8.0, 7.4, 7.0), "lower": (8.6, 8.8, 9.6, 8.4, 8.0, 7.2, 6.8)}
DEPTHS = {"upper": (6.6, 6.2, 7.6, 8.6, 8.8, 10.0, 10.0), "lower": (5.6, 5.8, 7.2, 7.6, 8.0, 9.6, 9.6)}
LOWERED = {"upper": 3.4 * MM, "lower": 2.0 * MM}  # the helper's upper row hides behind the lip
BEHIND = {"upper": 1.0 * MM, "lower": 3.0 * MM}  # of the upper lip's inside: lower incisors bite behind the upper
# Rings of one tooth from root to edge: share of the height, of the width, of the depth of an incisor and of a molar
RINGS = ((0.0, 0.74, 0.95, 0.95), (0.38, 0.95, 1.0, 1.02), (0.78, 1.04, 0.66, 1.0), (0.97, 0.98, 0.34, 0.86))
ROUND = 8  # vertices around a tooth and around a gum
GUM_COLUMNS = 33
NARROWER = 3.0 * MM  # towards the molars: teeth do not fill the corners of the mouth


@dataclass
class Arch:
    """The biting edge of one row: distance from a middle axis and height, as even polynomials of the angle."""

    axis_y: float
    radius: np.ndarray  # polynomial coefficients in angle²
    height: np.ndarray

    def at(self, angle: np.ndarray) -> np.ndarray:
        """Points (n, 3) of the edge at angles (n,); 0 is the middle, + the own left."""
        r, z = np.polyval(self.radius, angle**2), np.polyval(self.height, angle**2)
        r = r - NARROWER * np.sin(np.minimum(np.abs(angle), np.pi / 2)) ** 2
        return np.stack([r * np.sin(angle), self.axis_y - r * np.cos(angle), z], axis=-1)

    def angles(self, lengths: np.ndarray) -> np.ndarray:
        """The angles at lengths (n,) along the arch from the middle, metres."""
        fine = np.linspace(0, 1.75, 2000)
        run = np.r_[0, np.cumsum(np.linalg.norm(np.diff(self.at(fine), axis=0), axis=1))]
        return np.sign(lengths) * np.interp(np.abs(lengths), run, fine)

    def frame(self, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Unit tangent towards the own left and unit normal outwards, level, (n, 3) each."""
        along = (self.at(angle + 1e-4) - self.at(angle - 1e-4)) * [1, 1, 0]
        along /= np.linalg.norm(along, axis=-1, keepdims=True)
        return along, np.stack([along[:, 1], -along[:, 0], np.zeros(len(along))], axis=-1)


def fit_arch(helper: np.ndarray, row: str) -> Arch:
    """The arch of the biting edge of a helper row (68, 3)."""
    points = helper - [0, 0, LOWERED[row]]
    axis_y = points[:, 1].max() - 1 * MM
    angle = np.arctan2(points[:, 0], axis_y - points[:, 1])
    slope = np.polyfit(angle**2, points[:, 2], 2)
    beyond = (points[:, 2] - np.polyval(slope, angle**2)) * (1 if row == "lower" else -1)
    edge = beyond > 1.5 * MM
    radius = np.hypot(points[edge, 0], axis_y - points[edge, 1])
    squared = angle[edge] ** 2
    return Arch(axis_y, np.polyfit(squared, radius, 3), np.polyfit(squared, points[edge, 2], 2))


def tooth_row(helper: np.ndarray, shapes: np.ndarray, row: str, lip: float) -> list[Part]:
    """Teeth and gum of one row, which move as the helper's vertices (68, 3) do under its ``shapes`` (S, 68, 3).

    They are moved forward to lie BEHIND ``lip``, the y of the upper lip's inside.

    The first vertex of the teeth is the middle of a front tooth's biting edge.
    """
    arch = fit_arch(helper, row)
    up = 1.0 if row == "upper" else -1.0  # from the edge towards the root
    lengths = np.array(WIDTHS[row]) * MM
    lengths *= _arch_length(helper, arch) / lengths.sum()
    teeth, faces = [], []
    for side in (1, -1):
        for index, width in enumerate(lengths):
            middle = side * (lengths[:index].sum() + width / 2)
            teeth.append(_tooth(arch, middle, width, HEIGHTS[row][index] * MM, DEPTHS[row][index] * MM, index, up))
            flip = slice(None) if up > 0 else slice(None, None, -1)
            faces.append(_tooth_faces(flip) + (_tooth_faces(flip) >= 0) * len(teeth[0]) * (len(teeth) - 1))
    crowns, gum = np.concatenate(teeth), _gum(arch, lengths.sum(), up)
    forward = lip + BEHIND[row] - min(crowns[:, 1].min(), gum[:, 1].min())
    crowns[:, 1] += forward
    gum[:, 1] += forward
    gum_faces = grid_faces(GUM_COLUMNS, ROUND, around=True)[:, :: int(up)]
    return [
        _hang("teeth", crowns, np.concatenate(faces), helper, shapes, row),
        _hang("gums", gum, gum_faces, helper, shapes, row),
    ]


def _arch_length(helper: np.ndarray, arch: Arch) -> float:
    last = np.abs(np.arctan2(helper[:, 0], arch.axis_y - helper[:, 1])).max()
    fine = arch.at(np.linspace(0, last, 500))
    return float(np.linalg.norm(np.diff(fine, axis=0), axis=1).sum())


def _hang(material: str, vertices, faces, helper, shapes, row: str) -> Part:
    joint = HEAD if row == "upper" else JAW
    moves = rigid_shapes(helper, shapes if row == "lower" else 0 * shapes, vertices)
    return Part(material, vertices, faces, moves, rigid_weights(len(vertices), joint))


def _tooth(arch: Arch, middle: float, width: float, height: float, depth: float, index: int, up: float) -> np.ndarray:
    """Vertices of one tooth (2 + 4 * ROUND, 3): edge pole, rings from edge to root, root pole."""
    angle = arch.angles(np.array([middle]))
    edge = arch.at(angle)[0]
    along, out = (v[0] for v in arch.frame(angle))
    molar = np.clip((index - 1.5) / 3, 0, 1)  # 0 for a blade-like incisor, 1 for a molar
    turn = (np.arange(ROUND) + 0.5) * 2 * np.pi / ROUND
    # a rounded rectangle, a little larger because subdivision shrinks it
    square = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    square = np.sign(square) * np.abs(square) ** 0.5 * 0.56
    rows = [edge]
    for share, wide, incisor, grinder in reversed(RINGS):
        thick = depth * (incisor + (grinder - incisor) * molar)
        # the outer face is vertical; towards the edge the tooth is thinner on the inside
        face = out * (0.36 * depth - 0.56 * thick)
        centre = edge + np.array([0, 0, up * height * (1 - share)]) + face
        rows += list(centre + square[:, :1] * along * width * wide + square[:, 1:] * out * thick)
    rows[0] = np.mean(rows[1 : 1 + ROUND], axis=0) - [0, 0, up * 0.02 * height]
    rows.append(np.mean(rows[-ROUND:], axis=0) + [0, 0, up * 0.2 * height])
    return np.array(rows)


def _tooth_faces(flip: slice) -> np.ndarray:
    here = np.arange(ROUND)
    right = (here + 1) % ROUND
    last = 1 + ROUND * (len(RINGS) - 1)
    quads = grid_faces(len(RINGS), ROUND, around=True) + 1
    edge = np.stack([np.zeros_like(here), right + 1, here + 1], axis=-1)
    root = np.stack([np.full_like(here, last + ROUND), last + here, last + right], axis=-1)
    return np.concatenate([triangles(edge[:, flip]), quads[:, flip], triangles(root[:, flip])])


def _gum(arch: Arch, length: float, up: float) -> np.ndarray:
    """A tube (GUM_COLUMNS * ROUND, 3) around the roots."""
    angle = arch.angles(np.linspace(-length, length, GUM_COLUMNS))
    along, out = arch.frame(angle)
    turn = np.arange(ROUND) * 2 * np.pi / ROUND
    back = np.abs(np.linspace(-1, 1, GUM_COLUMNS))[:, None]
    thick, high = (3.6 + 2.4 * back) * MM, (5.4 - 0.6 * back) * MM
    centre = arch.at(angle) + np.array([0, 0, up]) * (11.2 - 1.6 * back) * MM - out * 1.9 * MM
    ring = centre[:, None] + np.cos(turn)[None, :, None] * out[:, None] * thick[:, None]
    ring = ring + np.sin(turn)[None, :, None] * np.array([0, 0, 1.0]) * high[:, None]
    return ring.reshape(-1, 3)
