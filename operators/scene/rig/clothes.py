"""Clothes: sweater, trousers, shoes, and the hands that belong to them; none of it moves with the head."""

import bpy
import numpy as np

from ....core.heads import Head
from . import head_mesh, materials

TROUSERS, SHOES = (0.035, 0.036, 0.042), (0.030, 0.018, 0.012)


def add(armature: bpy.types.Object, head: Head, colors: materials.Palette, collection: bpy.types.Collection) -> None:
    """Add the clothes of a head; a head without clothes stays a bust."""
    if head.clothes is None:
        return
    name, worn = f"{armature.name} clothes", head.clothes
    vertices, faces, piece = worn.vertices, worn.faces, worn.piece
    mesh = head_mesh.new_mesh(name, vertices, faces)
    for material in (
        materials.cloth(f"{name} shirt", colors.shirt),
        materials.cloth(f"{name} trousers", TROUSERS),
        materials.skin(f"{name} hands", colors),
        materials.plain(f"{name} shoes", SHOES, roughness=0.5),
    ):
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", piece.astype(np.int32))
    head_mesh.set_attribute(mesh, "rest_position", vertices)
    paint = np.array([colors.shirt, TROUSERS, colors.skin, SHOES])
    head_mesh.set_colors(mesh, np.repeat(paint[piece], (faces >= 0).sum(axis=1), axis=0))
    body = bpy.data.objects.new(name, mesh)
    collection.objects.link(body)
    body.parent = armature
    smooth = body.modifiers.new("Smooth", "SUBSURF")
    smooth.levels, smooth.render_levels = 0, 1
