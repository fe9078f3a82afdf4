import bpy
import numpy as np
import pytest
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from talking_together.core.heads import load
from talking_together.core.heads.clothes import PIECES
from talking_together.core.motion import WIDTH, HeadMotion
from talking_together.operators.scene.rig import rigs


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def shirt_tree(name: str) -> BVHTree:
    rigs.add_head("A", "A", name, np.eye(4))
    mesh = bpy.data.objects["A clothes"].data
    shirt = [tuple(face.vertices) for face in mesh.polygons if face.material_index == PIECES.index("shirt")]
    return BVHTree.FromPolygons([vertex.co for vertex in mesh.vertices], shirt)


@pytest.mark.parametrize("name", ["man", "woman"])
@pytest.mark.parametrize("turn", [0.0, 0.5, -0.5])
def test_the_neck_and_shoulders_stay_inside_the_collar(name, turn):
    tree, head = shirt_tree(name), load(name)
    packed = np.zeros((1, WIDTH), np.float32)
    packed[:, [46, 49]] = turn / 2  # yaw of neck and head, radians
    skin = head.faces[head.face_materials == head.materials.index("skin")]
    points = head.vertices(HeadMotion(packed), only=np.unique(skin[skin >= 0]))[0]
    collar = np.array([hit[0] for hit in _rays_down_to(tree)])
    outside = []
    for point in points[points[:, 2] < -0.12]:
        nearest, normal, _, _ = tree.find_nearest(Vector(point))
        beside_the_edge = np.linalg.norm(collar - np.array(nearest), axis=1).min() < 0.025
        if not beside_the_edge:
            outside.append((Vector(point) - nearest).dot(normal))
    assert len(outside) > 50
    assert np.mean(np.array(outside) > 0.001) < 0.01  # metres


@pytest.mark.parametrize("name", ["man", "woman"])
def test_the_skin_under_the_collar_stays_there_when_the_head_sways(name):
    tree, head = shirt_tree(name), load(name)
    packed = np.zeros((2, WIDTH), np.float32)
    packed[1, 56] = 0.03  # metres to the own left
    collar = np.array([hit[0] for hit in _rays_down_to(tree)])
    skin = head.faces[head.face_materials == head.materials.index("skin")]
    rest, moved = head.vertices(HeadMotion(packed), only=np.unique(skin[skin >= 0]))
    nearest = np.linalg.norm(rest[:, None, :2] - collar[None, :, :2], axis=-1).argmin(axis=1)
    under = rest[:, 2] < collar[nearest, 2] - 0.005
    assert under.sum() > 50
    assert np.linalg.norm(moved - rest, axis=1)[under].mean() < 0.004


def _rays_down_to(tree: BVHTree):
    """Where the collar is: the first shirt met from above, on a ring around the neck."""
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        for radius in np.arange(0.05, 0.16, 0.004):
            hit = tree.ray_cast(
                Vector((radius * np.cos(angle), 0.08 + radius * np.sin(angle), 0.0)), Vector((0, 0, -1))
            )
            if hit[0] is not None:
                yield hit
                break


@pytest.mark.parametrize("name", ["man", "woman"])
def test_both_are_dressed_from_the_collar_to_the_shoes(name):
    rigs.add_head("A", "A", name, np.eye(4))
    mesh = bpy.data.objects["A clothes"].data
    worn = {face.material_index for face in mesh.polygons}
    assert worn == set(range(len(PIECES)))
    heights = [vertex.co.z for vertex in mesh.vertices]
    assert max(heights) < -0.08  # nothing in front of the face
    assert min(heights) < -1.4


def test_hair_that_hangs_does_not_end_inside_the_shirt():
    tree = shirt_tree("woman")
    strands = next(child for child in bpy.data.objects["A"].children if child.type == "CURVES").data
    points = np.empty(3 * len(strands.points), np.float32)
    strands.points.foreach_get("position", points)
    tips = points.reshape(len(strands.curves), -1, 3)[::9, -1]
    inside = 0
    for tip in tips:
        nearest, normal, _, _ = tree.find_nearest(Vector(tip))
        inside += (Vector(tip) - nearest).dot(normal) < -0.004
    assert inside / len(tips) < 0.05
