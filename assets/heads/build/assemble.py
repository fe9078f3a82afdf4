"""Puts the parts of one head together and writes them as arrays."""

import numpy as np

from . import brows, eyes, lashes, masks, skin, teeth
from .arms import arms_down
from .identity import IDENTITIES, LID_SHAPES, neutral_and_shapes
from .landmarks import INSIDE_LIP, skin_landmarks
from .lip_shapes import closing_lips, corners_closed
from .part import JOINTS, LEFT_EYE, RIGHT_EYE, Part
from .source import Source

# Degrees an eye has turned when its eyeLook shape is fully in; order as LID_SHAPES
LID_ANGLES = (17, 17, 11, 11, 21, 21, 21, 21)
MATERIALS = ("skin", "mouth", "eyes", "teeth", "gums", "tongue", "lashes", "brows")


def head_arrays(source: Source, name: str, expression_names: list[str]) -> dict[str, np.ndarray]:
    """Everything an ``assets/heads/*.npz`` holds; its fields are described in core/heads/head.py."""
    names = [*expression_names, *LID_SHAPES]
    neutral, shapes = neutral_and_shapes(source, IDENTITIES[name], names)
    shapes = closing_lips(source, shapes, names.index("jawOpen"), names.index("mouthClose"))
    outside = source.faces["body"][skin.skin_faces(source)]
    neutral = corners_closed(source, arms_down(source, neutral), outside, IDENTITIES[name].pinch)
    surface, kept = skin.skin(source, neutral, shapes)
    parts = [surface]
    landmarks = skin_landmarks(source, kept)
    centres = []
    for side, joint in (("l", LEFT_EYE), ("r", RIGHT_EYE)):
        ball, centre = eyes.eyeball(neutral[source.group(f"helper-{side}-eye")], joint, len(names))
        label = {"l": "left", "r": "right"}[side]
        first = _count(parts)
        landmarks[f"pupil_{label}"], landmarks[f"eye_back_{label}"] = first, first + len(ball.vertices) - 1
        parts.append(ball)
        centres.append(centre)
    for row in ("upper", "lower"):
        helper = source.group(f"helper-{row}-teeth")
        landmarks[f"{row}_teeth"] = _count(parts)
        parts += teeth.tooth_row(neutral[helper], shapes[:, helper], row, neutral[INSIDE_LIP, 1].max())
    parts.append(skin.tongue(source, neutral, shapes, names.index("jawOpen")))
    parts += _hairs(source, name, neutral, shapes, surface, kept)
    regions = masks.skin_masks(source, kept) | {"brow_shade": brows.brow_shade(name, source.vertices[kept])}
    joints = [source.cube(neutral, f"joint-{name}") for name in ("spine-1", "neck", "head", "mouth")] + centres
    return _pack(parts, np.array(joints), landmarks, regions, expression_names)


def _hairs(source: Source, name: str, neutral, shapes, surface: Part, kept: np.ndarray) -> list[Part]:
    """Lashes and brows of both sides."""
    length = 1.0 if IDENTITIES[name].sex == "female" else 0.75
    rims = [lashes.lashes(source, neutral, shapes, side, lid, length) for side in "lr" for lid in ("upper", "lower")]
    outside = surface.faces[surface.material == "skin"]
    reference = source.vertices[kept]
    arches = [brows.brow(name, reference, surface.vertices, outside, surface.shapes, side) for side in (1, -1)]
    return rims + arches


def _count(parts: list[Part]) -> int:
    return sum(len(part.vertices) for part in parts)


def _pack(parts, joints, landmarks, regions, expression_names) -> dict[str, np.ndarray]:
    origin = joints[[LEFT_EYE, RIGHT_EYE]].mean(axis=0)
    count = _count(parts)
    shapes = np.concatenate([part.shapes for part in parts], axis=1)
    shapes, scale = quantised(shapes)
    split = len(expression_names)
    names = sorted(landmarks)
    faces, uvs, material, first = [], [], [], 0
    for part in parts:
        faces.append(np.where(part.faces < 0, -1, part.faces + first))
        uvs.append(np.zeros((*part.faces.shape, 2)) if part.uvs is None else part.uvs)
        material += [MATERIALS.index(name) for name in np.broadcast_to(part.material, len(part.faces))]
        first += len(part.vertices)
    return {
        "vertices": np.concatenate([part.vertices for part in parts]) - origin,
        "faces": np.concatenate(faces).astype(np.int32),
        "uvs": np.round(np.concatenate(uvs) * 65535).astype(np.uint16),
        "materials": np.array(MATERIALS),
        "face_materials": np.array(material, np.uint8),
        "expression_names": np.array(expression_names),
        "shapes": shapes[:split],
        "shape_scales": scale[:split],
        "lid_names": np.array(LID_SHAPES),
        "lid_angles": np.radians(np.array(LID_ANGLES)).astype(np.float32),
        "lid_shapes": shapes[split:],
        "lid_scales": scale[split:],
        "joint_names": np.array(JOINTS),
        "joints": joints - origin,
        "weights": quantised_weights(np.concatenate([part.weights for part in parts])),
        "mask_names": np.array(sorted(regions)),
        "masks": np.stack([_padded(regions[name], count) for name in sorted(regions)]),
        "landmark_names": np.array(names),
        "landmarks": np.array([landmarks[name] for name in names], np.int32),
    }


def quantised(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shapes (S, V, 3) as int16 and the metres (S,) of one step of each; the error is below 0.001 mm."""
    scale = np.abs(shapes).max(axis=(1, 2)) / 32767
    scale[scale == 0] = 1
    return np.round(shapes / scale[:, None, None]).astype(np.int16), scale.astype(np.float32)


def quantised_weights(weights: np.ndarray) -> np.ndarray:
    """Weights (V, 6) as uint16 whose rows sum to exactly 65535: what rounding leaves over goes to the largest."""
    whole = np.round(weights * 65535).astype(np.int64)
    rows = np.arange(len(whole))
    whole[rows, whole.argmax(axis=1)] += 65535 - whole.sum(axis=1)
    return whole.astype(np.uint16)


def _padded(mask: np.ndarray, count: int) -> np.ndarray:
    """A mask over the skin, which comes first, in [0, 1], as uint8 over all ``count`` vertices."""
    whole = np.zeros(count, np.uint8)
    whole[: len(mask)] = np.round(np.clip(mask, 0, 1) * 255)
    return whole
