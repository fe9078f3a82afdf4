"""A plain round-necked shirt: a static object made from MakeHuman's clothes helper, cut, with a rib at the collar."""

import bpy  # noqa: F401  (bmesh comes with it)  # isort: skip
import bmesh
import numpy as np
from mathutils import Vector

from .part import grid_faces
from .source import Source

MM = 0.001
CLOTH = "helper-tights"  # MakeHuman's helper for clothes: the body without its details, some 7 mm outside the skin
DRAPING = 10  # rounds of smoothing
COLLAR_FRONT, COLLAR_BACK = (0.524, -1), (0.566, 1)  # where the collar crosses the middle line: height on hm08, side
COLLAR_SIDE = 1.2  # half the collar's width, over half the neck's
NECK_SIDE = (0.575, 0.60)  # heights on hm08 between which the neck's width is taken
HEM = 0.05  # height on hm08
SLEEVE = 0.86  # share of the upper arm that is clothed
ARM_TURN = np.radians(29)  # hm08 stands with its arms out; people who talk do not
FOLD = 7 * MM  # hem and sleeves are folded in
RIB_RADIUS, RIB_ROUND, RIB_POINTS, RIB_WAVES = 3.6 * MM, 8, 72, 7


def arms_down(source: Source, neutral: np.ndarray) -> np.ndarray:
    """The body (N, 3) with its arms hanging, skinned about the shoulder joints."""
    posed = neutral.copy()
    for side, sign in (("L", 1), ("R", -1)):
        # each vertex turns by its own share of the angle: blending two places would make the armpit collapse
        angle = sign * ARM_TURN * _below(source, f"upperarm01.{side}")
        joint = source.cube(neutral, f"joint-{side.lower()}-shoulder")
        x, z = (neutral - joint)[:, 0], (neutral - joint)[:, 2]
        posed[:, 0] += np.cos(angle) * x + np.sin(angle) * z - x
        posed[:, 2] += np.cos(angle) * z - np.sin(angle) * x - z
    return posed


def _below(source: Source, top: str) -> np.ndarray:
    """(N,) how much of each vertex hangs on a bone and its descendants."""
    total = np.zeros(len(source.vertices))
    for bone, share in source.bone_weights.items():
        ancestor = bone
        while ancestor and ancestor != top:
            ancestor = source.bones[ancestor]
        if ancestor:
            total += share
    return total


def shirt(source: Source, body: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (S, 3) metres on the posed ``body`` (N, 3), and faces (G, 4), triangles with -1."""
    faces = _clothed_faces(source)
    kept = np.unique(faces)
    faces = np.searchsorted(kept, faces)
    mesh = _mesh(_smoothed(body[kept], faces, DRAPING), faces)
    front, back = (_middle_line(source, body, height, sign) for height, sign in (COLLAR_FRONT, COLLAR_BACK))
    height = source.vertices[source.group("body"), 2]
    neck = body[source.group("body")][(height > NECK_SIDE[0]) & (height < NECK_SIDE[1])]
    collar = _cut_collar(mesh, front, back, COLLAR_SIDE * np.abs(neck[:, 0]).max())
    _cut(mesh, Vector((0, 0, _middle_line(source, body, HEM, -1)[2])), Vector((0, 0, -1)))
    for side in "lr":
        shoulder, elbow = (Vector(source.cube(body, f"joint-{side}-{name}")) for name in ("shoulder", "elbow"))
        _cut(mesh, shoulder.lerp(elbow, SLEEVE), (elbow - shoulder).normalized(), reach=0.085)
    _drop_scraps(mesh)
    _fold_in(mesh, collar)
    vertices, faces = _arrays(mesh)
    rib, rib_faces = _rib(collar)
    return np.concatenate([vertices, rib]), np.concatenate([faces, rib_faces + len(vertices)])


def _clothed_faces(source: Source) -> np.ndarray:
    """The tights' faces from the neck to the thighs and down to the wrists: more than is worn, for clean cuts."""
    hand = _below(source, "wrist.L") + _below(source, "wrist.R")
    wanted = (source.vertices[:, 2] > HEM - 0.15) & (hand == 0)
    faces = source.faces[CLOTH]
    return faces[wanted[faces].all(axis=1)]


def _middle_line(source: Source, body: np.ndarray, height: float, sign: int) -> np.ndarray:
    """Where the body's middle line (front: sign -1, back: 1), as high as ``height`` on hm08, is on this body (3,)."""
    v = source.vertices
    skin = source.group(CLOTH)
    middle = skin[(np.abs(v[skin, 0]) < 1e-4) & (sign * v[skin, 1] > sign * -0.03)]
    middle = middle[(v[middle, 2] > -0.1) & (v[middle, 2] < 0.62)]
    order = np.argsort(v[middle, 2])
    return np.array([np.interp(height, v[middle[order], 2], body[middle[order], axis]) for axis in range(3)])


def _smoothed(points: np.ndarray, faces: np.ndarray, rounds: int) -> np.ndarray:
    """Points (n, 3) moved towards their neighbours, and as much back out again (Taubin), edges held."""
    pairs = np.concatenate([faces[:, [i, (i + 1) % 4]] for i in range(4)])
    count = np.zeros(len(points))
    np.add.at(count, pairs[:, 0], 1)
    for step in range(2 * rounds):
        total = np.zeros_like(points)
        np.add.at(total, pairs[:, 0], points[pairs[:, 1]])
        points = points + (0.5 if step % 2 == 0 else -0.52) * (total / count[:, None] - points)
    return points


def _mesh(vertices: np.ndarray, faces: np.ndarray) -> bmesh.types.BMesh:
    mesh = bmesh.new()
    corners = [mesh.verts.new(v) for v in vertices.tolist()]
    for face in faces.tolist():
        mesh.faces.new([corners[i] for i in face])
    mesh.normal_update()
    return mesh


def _cut(mesh: bmesh.types.BMesh, point, outward: Vector, reach: float = 10.0) -> None:
    """Cut the mesh by a plane and drop what is beyond it, within ``reach`` metres of its axis through the point."""
    point = Vector(point)

    def near(face) -> bool:
        away = face.calc_center_median() - point
        return (away - away.dot(outward) * outward).length < reach

    faces = [face for face in mesh.faces if near(face)]
    parts = [*{v for f in faces for v in f.verts}, *{e for f in faces for e in f.edges}, *faces]
    bmesh.ops.bisect_plane(mesh, geom=parts, dist=1e-5, plane_co=point, plane_no=outward)
    beyond = [f for f in mesh.faces if near(f) and (f.calc_center_median() - point).dot(outward) > 0]
    bmesh.ops.delete(mesh, geom=beyond, context="FACES")
    bmesh.ops.delete(mesh, geom=[v for v in mesh.verts if not v.link_faces], context="VERTS")


def _cut_collar(mesh: bmesh.types.BMesh, front: np.ndarray, back: np.ndarray, side: float) -> np.ndarray:
    """Cut out the neck by an ellipse seen from above; returns the edge (n, 3), in order."""
    middle, depth = (front + back) / 2, abs(front[1] - back[1]) / 2

    def inside(vert) -> float:  # > 0 on the neck
        x, y, _ = np.array(vert.co) - middle
        return 1 - np.hypot(x / side, y / depth) if vert.co.z > front[2] - 0.1 else -1.0

    values = {vert: inside(vert) for vert in mesh.verts}
    made = []
    for edge in list(mesh.edges):
        a, b = edge.verts
        if min(values[a], values[b]) < 0 < max(values[a], values[b]):
            _, new = bmesh.utils.edge_split(edge, a, values[a] / (values[a] - values[b]))
            values[new] = 0.0
            made.append(new)
    bmesh.ops.connect_verts(mesh, verts=made)
    bmesh.ops.delete(mesh, geom=[f for f in mesh.faces if any(values[v] > 0 for v in f.verts)], context="FACES")
    bmesh.ops.delete(mesh, geom=[v for v in mesh.verts if not v.link_faces], context="VERTS")
    edge = np.array([v.co for v in made if v.is_valid])
    around = np.arctan2((edge - middle)[:, 0] / side, (edge - middle)[:, 1] / depth)
    return edge[np.argsort(around)]


def _drop_scraps(mesh: bmesh.types.BMesh) -> None:
    """Keep the largest connected piece."""
    left, pieces = set(mesh.verts), []
    while left:
        piece, front = set(), {left.pop()}
        while front:
            piece |= front
            front = {edge.other_vert(v) for v in front for edge in v.link_edges} - piece
        pieces.append(piece)
        left -= piece
    largest = max(pieces, key=len)
    bmesh.ops.delete(mesh, geom=[v for v in mesh.verts if v not in largest], context="VERTS")


def _fold_in(mesh: bmesh.types.BMesh, collar: np.ndarray) -> None:
    """Give every open edge but the collar's a turned-in rim."""
    mesh.normal_update()
    rim = [
        edge
        for edge in mesh.edges
        if edge.is_boundary and np.linalg.norm(collar - np.array(edge.verts[0].co), axis=1).min() > 0.01
    ]
    inward = {v: -v.normal.copy() for e in rim for v in e.verts}
    made = bmesh.ops.extrude_edge_only(mesh, edges=rim)["geom"]
    tops = [v for v in made if isinstance(v, bmesh.types.BMVert)]
    for new in tops:
        old = min(inward, key=lambda v: (v.co - new.co).length)
        new.co += inward[old] * FOLD


def _rib(loop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A tube, vertices and faces, along the collar (n, 3), its path smoothed to a few waves."""
    closed = np.concatenate([loop, loop[:1]])
    run = np.r_[0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    even = np.linspace(0, run[-1], RIB_POINTS, endpoint=False)
    path = np.stack([np.interp(even, run, closed[:, axis]) for axis in range(3)], axis=-1)
    waves = np.fft.rfft(path, axis=0)
    waves[RIB_WAVES:] = 0
    path = np.fft.irfft(waves, RIB_POINTS, axis=0)
    along = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = path - path.mean(axis=0)
    out -= (out * along).sum(axis=1, keepdims=True) * along
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.cross(along, out)
    turn = np.arange(RIB_ROUND) * 2 * np.pi / RIB_ROUND
    ring = np.cos(turn)[:, None] * out[:, None] + 1.8 * np.sin(turn)[:, None] * up[:, None]
    faces = grid_faces(RIB_POINTS + 1, RIB_ROUND, around=True) % (RIB_POINTS * RIB_ROUND)
    return (path[:, None] + RIB_RADIUS * ring).reshape(-1, 3), faces


def _arrays(mesh: bmesh.types.BMesh) -> tuple[np.ndarray, np.ndarray]:
    bmesh.ops.triangulate(mesh, faces=[f for f in mesh.faces if len(f.verts) > 4])
    mesh.verts.index_update()
    vertices = np.array([v.co[:] for v in mesh.verts])
    faces = [[v.index for v in f.verts] for f in mesh.faces]
    return vertices, np.array([f if len(f) == 4 else [*f, -1] for f in faces])
