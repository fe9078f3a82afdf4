"""The skin: which faces of the body a head keeps, its weights, and the tongue."""

import numpy as np

from core.timeseries import smooth_step

from .masks import texture_mask
from .part import HEAD, JAW, JOINTS, LEFT_EYE, NECK, RIGHT_EYE, ROOT, Part, rigid_weights
from .source import Source

# The cut, metres on hm08 itself: height of the collar plane at the throat and at the nape, and how far out
THROAT, NAPE, SIDE = (-0.11, 0.50), (0.05, 0.56), 0.15
# Metres above that plane over which the skinning to the neck fades in: the collar lies at 0.048, where moving skin
# would intersect the cloth
STILL, MOVING = 0.03, 0.085

TONGUE_SINKS = 0.011  # metres its back sinks towards the jaw when the mouth opens


def skin_faces(source: Source) -> np.ndarray:
    """The rows of the body's faces that belong to a head. Chosen on hm08 itself, so the same for every identity."""
    above = (height_over_cut(source) > 0) & (np.abs(source.vertices[:, 0]) < SIDE)
    return np.flatnonzero(above[source.faces["body"]].all(axis=1))


def height_over_cut(source: Source) -> np.ndarray:
    """(N,) metres of hm08's vertices over the plane through throat and nape where a head is cut off."""
    v = source.vertices
    slope = (NAPE[1] - THROAT[1]) / (NAPE[0] - THROAT[0])
    return v[:, 2] - THROAT[1] - slope * (v[:, 1] - THROAT[0])


def joint_weights(source: Source) -> np.ndarray:
    """(N, 6) weights of hm08's vertices: the rig's bones summed up the tree to the six joints, still at the collar."""
    named = {"neck01": NECK, "head": HEAD, "jaw": JAW, "eye.L": LEFT_EYE, "eye.R": RIGHT_EYE}
    weights = np.zeros((len(source.vertices), len(JOINTS)))
    for bone, share in source.bone_weights.items():
        ancestor = bone
        while ancestor and ancestor not in named:
            ancestor = source.bones[ancestor]
        weights[:, named.get(ancestor, ROOT)] += share
    weights[:, HEAD] += weights[:, LEFT_EYE] + weights[:, RIGHT_EYE]  # lids follow the eyes by shapes, not by skinning
    weights[:, [LEFT_EYE, RIGHT_EYE]] = 0
    total = weights.sum(axis=1, keepdims=True)
    weights[total[:, 0] == 0, ROOT] = 1
    weights /= weights.sum(axis=1, keepdims=True)
    weights *= smooth_step(height_over_cut(source), STILL, MOVING)[:, None]
    weights[:, ROOT] += 1 - weights.sum(axis=1)
    return weights


def skin(source: Source, neutral: np.ndarray, shapes: np.ndarray) -> tuple[Part, np.ndarray]:
    """The skin with the mouth's inside, and (n,) its vertices' numbers in hm08, ascending."""
    rows = skin_faces(source)
    faces, uvs = source.faces["body"][rows], source.uvs[source.face_uvs["body"][rows]]
    kept = np.unique(faces)
    cavity = (texture_mask(source, "inside-mouth")[faces] > 0.5).all(axis=1)
    material = np.where(cavity, "mouth", "skin")
    local = np.searchsorted(kept, faces)
    return Part(material, neutral[kept], local, shapes[:, kept], joint_weights(source)[kept], uvs), kept


def tongue(source: Source, neutral: np.ndarray, shapes: np.ndarray, jaw_open: int) -> Part:
    """MakeHuman's tongue, hung on the jaw. In ``shapes[jaw_open]`` its back sinks: at rest it fills the palate."""
    faces = source.faces["helper-tongue"]
    kept = np.unique(faces)
    uvs = source.uvs[source.face_uvs["helper-tongue"]]
    points, moves = neutral[kept], shapes[:, kept].copy()
    lowest = points[:, 2].min()
    moves[jaw_open, :, 2] -= TONGUE_SINKS * (points[:, 2] - lowest) / (points[:, 2].max() - lowest)
    return Part("tongue", points, np.searchsorted(kept, faces), moves, rigid_weights(len(kept), JAW), uvs)
