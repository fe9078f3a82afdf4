"""Hair objects: strands for renders, and a mesh of locks under them that adds volume and is what previews show."""

import bpy
import numpy as np
from mathutils import Matrix

from ....core.heads import Head
from . import head_mesh, materials
from .hair_growth import STYLES, grow

STRANDS, LOCKS = "strands", "locks"  # values of the property below
KIND = "dyad_hair"
LOCK_COUNT = {"woman": 1200, "man": 2200}
LOCK_POINTS = {"woman": 11, "man": 5}
LOCK_WIDTH = {"woman": 0.0085, "man": 0.005}  # m
LOCK_COLUMNS = 4  # vertices across a lock


def add(armature: bpy.types.Object, head: Head, colors: materials.Palette, collection: bpy.types.Collection) -> None:
    """Grow a head's hair; it turns with the head bone. A user's head without a scalp mask gets none."""
    style_name = head.name if head.name in STYLES else "man"
    style = STYLES[style_name]
    strands = grow(head, style)
    if not len(strands):
        return
    every = np.linspace(0, style.points - 1, LOCK_POINTS[style_name]).round().astype(int)
    some = strands[: LOCK_COUNT[style_name], every]
    locks = _locks(f"{armature.name} locks", some, LOCK_WIDTH[style_name], colors.hair)
    for kind, data in ((STRANDS, _curves(f"{armature.name} hair", strands, colors.hair)), (LOCKS, locks)):
        thing = bpy.data.objects.new(data.name, data)
        thing[KIND], thing.color = kind, (*colors.hair, 1.0)
        collection.objects.link(thing)
        _hang_on_head(thing, armature)


def _hang_on_head(thing: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Parent to the head bone so that the object's coordinates are the head's rest axes."""
    bone = armature.data.bones["head"]
    thing.parent, thing.parent_type, thing.parent_bone = armature, "BONE", "head"
    tail = bone.matrix_local @ Matrix.Translation((0, bone.length, 0))  # children of a bone are attached to its tail
    thing.matrix_parent_inverse = tail.inverted()


def _curves(name: str, strands: np.ndarray, color: materials.Color) -> bpy.types.Curves:
    """A hair curves datablock. strands: (S, K, 3)"""
    count, points, _ = strands.shape
    curves = bpy.data.hair_curves.new(name)
    curves.add_curves([points] * count)
    curves.points.foreach_set("position", np.ascontiguousarray(strands, np.float32).ravel())
    taper = np.linspace(1, 0.25, points) ** 0.7 * 0.00016
    head_mesh.set_attribute(curves, "radius", np.tile(taper, count))
    curves.materials.append(materials.strands(name, tuple(c * 1.7 for c in color)))
    return curves


def _locks(name: str, strands: np.ndarray, width: float, color: materials.Color) -> bpy.types.Mesh:
    """Ribbons along some of the strands, each with streaks of its own shade. strands: (L, K, 3)"""
    count, points, _ = strands.shape
    along = np.gradient(strands, axis=1)
    outward = strands - strands[:, 0].mean(axis=0) * [0, 1, 1]  # from the middle of the scalp
    across = np.cross(along, outward)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    profile = np.interp(np.linspace(0, 1, points), [0, 0.25, 0.8, 1], [0.45, 1.0, 0.8, 0.25]) * width
    offset = np.linspace(-0.5, 0.5, LOCK_COLUMNS)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    bulge = (0.25 - offset**2)[:, None] * width * 0.5 * outward[:, :, None] - 0.0012 * outward[:, :, None]
    grid = strands[:, :, None] + profile[:, None, None] * offset[:, None] * across[:, :, None] + bulge
    index = np.arange(count * points * LOCK_COLUMNS).reshape(count, points, LOCK_COLUMNS)
    quads = np.stack([index[:, :-1, :-1], index[:, :-1, 1:], index[:, 1:, 1:], index[:, 1:, :-1]], axis=-1)
    mesh = head_mesh.new_mesh(name, grid.reshape(-1, 3), quads.reshape(-1, 4))
    random = np.random.default_rng(1)
    streak = random.uniform(0.65, 1.0, (count, 1, LOCK_COLUMNS)) * random.uniform(0.75, 1.45, (count, 1, 1))
    shade = streak * np.interp(np.linspace(0, 1, points), [0, 0.3, 1], [0.6, 1.0, 1.25])[:, None]
    corner = shade.reshape(-1)[quads.reshape(-1)]
    head_mesh.set_colors(mesh, corner[:, None] * np.array(color))
    mesh.materials.append(materials.painted(name, color, roughness=0.5))
    return mesh
