"""What the heads wear: sweater, trousers, shoes, and the hands that come with them; none of it moves with the head."""

from functools import cache
from pathlib import Path

import bpy
import numpy as np

from ...core.head import Head
from . import head_mesh, materials

FILE = Path(__file__).resolve().parents[2] / "assets" / "clothes" / "clothes.npz"
UNIT = 1e-4  # metres, of the file's whole numbers
TROUSERS, SHOES = (0.035, 0.036, 0.042), (0.030, 0.018, 0.012)


def add(armature: bpy.types.Object, head: Head, colors: materials.Palette, collection: bpy.types.Collection) -> None:
    """Dress a head; one that is not ours and brings no shirt of its own stays a bust."""
    name, wardrobe = f"{armature.name} clothes", _wardrobe()
    if f"{head.name}_vertices" in wardrobe:
        vertices, faces, piece = (wardrobe[f"{head.name}_{part}"] for part in ("vertices", "faces", "piece"))
        vertices = vertices * UNIT
    elif len(head.shirt_vertices):
        vertices, faces = head.shirt_vertices, head.shirt_faces
        piece = np.zeros(len(faces), np.uint8)
    else:
        return
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


@cache
def _wardrobe() -> dict[str, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
