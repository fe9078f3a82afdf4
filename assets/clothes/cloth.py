"""Cloth from a body's surface: offset and smoothed, cut by planes, with bands along the cuts."""

from dataclasses import dataclass

import bmesh
import numpy as np
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Plane:
    """Cuts away what lies on the side its normal points to, of the vertices that ``of`` marks.

    With a ``saddle`` s it bends: at x metres from the middle it is s x² higher.
    """

    point: np.ndarray  # (3,)
    normal: np.ndarray  # (3,)
    of: np.ndarray  # (N,) bool
    saddle: float = 0.0  # 1/m


def smooth(points: np.ndarray, edges: np.ndarray, times: int) -> np.ndarray:
    """points (N, 3) moved ``times`` half the way to the mean of their neighbours along edges (E, 2)."""
    count = np.bincount(edges.ravel(), minlength=len(points))
    for _ in range(times):
        total = np.zeros_like(points)
        np.add.at(total, edges[:, 0], points[edges[:, 1]])
        np.add.at(total, edges[:, 1], points[edges[:, 0]])
        mean = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], points)
        points = (points + mean) / 2
    return points


def vertex_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals (N, 3) of quads (F, 4), weighted by area."""
    across = np.cross(points[faces[:, 2]] - points[faces[:, 0]], points[faces[:, 3]] - points[faces[:, 1]])
    normals = np.zeros_like(points)
    for corner in range(4):
        np.add.at(normals, faces[:, corner], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def edges_of(faces: np.ndarray) -> np.ndarray:
    """The edges (E, 2) of quads (F, 4), each once."""
    return np.unique(np.sort(faces[:, [[0, 1], [1, 2], [2, 3], [3, 0]]].reshape(-1, 2), axis=1), axis=0)


def blurred(points: np.ndarray, faces: np.ndarray, of: np.ndarray, sigma: float) -> np.ndarray:
    """Where the vertices ``of`` (n,) lie when the surface is blurred in space by ``sigma`` metres: (n, 3).

    Vertices are weighted by area, so that densely modelled details are blurred like the rest.
    """
    across = np.cross(points[faces[:, 2]] - points[faces[:, 0]], points[faces[:, 3]] - points[faces[:, 1]])
    area = np.zeros(len(points))
    np.add.at(area, faces.ravel(), np.repeat(np.linalg.norm(across, axis=1), 4))
    tree = cKDTree(points)
    out = points[of].copy()
    for row, near in enumerate(tree.query_ball_point(points[of], 3 * sigma)):
        weight = area[near] * np.exp(-((points[near] - points[of[row]]) ** 2).sum(axis=1) / (2 * sigma**2))
        out[row] = weight @ points[near] / weight.sum()
    return out


def drape(form: np.ndarray, faces: np.ndarray, gap: float) -> np.ndarray:
    """A loose surface ``gap`` metres around a form (N, 3)."""
    return smooth(form + vertex_normals(form, faces) * gap, edges_of(faces), 4)


def cut(
    points: np.ndarray, faces: np.ndarray, planes: list[Plane], band_radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """The surface on the inner side of all planes, with a band along every cut; vertices and faces (-1: triangle)."""
    mesh = bmesh.new()
    origin = mesh.verts.layers.int.new("origin")  # before any vertex: adding a layer invalidates references to vertices
    vertices = [mesh.verts.new(p) for p in points]
    for index, vertex in enumerate(vertices):
        vertex[origin] = index
    for corners in faces:
        mesh.faces.new([vertices[c] for c in corners])
    bands = []
    for plane in planes:
        side = [f for f in mesh.faces if all(plane.of[v[origin]] for v in f.verts)]
        geometry = side + list({e for f in side for e in f.edges}) + list({v for f in side for v in f.verts})
        for vertex in mesh.verts:
            vertex.co.z -= plane.saddle * vertex.co.x**2
        result = bmesh.ops.bisect_plane(
            mesh, geom=geometry, plane_co=plane.point, plane_no=plane.normal, clear_outer=True, dist=1e-5
        )
        for vertex in mesh.verts:
            vertex.co.z += plane.saddle * vertex.co.x**2
        for item in result["geom_cut"]:
            if isinstance(item, bmesh.types.BMVert):
                item[origin] = next(iter(v[origin] for e in item.link_edges for v in [e.other_vert(item)]))
        rim = [e for e in result["geom_cut"] if isinstance(e, bmesh.types.BMEdge)]
        bands += [band(ring, band_radius) for ring in rings(rim)]
    bmesh.ops.delete(mesh, geom=[v for v in mesh.verts if not v.link_faces], context="VERTS")
    mesh.verts.index_update()
    out = np.array([v.co for v in mesh.verts])
    corners = np.array([([v.index for v in f.verts] + [-1])[:4] for f in _small_faces(mesh)])
    mesh.free()
    for ring_points, ring_faces in bands:
        corners = np.concatenate([corners, ring_faces + len(out)])
        out = np.concatenate([out, ring_points])
    return out, corners


def _small_faces(mesh):
    """The faces of a mesh whose pentagons, left over from cuts, were made triangles."""
    bmesh.ops.triangulate(mesh, faces=[f for f in mesh.faces if len(f.verts) > 4])
    return mesh.faces


def rings(edges: list) -> list[np.ndarray]:
    """The closed loops (n, 3) that edges form, each in order."""
    neighbours = {}
    for edge in edges:
        for vertex in edge.verts:
            neighbours.setdefault(vertex, []).append(edge.other_vert(vertex))
    found, left = [], set(neighbours)
    while left:
        ring = [left.pop()]
        while step := [v for v in neighbours[ring[-1]] if v in left]:
            left.discard(step[0])
            ring.append(step[0])
        if len(ring) > 8:
            found.append(np.array([v.co for v in ring]))
    return found


def band(ring: np.ndarray, radius: float, around: int = 8, count: int = 72) -> tuple[np.ndarray, np.ndarray]:
    """A closed tube along a ring (n, 3), evenly spaced and smoothed: vertices (count * around, 3) and quads."""
    closed = np.concatenate([ring, ring[:1]])
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    at = np.linspace(0, length[-1], count, endpoint=False)
    line = np.stack([np.interp(at, length, closed[:, axis]) for axis in range(3)], axis=-1)
    for _ in range(3):
        line = (np.roll(line, 1, 0) + 2 * line + np.roll(line, -1, 0)) / 4
    along = np.roll(line, -1, 0) - np.roll(line, 1, 0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = line - line.mean(axis=0)
    out -= (out * along).sum(axis=1, keepdims=True) * along
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.cross(along, out)
    turn = np.arange(around) * 2 * np.pi / around
    # an elliptic section, wider than thick
    tube = line[:, None] + radius * (
        0.7 * np.cos(turn)[:, None] * out[:, None] + 1.2 * np.sin(turn)[:, None] * up[:, None]
    )
    here, next_ring = np.arange(count)[:, None] * around, ((np.arange(count) + 1) % count)[:, None] * around
    a, b = np.arange(around), (np.arange(around) + 1) % around
    faces = np.stack([here + a, here + b, next_ring + b, next_ring + a], axis=-1).reshape(-1, 4)
    vertices = tube.reshape(-1, 3)
    normal = np.cross(vertices[faces[0, 1]] - vertices[faces[0, 0]], vertices[faces[0, 2]] - vertices[faces[0, 0]])
    outward = vertices[faces[0]].mean(axis=0) - line[0]
    return vertices, faces if normal @ outward > 0 else faces[:, ::-1]
