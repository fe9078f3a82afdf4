"""Light, camera and backdrop around the pair.

They are ordinary objects, marked by the property below. Whatever the user has moved stays where it is; the rest moves
along when the pair does.
"""

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..rig import head_mesh, materials

ROLE = "dyad_stage"  # property: what an object is for
PLACED = "dyad_placed"  # property: the world matrix we gave it last; another one means the user moved it
AWAY = "dyad_away"  # property of the fill light: m from the pair
WARM, COOL, WHITE = (1.0, 0.86, 0.74), (0.74, 0.86, 1.0), (1.0, 0.97, 0.94)
LENS, SENSOR = 30.0, 36.0  # mm
CLOSE_LENS, CLOSE_WIDTH = 60.0, 0.62  # mm, and metres that a camera on one head sees across
BEHIND, AROUND = 0.08, 0.15  # m: a head's middle behind its eyes; its hair, and what it moves by while it talks
RIM = [(x, y, z) for x, y in ((-AROUND, 0), (AROUND, 0), (0, -AROUND)) for z in (-0.30, 0.18)]  # from chest to hair
SINK, MOST_SINK = 0.25, 0.25  # share of the free picture height that is above the heads (headroom); m
FACTORY_CAMERA = ("Camera", (7.358891, -6.925791, 4.958309))  # in Blender's startup file
BACKDROP = ((0.020, 0.026, 0.031), (0.088, 0.104, 0.112))  # linear: its edges and its middle


def add(scene: bpy.types.Scene, poses: np.ndarray, collection: bpy.types.Collection) -> None:
    """Light the pair and frame it with a camera, and each head with one of its own, if ``scene`` has nothing of ours
    yet. The user's camera stays the scene's camera; that of the startup file does not count as the user's.

    poses: (2, 4, 4) rest axes to world
    """
    if any(ROLE in thing for thing in scene.objects):
        follow(scene, poses)
        return
    for role, data in _new_data().items():
        thing = bpy.data.objects.new(f"Dyad {role}", data)
        thing[ROLE] = role
        collection.objects.link(thing)
        if role == "fill":  # its broad reflection would hide iris and pupil; EEVEE reads the factor
            thing.visible_glossy, data.specular_factor = False, 0.1
        elif role == "backdrop":  # only in renders: in the 3D view it would often hide everything else
            thing.hide_viewport = True
        elif role.startswith("catch"):  # visible in the eyes' reflections only
            thing.visible_diffuse, data.diffuse_factor = False, 0.0
        if role == "camera" and _is_free(scene.camera):
            scene.camera = thing
    if scene.world is None:
        scene.world = bpy.data.worlds.new("Dyad world")
        scene.world.color = (0.012, 0.014, 0.017)
        _darken(scene.world)
    follow(scene, poses)


def follow(scene: bpy.types.Scene, poses: np.ndarray) -> None:
    """Move what is ours, and was not moved by the user, to where the pair now is. poses: (2, 4, 4)"""
    room = room_of(poses)
    places = _places(room, poses, scene.render.resolution_y / scene.render.resolution_x)
    for thing in scene.objects:
        place = places.get(thing.get(ROLE))
        if place is None or not _ours(thing):
            continue
        thing.matrix_world = place
        thing[PLACED] = [value for row in place for value in row]
        if thing[ROLE] == "fill":  # the further off, the larger and stronger: the faces are lit the same
            away = (place.translation - Vector(poses[:, :3, 3].mean(axis=0))).length
            further = away / thing.get(AWAY, 1.0)
            thing[AWAY] = away
            thing.data.energy *= further**2
            thing.data.size *= further


def room_of(poses: np.ndarray) -> np.ndarray:
    """(4, 4) the frame of layout.room_poses: origin on the floor between the heads, +X from the left one
    to the right one. The one with the smaller world x is the left one. poses: (2, 4, 4)"""
    a, b = poses[:, :2, 3]
    across = (b - a) if a[0] <= b[0] else (a - b)
    length = np.linalg.norm(across)
    c, s = across / length if length > 1e-6 else (1.0, 0.0)
    middle = (a + b) / 2
    return np.array([[c, -s, 0, middle[0]], [s, c, 0, middle[1]], [0, 0, 1, 0], [0, 0, 0, 1]])


def _places(room: np.ndarray, poses: np.ndarray, aspect: float) -> dict[str, Matrix]:
    """The world matrix of every object, by role. aspect: picture height over width"""
    local = np.linalg.inv(room) @ poses
    heads = local[:, :3, 3]
    middle = heads.mean(axis=0)
    camera, target = _frame(heads + BEHIND * local[:, :3, 1], aspect)
    away, width = target[1] - camera[1], np.ptp(heads[:, 0])
    found = {"camera": _looking(camera, target), "backdrop": Matrix.Translation((*middle[:2], 0))}
    found["backdrop"] = found["backdrop"] @ Matrix.Diagonal((max(1.0, (width + 0.5) / 3),) * 3 + (1.0,))
    found["fill"] = _looking(camera + [0, 0, 0.35 * away], middle)
    for letter, head, other, pose in zip("AB", heads, heads[::-1], local, strict=True):
        partner = np.sign(other[0] - head[0]) or 1.0
        face = -pose[:3, 1] * [1, 1, 0]
        key = _unit(0.8 * face + [0.35 * partner, -0.75, 0.0])
        found[f"key {letter}"] = _looking(head + 1.35 * key + [0, 0, 0.62], head + [0, 0, -0.02])
        found[f"catch {letter}"] = _looking(head + _catch_light(face, _unit(camera - head)), head)
        found[f"rim {letter}"] = _looking(head + [-0.75 * partner, 0.95, 0.55], head + [0, 0, -0.03])
        aside = _unit(0.45 * face + [0.3 * partner, -0.65, 0.07])  # half from the front, past the partner
        centre = head + [0, 0, -0.02]
        found[f"camera {letter}"] = _looking(centre + CLOSE_WIDTH * CLOSE_LENS / SENSOR * aside, centre)
    return {role: Matrix((room @ np.array(place)).tolist()) for role, place in found.items()}


def _frame(heads: np.ndarray, aspect: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a camera stands, and at what it looks, that looks along +Y and fills its picture with both heads.

    heads: (2, 3) m, the middle of each at the height of its eyes; aspect: picture height over width
    """
    points = (heads[:, None] + RIM).reshape(-1, 3)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    half = SENSOR / LENS / 2  # m that it sees to either side for each metre it looks into
    x, y, z = (points - middle).T
    away = 1.04 * max((abs(x) / half - y).max(), (abs(z) / (half * aspect) - y).max())
    free = 2 * half * aspect * away - np.ptp(z)
    return middle - [0, away, 0], middle - [0, 0, min(SINK * free, MOST_SINK)]


def _catch_light(face: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Where a lamp is mirrored towards the camera by the cornea of an eye that looks ahead, a little to the camera.

    face, camera: unit vectors from the head; returns metres from the head
    """
    mirror = _unit(face + 0.55 * camera + [0, 0, 0.2])
    return 1.2 * (2 * (mirror @ camera) * mirror - camera)


def _new_data() -> dict[str, bpy.types.ID]:
    """A new datablock for every role."""
    found = {"camera": _camera("camera", LENS), "backdrop": _backdrop_mesh(), "fill": _area("fill", 1.1, 0.7, COOL)}
    for letter in "AB":
        found[f"camera {letter}"] = _camera(f"camera {letter}", CLOSE_LENS)
        found[f"key {letter}"] = _area(f"key {letter}", 9.0, 0.55, WARM)
        found[f"catch {letter}"] = _area(f"catch {letter}", 1.2, 0.11, WHITE)
        found[f"rim {letter}"] = _area(f"rim {letter}", 8.0, 0.35, WHITE)
    return found


def _camera(name: str, lens: float) -> bpy.types.Camera:
    camera = bpy.data.cameras.new(f"Dyad {name}")
    camera.lens, camera.sensor_width, camera.sensor_fit = lens, SENSOR, "HORIZONTAL"
    camera.clip_start = 0.05
    return camera


def _area(name: str, watts: float, size: float, color: tuple[float, float, float]) -> bpy.types.Light:
    light = bpy.data.lights.new(f"Dyad {name}", "AREA")
    light.energy, light.size, light.color = watts, size, color
    light.shape = "DISK"
    return light


def _backdrop_mesh() -> bpy.types.Mesh:
    """A cyclorama, a floor that bends up into a wall, open only towards the camera's side; lighter behind the heads.

    Its edges are outside the view of cameras placed between the two.
    """
    columns, radius, bend, top = 65, 4.5, 1.5, 6.0
    turn = np.linspace(0, np.pi / 2, 9)
    curve = np.stack([radius - bend + bend * np.sin(turn), bend * (1 - np.cos(turn))], axis=-1)
    wall = np.stack([np.full(14, radius), np.linspace(bend, top, 15)[1:]], axis=-1)
    side = np.concatenate([[[0.0, 0.0], [radius / 2, 0.0]], curve, wall])  # (R, 2) distance from the middle and height
    around = np.radians(np.linspace(-35, 215, columns))
    flat = side[:, :1, None] * np.stack([np.cos(around), np.sin(around)], axis=-1)[None]
    grid = np.concatenate([flat, np.broadcast_to(side[:, 1, None, None], (*flat.shape[:2], 1))], axis=-1)
    grid = grid.reshape(-1, 3)
    index = np.arange(len(grid)).reshape(len(side), columns)
    faces = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    mesh = head_mesh.new_mesh("Dyad backdrop", grid, faces)
    brightness = np.exp(-(((grid[:, 2] - 1.6) / 1.3) ** 2)) * np.clip(grid[:, 1] / radius + 0.25, 0, 1) ** 2
    edge, centre = (np.array(color) for color in BACKDROP)
    head_mesh.set_colors(mesh, (edge + brightness[:, None] * (centre - edge))[faces.ravel()])
    mesh.materials.append(materials.painted("Dyad backdrop", BACKDROP[0], roughness=0.95, emission=0.6))
    return mesh


def _looking(place: np.ndarray, target: np.ndarray) -> Matrix:
    """A camera's or light's matrix at ``place`` that points at ``target``."""
    turn = (Vector(target) - Vector(place)).to_track_quat("-Z", "Y")
    return Matrix.Translation(Vector(place)) @ turn.to_matrix().to_4x4()


def _is_free(camera: bpy.types.Object | None) -> bool:
    """Whether there is no camera, or only the untouched one of a new file."""
    name, place = FACTORY_CAMERA
    return camera is None or (camera.name == name and (camera.location - Vector(place)).length < 1e-4)


def is_own_view(scene: bpy.types.Scene) -> bool:
    """Whether ``scene`` is seen through our camera on both, where we put it."""
    return scene.camera is not None and scene.camera.get(ROLE) == "camera" and _ours(scene.camera)


def _ours(thing: bpy.types.Object) -> bool:
    """Whether an object is where we put it."""
    # its own transform, because what is hidden has no evaluated one
    return PLACED not in thing or np.allclose(np.ravel(thing.matrix_basis), thing[PLACED], atol=1e-4)


def _darken(world: bpy.types.World) -> None:
    if not world.node_tree:
        world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    background, output = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
    background.inputs["Color"].default_value = (*world.color, 1.0)
    tree.links.new(background.outputs[0], output.inputs["Surface"])


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector, float) / max(float(np.linalg.norm(vector)), 1e-9)
