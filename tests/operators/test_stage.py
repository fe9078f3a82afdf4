"""Cameras and lights around the pair."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from talking_together.core.layout import Layout
from talking_together.operators.scene.rig import hair, rigs
from talking_together.operators.scene.stage import stage

pytestmark = pytest.mark.usefixtures("empty_file")


def test_the_pair_gets_light_and_a_camera_that_sees_both(add_pair, layout):
    scene = bpy.context.scene
    pair = add_pair(layout)
    assert sum(thing.type == "LIGHT" for thing in scene.objects) == 7
    for width, height in ((1920, 1080), (1440, 1080), (1080, 1920)):
        scene.render.resolution_x, scene.render.resolution_y = width, height
        rigs.place_pair(pair, layout)
        bpy.context.view_layer.update()
        heads = seen(scene, hair_of(pair))
        assert abs(heads).max() < 0.99, "nothing of the heads is cut off"
        assert np.ptp(heads, axis=0).max() > 1.1, "more than half of the picture's width or height is theirs"


def hair_of(pair) -> np.ndarray:
    """(N, 3) m, world: the hair, which is the outside of a head but for the nose."""
    found = []
    for armature in pair:
        strands = next(child for child in armature.children if child.get(hair.KIND) == hair.STRANDS)
        places = np.empty(len(strands.data.points) * 3, np.float32)
        strands.data.points.foreach_get("position", places)
        world = np.array(strands.matrix_world)
        found.append(places.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
    return np.concatenate(found)


def seen(scene, places: np.ndarray) -> np.ndarray:
    """(N, 2) where ``places`` (N, 3) are in the camera's picture, -1..1 from edge to edge."""
    view = np.array(scene.camera.matrix_world.inverted())
    local = places @ view[:3, :3].T + view[:3, 3]
    half = scene.camera.data.sensor_width / scene.camera.data.lens / 2
    aspect = scene.render.resolution_y / scene.render.resolution_x
    return local[:, :2] / -local[:, 2:] / (half * np.array([1, aspect]))


def test_each_head_has_a_camera_of_its_own_that_sees_half_of_its_front_and_fills_the_frame_with_it(add_pair):
    for layout in (Layout(), Layout(facing_a=-90, facing_b=90)):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        poses = rigs.pair_poses(add_pair(layout))
        bpy.context.view_layer.update()
        for letter, pose in zip("AB", poses, strict=True):
            camera = bpy.data.objects[f"Dyad camera {letter}"]
            away = np.array(camera.matrix_world.translation) - pose[:3, 3]
            assert 10 < np.degrees(np.arccos(away @ -pose[:3, 1] / np.linalg.norm(away))) < 60
            x, y, z = camera.matrix_world.inverted() @ Matrix.Translation(pose[:3, 3]).translation
            width = -z * camera.data.sensor_width / camera.data.lens
            assert 0.5 < width < 0.8 and abs(x) < 0.05 and abs(y) < 0.05  # metres


def test_the_users_camera_stays_the_scenes_camera(add_pair):
    scene = bpy.context.scene
    mine = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    scene.collection.objects.link(mine)
    scene.camera = mine
    add_pair()
    assert scene.camera == mine


def test_the_camera_of_a_new_file_gives_way(add_pair):
    bpy.ops.wm.read_factory_settings(use_empty=False)
    add_pair()
    assert stage.ROLE in bpy.context.scene.camera


def test_the_stage_follows_the_pair_but_what_the_user_moved_stays(add_pair):
    pair = add_pair()
    things = {thing[stage.ROLE]: thing for thing in bpy.context.scene.objects if stage.ROLE in thing}
    things["camera"].location.x += 0.3
    bpy.context.view_layer.update()
    camera, key = things["camera"].matrix_world.copy(), things["key A"].matrix_world.copy()

    rigs.place_pair(pair, Layout(distance=3.0))
    bpy.context.view_layer.update()

    assert np.allclose(things["camera"].matrix_world, camera)
    assert things["backdrop"].scale.x > 1.1, "the backdrop grows with the pair"
    assert things["backdrop"].hide_viewport and not things["backdrop"].hide_render
    assert not np.allclose(things["key A"].matrix_world, key)


def test_the_fill_light_is_as_bright_on_the_faces_from_any_distance(add_pair):
    pair = add_pair()
    fill = next(thing for thing in bpy.context.scene.objects if thing.get(stage.ROLE) == "fill")

    def brightness() -> float:
        bpy.context.view_layer.update()
        middle = rigs.pair_poses(pair)[:, :3, 3].mean(axis=0)
        return fill.data.energy / np.linalg.norm(np.array(fill.matrix_world.translation) - middle) ** 2

    before = brightness()
    rigs.place_pair(pair, Layout(distance=4.0))
    assert brightness() == pytest.approx(before, rel=1e-3)
