"""A head: its mesh, what moves it, and where its vertices are under a motion (DESIGN, contract: heads).

``load("woman")``, ``load("man")``, ``load("path/to/head.npz")`` or ``load("path/to/flame.pkl")``, whose transferred
shapes are cached beside it in ``flame.pkl.head.npz``. Symbols: V vertices, F faces, T motion frames.
Axes and units: metres, Z up, the face looks along -Y, its own left is +X, the point between the eyes is the origin.

What a file holds (``.npz``, loads with ``allow_pickle=False``), and the field of :class:`Head` it becomes:

=================  ======================================================================  ==========================
array              content                                                                 field
=================  ======================================================================  ==========================
vertices           (V, 3) float32 at rest                                                  rest
faces              (F, 4) int32, outward; a triangle has -1 in the last column             faces
uvs                (F, 4, 2) uint16 / 65535, per corner; eyes: polar, the pupil at the     uvs
                   middle, distance from it = angle from the pole / 360°
materials          names; face_materials (F,) uint8 numbers them                           materials, face_materials
expression_names   the 44 of core.motion, in its order
shapes             (44, V, 3) int16 x shape_scales (44,) = offsets at value 1              shapes
lid_names          8: eyeLook{Down,Up,In,Out}{Left,Right}; the lids' part only             lid_names
lid_shapes         (8, V, 3) int16 x lid_scales (8,)                                       lid_shapes
lid_angles         (8,) radians an eye has turned when its lid shape is fully in           lid_angles
joint_names        6: root neck head jaw left_eye right_eye                                JOINT_NAMES
joints             (6, 3) rest places; root -> neck -> head -> jaw and both eyes           joints
weights            (V, 6) uint16 / 65535, rows sum to exactly 65535                        weights
mask_names         masks (M, V) uint8 / 255; see assets/heads/ORIGIN.md                    masks
landmark_names     landmarks (L,) int32 vertex numbers                                     landmarks
clothes_*          vertices (S, 3), faces (G, 4), piece (G,) of core.clothes; ours have a     clothes
                   file of their own, and there may be none
=================  ======================================================================  ==========================

Pose, the same here and in Blender: all rest bones have identity orientation and stand on their joints; neck, head and
eyes turn by the motion's axis-angles, each local to its parent; the neck also moves by the translation; root and jaw
never move (the jaw opens by the shapes). Lids follow the eyes: per eye with gaze yaw (+ to the own left) and pitch
(+ up) in the head, read off the direction its rotation takes -Y to,

    Down = clip(-pitch / angle)   Up = clip(pitch / angle)   Out, In = clip(±yaw / angle), all times (1 - eyeBlink)

with clip to [0, 1]; a closed lid does not follow. For an eye's quaternion (w, x, y, z) that direction
is (2wz - 2xy, 2x² + 2z² - 1, -2yz - 2wx), yaw = atan2(dx, -dy), pitch = asin(dz).
"""

from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..files import replacing
from ..motion import EXPRESSION_NAMES, WIDTH, HeadMotion
from ..rotation import axis_angle_to_matrix
from . import arkit
from .clothes import Clothes

JOINT_NAMES = ("root", "neck", "head", "jaw", "left_eye", "right_eye")
ROOT, NECK, HEAD, JAW, LEFT_EYE, RIGHT_EYE = range(6)
CLOTHES_KEYS = ("clothes_vertices", "clothes_faces", "clothes_piece")
CHUNK = 1 << 19  # vertices skinned at a time: flat memory for an hour of motion


@dataclass(frozen=True, eq=False)
class Head:
    """One head as arrays; see the module's docstring."""

    name: str
    rest: np.ndarray  # (V, 3) float32 metres
    faces: np.ndarray  # (F, 4) int32, -1 in the last column of triangles
    uvs: np.ndarray  # (F, 4, 2) float32 in [0, 1]
    materials: tuple[str, ...]
    face_materials: np.ndarray  # (F,) index into materials
    shapes: np.ndarray  # (44, V, 3) float32 metres, order of EXPRESSION_NAMES
    lid_names: tuple[str, ...]  # 8
    lid_shapes: np.ndarray  # (8, V, 3) float32 metres
    lid_angles: np.ndarray  # (8,) radians
    joints: np.ndarray  # (6, 3) metres, order of JOINT_NAMES
    weights: np.ndarray  # (V, 6) float32, rows sum to 1
    masks: dict[str, np.ndarray]  # (V,) float32 in [0, 1] each
    landmarks: dict[str, int]  # name -> vertex
    clothes: Clothes | None = None

    @property
    def eye_centres(self) -> np.ndarray:
        """(2, 3) metres, left and right, at rest."""
        return self.joints[[LEFT_EYE, RIGHT_EYE]]

    @property
    def full_opening(self) -> float:
        """The lip gap at jawOpen 1, metres."""
        packed = np.zeros((1, WIDTH), np.float32)
        packed[0, EXPRESSION_NAMES.index("jawOpen")] = 1
        return float(lip_gap(self, HeadMotion(packed))[0])

    def vertices(self, motion: HeadMotion, only: np.ndarray | list[int] | None = None) -> np.ndarray:
        """Where the vertices are: (T, V, 3) float32 metres, or (T, n, 3) of the n vertices in ``only``.

        An hour of landmarks takes seconds; whole meshes fill the memory, so request a few seconds of them at a time.
        """
        pick = np.arange(len(self.rest)) if only is None else np.asarray(only, int)
        rest, weights = self.rest[pick], self.weights[pick]
        basis = np.concatenate([self.shapes[:, pick], self.lid_shapes[:, pick]]).reshape(-1, 3 * len(pick))
        values = np.concatenate([motion.expression, self.lid_values(motion)], axis=1).astype(np.float32)
        turns, moves = self.joint_transforms(motion)
        posed = np.empty((len(motion), len(pick), 3), np.float32)
        step = max(1, CHUNK // max(1, len(pick)))
        for i in range(0, len(motion), step):
            shaped = rest + (values[i : i + step] @ basis).reshape(-1, len(pick), 3)
            posed[i : i + step] = skinned(shaped, weights, turns[i : i + step], moves[i : i + step])
        return posed

    def lid_values(self, motion: HeadMotion) -> np.ndarray:
        """(T, 8) values in [0, 1] of the lid shapes, in the order of ``lid_names``."""
        blink = motion.expression[:, [EXPRESSION_NAMES.index(f"eyeBlink{side}") for side in ("Left", "Right")]]
        return arkit.eye_look_values(motion.rotation, self.lid_angles) * np.tile(1 - np.clip(blink, 0, 1), 4)

    def joint_transforms(self, motion: HeadMotion) -> tuple[np.ndarray, np.ndarray]:
        """What each joint does to a point x at rest: ``turns @ x + moves``; (T, 6, 3, 3) and (T, 6, 3)."""
        neck, head, left, right = np.moveaxis(axis_angle_to_matrix(motion.rotation.astype(float)), 1, 0)
        turns = np.tile(np.eye(3), (len(motion), 6, 1, 1))
        moves = np.zeros((len(motion), 6, 3))
        local = {
            NECK: (ROOT, neck),
            HEAD: (NECK, head),
            JAW: (HEAD, None),
            LEFT_EYE: (HEAD, left),
            RIGHT_EYE: (HEAD, right),
        }
        for joint, (parent, rotation) in local.items():
            place = self.joints[joint].astype(float)
            turned = turns[:, parent] if rotation is None else turns[:, parent] @ rotation
            turns[:, joint] = turned
            moves[:, joint] = moves[:, parent] + turns[:, parent] @ place - turned @ place
            if joint == NECK:
                moves[:, NECK] += motion.translation
        return turns, moves


def skinned(points: np.ndarray, weights: np.ndarray, turns: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Linear blend skinning of points (T, n, 3) with weights (n, 6), turns (T, 6, 3, 3) and moves (T, 6, 3).

    Computed as offsets of the points, so that joints at rest change nothing.
    """
    change = np.concatenate([turns - np.eye(3), moves[..., None]], axis=-1)  # (T, 6, 3, 4)
    moving = np.flatnonzero(np.abs(change).reshape(len(change), 6, -1).max(axis=(0, 2)))
    blend = np.tensordot(weights[:, moving], change[:, moving].astype(np.float32), axes=(1, 1))  # (n, T, 3, 4)
    blend = np.moveaxis(blend, 1, 0)
    return points + np.einsum("tnij,tnj->tni", blend[..., :3], points) + blend[..., 3]


def lip_gap(head: Head, motion: HeadMotion) -> np.ndarray:
    """(T,) metres the lips are apart in the middle along the head's own up axis, more than at rest; 0 is closed."""
    pair = [head.landmarks["lip_inner_top"], head.landmarks["lip_inner_bottom"]]
    top, bottom = np.moveaxis(head.vertices(motion, only=pair), 1, 0)
    up = head.joint_transforms(motion)[0][:, HEAD, :, 2]
    at_rest = head.rest[pair[0], 2] - head.rest[pair[1], 2]
    return np.maximum(0, ((top - bottom) * up).sum(axis=1) - at_rest)


def write(head: Head, path: Path, **more: np.ndarray) -> None:
    """Write a head file, with ``more`` arrays beside those of the module's docstring."""
    scales = {}
    for key in ("shapes", "lid_shapes"):
        scale = np.abs(getattr(head, key)).max(axis=(1, 2)) / 32767
        scales[key] = np.where(scale > 0, scale, 1).astype(np.float32)
    weights = np.round(head.weights * 65535).astype(np.int64)
    weights[np.arange(len(weights)), weights.argmax(axis=1)] += 65535 - weights.sum(axis=1)  # rows sum exactly
    arrays = {
        "vertices": head.rest,
        "faces": head.faces,
        "uvs": np.round(head.uvs * 65535).astype(np.uint16),
        "materials": np.array(head.materials),
        "face_materials": head.face_materials,
        "expression_names": np.array(EXPRESSION_NAMES),
        "shapes": np.round(head.shapes / scales["shapes"][:, None, None]).astype(np.int16),
        "shape_scales": scales["shapes"],
        "lid_names": np.array(head.lid_names),
        "lid_angles": head.lid_angles,
        "lid_shapes": np.round(head.lid_shapes / scales["lid_shapes"][:, None, None]).astype(np.int16),
        "lid_scales": scales["lid_shapes"],
        "joint_names": np.array(JOINT_NAMES),
        "joints": head.joints,
        "weights": weights.astype(np.uint16),
        "mask_names": np.array(list(head.masks)),
        "masks": np.round(np.stack(list(head.masks.values())) * 255).astype(np.uint8),
        "landmark_names": np.array(list(head.landmarks)),
        "landmarks": np.array(list(head.landmarks.values()), np.int32),
    }
    if head.clothes:
        arrays |= dict(zip(CLOTHES_KEYS, astuple(head.clothes), strict=True))
    with replacing(path) as file:
        np.savez_compressed(file, **arrays, **more)


def read(path: Path, name: str = "") -> Head:
    """Read a head file as described in the module's docstring. Raises UserError when it is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            data = {key: file[key] for key in file.files}
        return _from_arrays(name or path.stem, data)
    except (KeyError, ValueError, OSError, EOFError, AttributeError) as error:
        raise UserError(
            f'"{path}" is not a head file ({error}). Choose a head .npz like those in assets/heads.'
        ) from error


def _from_arrays(name: str, data: dict[str, np.ndarray]) -> Head:
    if data["expression_names"].tolist() != EXPRESSION_NAMES:
        raise ValueError("its shapes are not the 44 of a motion")
    worn = [data[key] for key in CLOTHES_KEYS if key in data]
    return Head(
        name=name,
        rest=data["vertices"],
        faces=data["faces"],
        uvs=data["uvs"].astype(np.float32) / 65535,
        materials=tuple(data["materials"].tolist()),
        face_materials=data["face_materials"],
        shapes=data["shapes"] * data["shape_scales"][:, None, None],
        lid_names=tuple(data["lid_names"].tolist()),
        lid_shapes=data["lid_shapes"] * data["lid_scales"][:, None, None],
        lid_angles=data["lid_angles"],
        joints=data["joints"],
        weights=data["weights"].astype(np.float32) / 65535,
        masks=dict(zip(data["mask_names"].tolist(), data["masks"].astype(np.float32) / 255, strict=True)),
        landmarks=dict(zip(data["landmark_names"].tolist(), data["landmarks"].tolist(), strict=True)),
        clothes=Clothes(*worn) if worn else None,
    )
