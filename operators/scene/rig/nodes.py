"""Short functions that build shaders: each adds a node to a tree and returns the socket that carries the result."""

import bpy

COLOR, VECTOR, NUMBER = range(3)  # outputs of the attribute node; their names differ between versions


def principled(name: str, color: tuple[float, float, float]):
    """A new material, its node tree and its Principled shader."""
    material, tree, shader = surface(name, "ShaderNodeBsdfPrincipled")
    shader.inputs["Base Color"].default_value = (*color, 1.0)
    material.diffuse_color = (*color, 1.0)
    return material, tree, shader


def surface(name: str, kind: str):
    """A new material, its node tree and the one shader in it, the same whatever a version starts a material with."""
    material = bpy.data.materials.new(name)
    if not material.node_tree:  # from 5.0 on it is there from the start
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    shader, output = tree.nodes.new(kind), tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    return material, tree, shader


def connect(tree, value, socket) -> None:
    """Feed a socket from an output socket or from a plain number or colour."""
    if isinstance(value, bpy.types.NodeSocket):
        tree.links.new(value, socket)
    elif isinstance(value, tuple):
        socket.default_value = (*value, 1.0)
    else:
        socket.default_value = value


def attribute(tree, name: str, output: int = NUMBER):
    """The attribute of that name of a mesh or of curves, as COLOR, VECTOR or NUMBER."""
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_name = name
    return node.outputs[output]


def math(tree, operation: str, *values):
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for value, socket in zip(values, node.inputs, strict=False):
        connect(tree, value, socket)
    return node.outputs[0]


def named(sockets, name: str):
    """The enabled socket of that name: nodes with modes keep the sockets of all modes."""
    return next(socket for socket in sockets if socket.name == name and socket.enabled)


def mix(tree, factor, a, b):
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type = "RGBA"
    connect(tree, factor, named(node.inputs, "Factor"))
    connect(tree, a, named(node.inputs, "A"))
    connect(tree, b, named(node.inputs, "B"))
    return named(node.outputs, "Result")


def scaled(tree, color, factor):
    """``color`` times a number."""
    node = tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "SCALE"
    connect(tree, color, node.inputs[0])
    connect(tree, factor, named(node.inputs, "Scale"))
    return node.outputs[0]


def noise(tree, scale: float, detail: float, vector=None):
    """Noise about .5 in rest coordinates, which stay with the skin when the face moves."""
    node = tree.nodes.new("ShaderNodeTexNoise")
    node.inputs["Scale"].default_value = scale
    node.inputs["Detail"].default_value = detail
    connect(tree, vector if vector is not None else attribute(tree, "rest_position", VECTOR), node.inputs["Vector"])
    return node.outputs[0]  # its name is "Fac" or "Factor"


def mottled(tree, color: tuple[float, float, float], amount: float = 0.22):
    """``color`` with broad and fine unevenness."""
    broad, fine = noise(tree, 32.0, 2.0), noise(tree, 260.0, 3.0)
    both = math(tree, "MULTIPLY_ADD", fine, 0.5, math(tree, "MULTIPLY", broad, 0.7))
    factor = math(tree, "MULTIPLY_ADD", both, amount * 2, 1.0 - amount * 1.2)
    rgb = tree.nodes.new("ShaderNodeRGB")
    rgb.outputs[0].default_value = (*color, 1.0)
    return scaled(tree, rgb.outputs[0], factor)


def pores(tree):
    """Height of the skin: pores over a softer grain."""
    cells = tree.nodes.new("ShaderNodeTexVoronoi")
    cells.inputs["Scale"].default_value = 720.0
    connect(tree, attribute(tree, "rest_position", VECTOR), cells.inputs["Vector"])
    return math(tree, "MULTIPLY_ADD", cells.outputs["Distance"], 0.35, noise(tree, 330.0, 3.0))


def bump(tree, shader, height, distance: float, strength: float) -> None:
    node = tree.nodes.new("ShaderNodeBump")
    node.inputs["Distance"].default_value = distance
    node.inputs["Strength"].default_value = strength
    connect(tree, height, node.inputs["Height"])
    connect(tree, node.outputs["Normal"], shader.inputs["Normal"])
