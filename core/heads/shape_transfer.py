"""A head from a FLAME model: our shapes, lids, masks and landmarks transferred to its mesh.

Our own head is registered non-rigidly to the model's surface; each of the model's vertices then takes the offsets
of the triangle of ours on which it lies. Upper and lower lip touch: the skinning weight of the jaw distinguishes them.
Nothing derived here from a user's file is shipped.
"""

from dataclasses import replace

import numpy as np

from ..errors import UserError
from .clothes import Clothes
from .flame import Flame
from .head import JAW, LEFT_EYE, RIGHT_EYE, Head

NORMAL_REACH = 0.012  # metres that opposite normals count as, twice
JAW_REACH = 0.02  # metres that a jaw weight of 1 counts as
AFFINE_STEPS = 10
SMOOTHING = (30, 24, 18, 14, 10, 8, 6, 4, 3, 2)  # rounds, one entry per step: first the large, then the small
CLOTH_OFF = 0.006  # metres the cloth keeps off the skin
CLOTH_REACH = 0.02  # metres over which the cloth averages the offsets of the skin under it
FARTHEST = 0.03  # metres; closest points further apart do not correspond


def transfer_shapes(model: Flame, ours: Head, name: str) -> Head:
    """The model as a :class:`Head` with the 44 shapes of ``ours``, transferred. Takes about ten seconds.

    FLAME's root turns as our neck and its neck as our head; its pose correctives are not used.
    """
    if not model.has_jaw:
        raise UserError(
            f'"{name}" is a FLAME edition without a jaw: its upper and lower lip cannot be separated. '
            "Use an edition with a jaw, like FLAME 2020."
        )
    origin = model.joints[3:5].mean(axis=0)
    rest, joints = model.template - origin, model.joints - origin
    eyeball = model.weights[:, 3:5].max(axis=1) > 0.99
    skin = np.flatnonzero(~eyeball)
    surface = Surface(rest, model.faces, model.weights[:, 2])
    source, scale = fitted(ours, surface, skin, joints)
    corners, shares = _on_triangles(source, rest[skin], surface.features[skin])

    def transferred(values: np.ndarray) -> np.ndarray:  # (S, V of ours, 3) -> (S, V of the model, 3)
        moved = np.zeros((len(values), len(rest), 3), np.float32)
        moved[:, skin] = (values[:, corners] * shares[..., None]).sum(axis=2) * scale
        return moved

    masks = {key: np.zeros(len(rest), np.float32) for key in ours.masks}
    for key, mask in ours.masks.items():
        masks[key][skin] = (mask[corners] * shares).sum(axis=1)
    weights = np.zeros((len(rest), 6), np.float32)
    weights[:, 1:] = model.weights
    faces = np.c_[model.faces, np.full(len(model.faces), -1)].astype(np.int32)
    return replace(
        ours,
        name=name,
        rest=rest.astype(np.float32),
        faces=faces,
        uvs=_polar_uvs(rest, model.faces, joints[3:5]),
        face_materials=_materials(ours, model.faces, eyeball, masks["inside_mouth"]),
        shapes=transferred(ours.shapes),
        lid_shapes=transferred(ours.lid_shapes),
        joints=joints[[0, 0, 1, 2, 3, 4]].astype(np.float32),
        weights=weights,
        masks=masks,
        landmarks=_landmarks(ours, rest, skin, corners, shares, model.weights),
        clothes=_fitted_clothes(ours, source.vertices, surface),
    )


class Surface:
    """A triangle mesh with the features that correspondences depend on: position, normal and jaw weight."""

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray, jaw: np.ndarray):
        self.vertices, self.triangles, self.jaw = vertices, triangles, jaw

    @property
    def normals(self) -> np.ndarray:
        """(V, 3) unit normals."""
        a, b, c = np.moveaxis(self.vertices[self.triangles], 1, 0)
        normals = np.zeros_like(self.vertices)
        np.add.at(normals, self.triangles, np.cross(b - a, c - a)[:, None])
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    @property
    def features(self) -> np.ndarray:
        """(V, 7) metres; neighbours in this space lie on the same side of the same lip."""
        return np.c_[self.vertices, self.normals * NORMAL_REACH, self.jaw * JAW_REACH].astype(np.float32)


def fitted(ours: Head, model: Surface, skin: np.ndarray, joints: np.ndarray) -> tuple[Surface, float]:
    """Our skin, warped onto the model's (vertices ``skin``), and the scale of the model relative to ours."""
    scale = float(np.linalg.norm(joints[3] - joints[4]) / np.linalg.norm(np.diff(ours.eye_centres, axis=0)))
    kept = [ours.materials.index(material) for material in ("skin", "mouth")]
    quads = ours.faces[np.isin(ours.face_materials, kept)]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    count = triangles.max() + 1  # the skin comes first in our files
    source = Surface(ours.rest[:count].astype(float) * scale, triangles, ours.weights[:count, JAW])
    target = model.features[skin]
    _fit_affine(source, model.vertices[skin], target)
    _fit_freely(source, model.vertices[skin], model.normals[skin], target)
    return source, scale


def _fitted_clothes(ours: Head, warped: np.ndarray, model: Surface) -> Clothes:
    """Our clothes with the offsets of the skin near them: ``warped`` (n, 3) is our skin on the model."""
    skin = ours.rest[: len(warped)].astype(float)
    outer = np.flatnonzero(skin[:, 2] < ours.rest[ours.landmarks["chin"], 2] - 0.02)  # neck and shoulders
    away = np.linalg.norm(ours.clothes.vertices[:, None] - skin[outer], axis=-1)
    share = np.exp(-(away - away.min(axis=1, keepdims=True)) / CLOTH_REACH)
    moved = (warped - skin)[outer]
    cloth = ours.clothes.vertices + share @ moved / share.sum(axis=1, keepdims=True)
    nearest = closest(cloth, model.vertices)
    normals = model.normals[nearest]
    over = cloth - model.vertices[nearest]
    short = CLOTH_OFF - (over * normals).sum(axis=1)
    short[(short < 0) | (np.linalg.norm(over, axis=1) > FARTHEST)] = 0
    return replace(ours.clothes, vertices=(cloth + short[:, None] * normals).astype(np.float32))


def _fit_affine(source: Surface, points: np.ndarray, target: np.ndarray) -> None:
    for _ in range(AFFINE_STEPS):
        nearest = closest(source.features, target)
        gap = np.linalg.norm(points[nearest] - source.vertices, axis=1)
        good = gap < np.minimum(np.quantile(gap, 0.7), FARTHEST)
        known = np.c_[source.vertices, np.ones(len(gap))]
        source.vertices = known @ np.linalg.lstsq(known[good], points[nearest][good], rcond=None)[0]


def _fit_freely(source: Surface, points: np.ndarray, normals: np.ndarray, target: np.ndarray) -> None:
    edges = np.concatenate([source.triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    for rounds in SMOOTHING:
        nearest = closest(source.features, target)
        gap, across = points[nearest] - source.vertices, normals[nearest]
        confidence = (np.linalg.norm(gap, axis=1) < FARTHEST) * np.clip((across * source.normals).sum(axis=1), 0, 1)
        step = (gap * across).sum(axis=1, keepdims=True) * across  # points may slide along the surface
        source.vertices = source.vertices + _spread(step, confidence, edges, rounds)


def _spread(step: np.ndarray, confidence: np.ndarray, edges: np.ndarray, rounds: int) -> np.ndarray:
    """Steps (V, 3) averaged over neighbours ``rounds`` times, weighted by their ``confidence`` (V,)."""
    total, weight = step * confidence[:, None], confidence.copy()
    a, b = edges.T
    for _ in range(rounds):
        total, weight = total * 0.5, weight * 0.5
        more, heavier = np.zeros_like(total), np.zeros_like(weight)
        np.add.at(more, a, total[b])
        np.add.at(heavier, a, weight[b])
        degree = np.maximum(np.bincount(a, minlength=len(step)), 1)
        total, weight = total + more / degree[:, None], weight + heavier / degree
    return total / np.maximum(weight, 1e-3)[:, None]


def closest(of: np.ndarray, among: np.ndarray) -> np.ndarray:
    """(n,) the row of ``among`` (m, k) nearest to each row of ``of`` (n, k)."""
    square = (among**2).sum(axis=1)
    return np.concatenate(
        [(square - 2 * part @ among.T).argmin(axis=1) for part in np.array_split(of, len(of) // 500 + 1)]
    )


def _on_triangles(source: Surface, points: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The closest triangle around the nearest vertex of each point (n, 3), and the barycentric coordinates in it."""
    nearest = closest(target, source.features)
    around = [[] for _ in source.vertices]
    for index, triangle in enumerate(source.triangles.tolist()):
        for vertex in triangle:
            around[vertex].append(index)
    widest = max(map(len, around))
    table = np.array([(row * widest)[:widest] if row else [0] * widest for row in around])
    corners = source.triangles[table[nearest]]  # (n, widest, 3)
    a, b, c = (source.vertices[corners[..., i]] for i in range(3))
    shares = _shares(points[:, None], a, b, c)
    off = np.linalg.norm((shares[..., None] * np.stack([a, b, c], axis=-2)).sum(axis=-2) - points[:, None], axis=-1)
    best = off.argmin(axis=1)
    rows = np.arange(len(points))
    return corners[rows, best], shares[rows, best]


def _shares(p: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Barycentric coordinates (..., 3) of the projection of p onto the triangle, clipped to it."""
    u, v, w = b - a, c - a, p - a
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    wu, wv = (w * u).sum(-1), (w * v).sum(-1)
    area = np.maximum(uu * vv - uv * uv, 1e-18)
    second, third = (vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area
    shares = np.clip(np.stack([1 - second - third, second, third], axis=-1), 0, None)
    return shares / shares.sum(axis=-1, keepdims=True)


def _materials(ours: Head, triangles: np.ndarray, eyeball: np.ndarray, inside_mouth: np.ndarray) -> np.ndarray:
    index = np.full(len(triangles), ours.materials.index("skin"), np.uint8)
    index[inside_mouth[triangles].mean(axis=1) > 0.5] = ours.materials.index("mouth")
    index[eyeball[triangles].all(axis=1)] = ours.materials.index("eyes")
    return index


def _polar_uvs(rest: np.ndarray, triangles: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """(F, 4, 2) as on our eyeballs: distance from the middle = angle from the front pole; skin has none."""
    near = centres[np.linalg.norm(rest[:, None] - centres, axis=2).argmin(axis=1)]
    x, y, z = (rest - near).T
    polar = np.arctan2(np.hypot(x, z), -y)
    turn = np.arctan2(z, x)
    uv = 0.5 + (polar / np.pi / 2)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return uv[np.c_[triangles, triangles[:, :1]]].astype(np.float32)


def _landmarks(ours: Head, rest, skin, corners, shares, weights) -> dict[str, int]:
    """Our landmarks, each at the nearest vertex; those of the teeth are left out."""
    at = (ours.rest[corners] * shares[..., None]).sum(axis=1)
    jaw = (ours.weights[corners, JAW] * shares).sum(axis=1)
    found = {}
    for name, vertex in ours.landmarks.items():
        if "teeth" not in name and not name.startswith(("pupil", "eye_back")):
            away = np.linalg.norm(at - ours.rest[vertex], axis=1) + JAW_REACH * np.abs(jaw - ours.weights[vertex, JAW])
            found[name] = int(skin[away.argmin()])
    for side, joint in (("left", LEFT_EYE), ("right", RIGHT_EYE)):
        ball = np.flatnonzero(weights[:, joint - 1] > 0.99)
        found[f"pupil_{side}"] = int(ball[rest[ball, 1].argmin()])
        found[f"eye_back_{side}"] = int(ball[rest[ball, 1].argmax()])
    return found
