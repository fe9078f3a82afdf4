"""The mesh of a head: geometry, masks, colours, shape keys and weights, all written in bulk."""

import bpy
import numpy as np

from ....core.heads import JOINT_NAMES, Head
from ....core.motion import EXPRESSION_NAMES
from . import materials

IRIS_DEGREES, PUPIL_DEGREES = 22.0, 8.0  # from the front pole of an eyeball
# The slots of a head's mesh. In renders the shaders of eye and skin colour iris, pupil and lips by
# masks; slots of their own give them a colour in the solid viewport too.
SLOTS = ("skin", "lips", "eyes", "iris", "pupil", "mouth", "teeth", "gums", "tongue", "lashes", "brows")
TEETH = ("upper_teeth", "lower_teeth")  # landmarks: their front edges
LIGHT_DEPTH = 0.012  # m into the mouth where a third of the light is left


def new_mesh(name: str, vertices: np.ndarray, faces: np.ndarray) -> bpy.types.Mesh:
    """A smooth-shaded mesh.

    vertices: (V, 3) metres
    faces:    (F, 4) vertex indices; -1 in the last column of a triangle
    """
    mesh = bpy.data.meshes.new(name)
    used = faces >= 0
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.loops.add(int(used.sum()))
    mesh.loops.foreach_set("vertex_index", faces[used].astype(np.int32))
    mesh.polygons.add(len(faces))
    starts = np.concatenate([[0], np.cumsum(used.sum(axis=1))[:-1]])
    mesh.polygons.foreach_set("loop_start", starts.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    mesh.update(calc_edges=True)
    return mesh


def head_mesh(head: Head, name: str, colors: materials.Palette) -> bpy.types.Mesh:
    """The mesh of a head with its materials and attributes, before it has shape keys."""
    mesh = new_mesh(name, head.rest, head.faces)
    slots = _face_slots(head)
    for material in _slot_materials(name, colors):
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", slots.astype(np.int32))
    for mask, values in head.masks.items():
        set_attribute(mesh, mask, values)
    set_attribute(mesh, "rest_position", head.rest)
    polar, spoke = _eye_coordinates(head)
    set_attribute(mesh, "eye_polar", polar / 90)
    set_attribute(mesh, "eye_spoke", spoke)
    set_colors(mesh, _corner_colors(head, slots, colors))
    used = head.faces >= 0
    layer = mesh.uv_layers.new(name="UVMap")
    layer.data.foreach_set("uv", np.ascontiguousarray(head.uvs[used], np.float32).ravel())
    return mesh


def add_shape_keys(body: bpy.types.Object, head: Head) -> None:
    """Basis, the 44 of a motion and the 8 that let the lids follow the eyes; all 0..1."""
    body.shape_key_add(name="Basis", from_mix=False)
    names = (*EXPRESSION_NAMES, *head.lid_names)
    for name, offsets in zip(names, (*head.shapes, *head.lid_shapes), strict=True):
        key = body.shape_key_add(name=name, from_mix=False)
        key.data.foreach_set("co", np.ascontiguousarray(head.rest + offsets, np.float32).ravel())
        key.value, key.slider_min, key.slider_max = 0.0, 0.0, 1.0
    body.data.shape_keys.name = body.name


def add_weights(body: bpy.types.Object, head: Head) -> None:
    """A vertex group per joint. Vertices of one weight go in together: far fewer calls than vertices."""
    for joint, name in enumerate(JOINT_NAMES):
        group = body.vertex_groups.new(name=name)
        column = head.weights[:, joint]
        members = np.flatnonzero(column)
        members = members[np.argsort(column[members], kind="stable")]
        levels, starts = np.unique(column[members], return_index=True)
        for level, vertices in zip(levels.tolist(), np.split(members, starts[1:]) if len(members) else (), strict=True):
            group.add(vertices.tolist(), level, "REPLACE")


def set_attribute(data, name: str, values: np.ndarray, domain: str = "POINT") -> None:
    """Write numbers (n,) or vectors (n, 3) as a float attribute of a mesh or of curves."""
    kind, field = ("FLOAT", "value") if values.ndim == 1 else ("FLOAT_VECTOR", "vector")
    attribute = data.attributes.get(name) or data.attributes.new(name, kind, domain)
    attribute.data.foreach_set(field, np.ascontiguousarray(values, np.float32).ravel())


def set_colors(mesh: bpy.types.Mesh, colors: np.ndarray) -> None:
    """Write linear RGB (corners, 3) as the colour attribute that the preview shows."""
    attribute = mesh.color_attributes.new("paint", "BYTE_COLOR", "CORNER")
    rgba = np.ones((len(colors), 4), np.float32)
    rgba[:, :3] = np.clip(colors, 0, 1)
    attribute.data.foreach_set("color", rgba.ravel())
    mesh.color_attributes.active_color_index = 0
    mesh.color_attributes.render_color_index = 0


def _slot_materials(name: str, colors: materials.Palette) -> list[bpy.types.Material]:
    """One material per slot, in the order of SLOTS."""
    made = {
        "skin": materials.skin(f"{name} skin", colors),
        "eyes": materials.eye(f"{name} eyes", colors),
        "mouth": materials.plain(f"{name} mouth", materials.MOUTH, roughness=0.5),
        "teeth": materials.plain(f"{name} teeth", materials.TEETH, roughness=0.25, subsurface=0.15, coat=0.5),
        "gums": materials.plain(f"{name} gums", materials.GUMS, roughness=0.35, subsurface=0.3, coat=0.4),
        "tongue": materials.plain(f"{name} tongue", materials.TONGUE, roughness=0.45, subsurface=0.4, coat=0.2),
        "lashes": materials.plain(f"{name} lashes", (0.008, 0.006, 0.005), roughness=0.5),
        "brows": materials.plain(f"{name} brows", tuple(c * 0.8 for c in colors.hair), roughness=0.6),
    }
    for copy, original, color in (
        ("lips", "skin", colors.lips),
        ("iris", "eyes", colors.iris),
        ("pupil", "eyes", materials.PUPIL),
    ):
        made[copy] = made[original].copy()
        made[copy].name = f"{name} {copy}"
        made[copy].diffuse_color = (*color, 1.0)
    return [made[slot] for slot in SLOTS]


def _face_slots(head: Head) -> np.ndarray:
    """(F,) index into SLOTS of every face. An unknown material is skin."""
    own = np.array([SLOTS.index(name) if name in SLOTS else 0 for name in head.materials])
    slots = own[head.face_materials]
    corners = np.where(head.faces >= 0, head.faces, head.faces[:, :1])
    if "lips" in head.masks:
        slots[(slots == SLOTS.index("skin")) & (head.masks["lips"][corners].mean(axis=1) > 0.5)] = SLOTS.index("lips")
    polar = _eye_coordinates(head)[0][corners].mean(axis=1)
    eyes = slots == SLOTS.index("eyes")
    slots[eyes & (polar < IRIS_DEGREES)] = SLOTS.index("iris")
    slots[eyes & (polar < PUPIL_DEGREES)] = SLOTS.index("pupil")
    return slots


def _eye_coordinates(head: Head) -> tuple[np.ndarray, np.ndarray]:
    """On the eyeballs: degrees from the front pole (V,), 180 elsewhere, and the unit direction away from it (V, 3)."""
    polar, spoke = np.full(len(head.rest), 180.0), np.zeros((len(head.rest), 3))
    if "eyes" not in head.materials:
        return polar, spoke
    faces = head.faces[head.face_materials == head.materials.index("eyes")]
    ball = np.unique(faces[faces >= 0])
    side = np.linalg.norm(head.rest[ball, None] - head.eye_centres, axis=2).argmin(axis=1)
    offset = head.rest[ball] - head.eye_centres[side]
    polar[ball] = np.degrees(np.arctan2(np.linalg.norm(offset[:, [0, 2]], axis=1), -offset[:, 1]))
    across = offset * [1, 0, 1]
    spoke[ball] = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    return polar, spoke


def _corner_colors(head: Head, slots: np.ndarray, colors: materials.Palette) -> np.ndarray:
    """(corners, 3) linear colours for the preview: the shaders' colours as vertex colours, cavities a little darker."""
    used = head.faces >= 0
    corner_vertex, corner_slot = head.faces[used], np.repeat(slots, used.sum(axis=1))
    plain = {
        "mouth": materials.MOUTH,
        "teeth": materials.TEETH,
        "gums": materials.GUMS,
        "tongue": materials.TONGUE,
        "lashes": (0.01, 0.008, 0.007),
        "brows": tuple(c * 0.7 for c in colors.hair),
        "eyes": materials.SCLERA,
        "pupil": materials.PUPIL,
    }
    skin = materials.painted_skin(head.masks, colors, len(head.rest)) * _hollow_shade(head)[:, None]
    painted = skin[corner_vertex]
    for slot, color in plain.items():
        painted[corner_slot == SLOTS.index(slot)] = color
    inside = np.isin(corner_slot, [SLOTS.index(slot) for slot in ("teeth", "gums", "tongue")])
    painted[inside] *= _mouth_shade(head)[corner_vertex[inside], None]
    polar = np.repeat(_face_polar(head), used.sum(axis=1))
    iris = corner_slot == SLOTS.index("iris")
    painted[iris] = materials.painted_iris(polar[iris], colors)
    return painted


def _mouth_shade(head: Head) -> np.ndarray:
    """(V,) 0.1..0.8, occlusion of light inside the mouth; less further back, and less on the lower jaw."""
    front = min((head.rest[head.landmarks[name], 1] for name in TEETH if name in head.landmarks), default=0.0)
    light = 0.8 * np.exp(-np.maximum(head.rest[:, 1] - front, 0) / LIGHT_DEPTH)
    below = head.weights[:, JOINT_NAMES.index("jaw")] > 0.5
    return np.clip(np.where(below, 0.7 * light, light), 0.1, 0.8)


def _face_polar(head: Head) -> np.ndarray:
    """(F,) mean degrees from the front pole of the eyeball, one value a face for sharp rings."""
    corners = np.where(head.faces >= 0, head.faces, head.faces[:, :1])
    return _eye_coordinates(head)[0][corners].mean(axis=1)


def _hollow_shade(head: Head) -> np.ndarray:
    """(V,) 0.45..1.1: darker where the surface is a groove (lip line, nostrils, lids, ears), lighter on ridges."""
    corners = np.where(head.faces >= 0, head.faces, head.faces[:, 2:3])
    rest = head.rest.astype(float)
    across = np.cross(rest[corners[:, 2]] - rest[corners[:, 0]], rest[corners[:, 3]] - rest[corners[:, 1]])
    normal, around, count = np.zeros_like(rest), np.zeros_like(rest), np.zeros(len(rest))
    for corner in range(4):
        np.add.at(normal, corners[:, corner], across)
        for other in ((corner + 1) % 4, (corner + 3) % 4):
            np.add.at(around, corners[:, corner], rest[corners[:, other]])
            np.add.at(count, corners[:, corner], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    depth = ((around / np.maximum(count, 1)[:, None] - rest) * normal).sum(axis=1)  # metres below the neighbours
    for _ in range(2):
        total = np.zeros(len(rest))
        for corner in range(4):
            for other in ((corner + 1) % 4, (corner + 3) % 4):
                np.add.at(total, corners[:, corner], depth[corners[:, other]])
        depth = (depth + total / np.maximum(count, 1)) / 2
    return np.clip(1 - depth * 500, 0.5, 1.06)
