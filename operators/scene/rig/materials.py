"""Materials of the heads: skin, eyes, hair and cloth as node materials for Cycles and EEVEE.

Every material also has a ``diffuse_color``, so that the solid viewport shows irises, lips and brows too. The masks that
the skin reads (lips, cheeks, brow shade, …) are attributes of the head's mesh: see head_mesh.py.
"""

from dataclasses import dataclass, replace

import bpy
import numpy as np

from . import nodes

Color = tuple[float, float, float]  # linear RGB, 0..1


@dataclass(frozen=True)
class Palette:
    """The colours of one person."""

    skin: Color
    lips: Color
    iris: Color
    iris_inner: Color
    hair: Color
    shirt: Color
    beard: float = 0.0  # opacity of the beard's shade on the skin, 0..1


PALETTES = {
    "man": Palette(
        skin=(0.56, 0.315, 0.22),
        lips=(0.40, 0.135, 0.105),
        iris=(0.085, 0.20, 0.33),
        iris_inner=(0.22, 0.34, 0.40),
        hair=(0.050, 0.028, 0.016),
        shirt=(0.045, 0.105, 0.20),
        beard=0.55,
    ),
    "woman": Palette(
        skin=(0.64, 0.385, 0.285),
        lips=(0.47, 0.105, 0.10),
        iris=(0.105, 0.055, 0.022),
        iris_inner=(0.25, 0.145, 0.05),
        hair=(0.135, 0.052, 0.022),
        shirt=(0.42, 0.075, 0.055),
    ),
}

TWINS = {
    "man": {"hair": (0.15, 0.088, 0.042), "shirt": (0.055, 0.11, 0.075), "iris": (0.06, 0.10, 0.05)},
    "woman": {"hair": (0.030, 0.017, 0.011), "shirt": (0.03, 0.13, 0.13), "iris": (0.09, 0.14, 0.07)},
}

MOUTH: Color = (0.060, 0.010, 0.009)
TEETH: Color = (0.80, 0.74, 0.64)
GUMS: Color = (0.42, 0.13, 0.12)
TONGUE: Color = (0.45, 0.15, 0.14)
SCLERA: Color = (0.70, 0.665, 0.635)
PUPIL: Color = (0.004, 0.004, 0.004)


def palette(head_name: str, twin: bool = False) -> Palette:
    """The colours of a head; one that is not ours gets the woman's. A ``twin`` is the second head of that name in a
    scene, who should not look the same."""
    own = PALETTES.get(head_name, PALETTES["woman"])
    return replace(own, **TWINS.get(head_name, TWINS["woman"])) if twin else own


def tints(colors: Palette) -> list[tuple[str, float, Color]]:
    """Layers over the skin colour, in order: mask, strength, colour."""
    blush = tuple(c * f for c, f in zip(colors.skin, (1.02, 0.66, 0.62), strict=True))
    shade = tuple(c * 0.55 + s * 0.25 for c, s in zip(colors.hair, colors.skin, strict=True))
    root = tuple(c * 0.7 + s * 0.05 for c, s in zip(colors.hair, colors.skin, strict=True))
    return [
        ("cheeks", 0.55, blush),
        ("nose", 0.45, blush),
        ("ears", 0.60, blush),
        ("eyelids", 0.15, blush),
        ("beard", 0.30 * colors.beard, shade),
        ("scalp", 0.92, root),
        ("brow_shade", 0.55, shade),
        ("lips", 1.0, colors.lips),
        ("inside_mouth", 1.0, MOUTH),
    ]


def painted_skin(masks: dict[str, np.ndarray], colors: Palette, count: int) -> np.ndarray:
    """(count, 3) the skin's colour at every vertex, for the preview. masks: (count,) each, in [0, 1]"""
    painted = np.tile(np.array(colors.skin, float), (count, 1))
    for mask, strength, tint in tints(colors):
        if mask in masks:
            painted += (masks[mask] * strength)[:, None] * (np.array(tint) - painted)
    return painted


def painted_iris(polar: np.ndarray, colors: Palette) -> np.ndarray:
    """(n, 3) the iris's colour at ``polar`` (n,) degrees from the pole, for the preview."""
    stops = np.array([8.0, 11.0, 17.0, 21.5])
    rings = np.array([colors.iris_inner, colors.iris_inner, colors.iris, [c * 0.2 for c in colors.iris]])
    return np.stack([np.interp(polar, stops, rings[:, channel]) for channel in range(3)], axis=-1)


def skin(name: str, colors: Palette) -> bpy.types.Material:
    """Skin, lips, blush, brow and beard shade in one, by masks of the mesh: no border between them shows."""
    material, tree, shader = nodes.principled(name, colors.skin)
    color = nodes.mottled(tree, colors.skin)
    for mask, strength, tint in tints(colors):
        color = nodes.mix(tree, nodes.math(tree, "MULTIPLY", nodes.attribute(tree, mask), strength), color, tint)
    nodes.connect(tree, color, shader.inputs["Base Color"])
    lips = nodes.math(tree, "MULTIPLY", nodes.attribute(tree, "lips"), -0.16)
    rough = nodes.math(tree, "MULTIPLY_ADD", nodes.noise(tree, 55.0, 3.0), 0.14, 0.40)
    nodes.connect(tree, nodes.math(tree, "ADD", rough, lips), shader.inputs["Roughness"])
    shader.inputs["Subsurface Weight"].default_value = 1.0
    shader.inputs["Subsurface Radius"].default_value = (1.0, 0.32, 0.18)
    shader.inputs["Subsurface Scale"].default_value = 0.0032
    shader.subsurface_method = "BURLEY"
    shader.inputs["Specular IOR Level"].default_value = 0.42
    nodes.bump(tree, shader, nodes.pores(tree), distance=0.0006, strength=0.35)
    material.roughness = 0.6
    return material


def eye(name: str, colors: Palette) -> bpy.types.Material:
    """The eyeball: pupil, iris with fibres and a dark rim, sclera, by the angle from the pole; under a clear coat."""
    material, tree, shader = nodes.principled(name, SCLERA)
    polar = nodes.attribute(tree, "eye_polar")  # 1 is 90 degrees from the front pole
    spokes = nodes.noise(tree, 9.0, 4.0, vector=nodes.attribute(tree, "eye_spoke", nodes.VECTOR))
    wobble = nodes.math(tree, "MULTIPLY_ADD", spokes, 0.012, nodes.math(tree, "SUBTRACT", polar, 0.006))
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    nodes.connect(tree, wobble, ramp.inputs[0])
    rim = tuple(c * 0.18 for c in colors.iris)
    stops = (
        (0.0, PUPIL),
        (8.0, PUPIL),
        (8.8, tuple(c * 0.5 for c in colors.iris_inner)),
        (12.5, colors.iris_inner),
        (17.5, colors.iris),
        (20.5, rim),
        (22.2, tuple((r + s) * 0.42 for r, s in zip(rim, SCLERA, strict=True))),
        (24.0, SCLERA),
        (55.0, (0.66, 0.56, 0.52)),
        (80.0, (0.50, 0.25, 0.22)),
    )
    while len(ramp.color_ramp.elements) < len(stops):
        ramp.color_ramp.elements.new(1.0)
    for element, (degrees, rgb) in zip(ramp.color_ramp.elements, stops, strict=True):
        element.position, element.color = degrees / 90, (*rgb, 1.0)
    fibres = nodes.math(tree, "MULTIPLY_ADD", spokes, 1.1, 0.45)
    inside = nodes.math(tree, "LESS_THAN", polar, 21.0 / 90)
    streaked = nodes.mix(tree, inside, ramp.outputs[0], nodes.scaled(tree, ramp.outputs[0], fibres))
    nodes.connect(tree, streaked, shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.28
    shader.inputs["Coat Weight"].default_value = 1.0
    shader.inputs["Coat Roughness"].default_value = 0.015
    material.roughness = 0.1
    return material


def plain(name: str, color: Color, roughness: float, subsurface: float = 0.0, coat: float = 0.0) -> bpy.types.Material:
    """One colour: teeth, gums, tongue, lashes, brows."""
    material, _tree, shader = nodes.principled(name, color)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Subsurface Weight"].default_value = subsurface
    shader.inputs["Subsurface Radius"].default_value = (1.0, 0.4, 0.25)
    shader.inputs["Subsurface Scale"].default_value = 0.001
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Coat Roughness"].default_value = 0.06
    material.roughness = roughness
    return material


def strands(name: str, color: Color) -> bpy.types.Material:
    """Hair of the curves object; every strand a little lighter or darker than the next."""
    material, tree, shader = nodes.surface(name, "ShaderNodeBsdfHairPrincipled")
    shader.parametrization = "COLOR"
    info = tree.nodes.new("ShaderNodeHairInfo")
    along = nodes.math(tree, "MULTIPLY_ADD", info.outputs["Intercept"], 0.5, 0.75)  # roots darker, tips lighter
    variation = nodes.math(tree, "MULTIPLY_ADD", info.outputs["Random"], 0.7, 0.65)
    base = tree.nodes.new("ShaderNodeRGB")
    base.outputs[0].default_value = (*color, 1.0)
    nodes.connect(
        tree,
        nodes.scaled(tree, base.outputs[0], nodes.math(tree, "MULTIPLY", along, variation)),
        nodes.named(shader.inputs, "Color"),
    )
    nodes.named(shader.inputs, "Roughness").default_value = 0.32
    nodes.named(shader.inputs, "Radial Roughness").default_value = 0.5
    material.diffuse_color = (*(c * 1.6 for c in color), 1.0)
    material.roughness = 0.45
    return material


def painted(name: str, color: Color, roughness: float, emission: float = 0.0) -> bpy.types.Material:
    """A surface in the vertex colours of its mesh; ``color`` is for the solid viewport;
    ``emission`` is the emission strength."""
    material, tree, shader = nodes.principled(name, color)
    paint = nodes.attribute(tree, "paint", nodes.COLOR)
    nodes.connect(tree, paint, shader.inputs["Base Color"])
    nodes.connect(tree, paint, shader.inputs["Emission Color"])
    shader.inputs["Emission Strength"].default_value = emission
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Specular IOR Level"].default_value = 0.3 * (1 - roughness)
    material.roughness = roughness
    return material


def cloth(name: str, color: Color) -> bpy.types.Material:
    """A knitted shirt: rough, with a soft sheen at the edge and a fine weave."""
    material, tree, shader = nodes.principled(name, color)
    nodes.connect(tree, nodes.mottled(tree, color, amount=0.16), shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.85
    shader.inputs["Sheen Weight"].default_value = 0.35
    shader.inputs["Sheen Roughness"].default_value = 0.4
    shader.inputs["Specular IOR Level"].default_value = 0.25
    nodes.bump(tree, shader, nodes.noise(tree, 900.0, 2.0), distance=0.0008, strength=0.4)
    material.roughness = 0.9
    return material
