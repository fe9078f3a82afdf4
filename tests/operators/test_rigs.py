import time
from dataclasses import asdict

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix

from talking_together.core.gaze import Geometry
from talking_together.core.heads import load
from talking_together.core.layout import Layout, room_poses
from talking_together.core.motion import EXPRESSION_NAMES, HeadMotion
from talking_together.core.rotation import axis_angle_to_quaternion
from talking_together.operators.scene.rig import hair_growth, rigs

pytestmark = pytest.mark.usefixtures("empty_file")


def posed_vertices(armature: bpy.types.Object) -> np.ndarray:
    """(V, 3) the face's vertices as Blender shows them, in the armature's axes, before subdivision."""
    face = rigs.face(armature)
    face.modifiers["Smooth"].show_viewport = False
    shown = face.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(3 * len(shown.data.vertices), np.float32)
    shown.data.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def pose(armature: bpy.types.Object, packed: np.ndarray) -> None:
    motion = HeadMotion(packed[None].astype(np.float32))
    for name, value in zip(EXPRESSION_NAMES, motion.expression[0], strict=True):
        rigs.face(armature).data.shape_keys.key_blocks[name].value = value
    for bone, turn in zip(("neck", "head", "left_eye", "right_eye"), motion.rotation[0], strict=True):
        armature.pose.bones[bone].rotation_quaternion = axis_angle_to_quaternion(turn)
    armature.pose.bones["neck"].location = motion.translation[0]
    bpy.context.view_layer.update()


@pytest.mark.parametrize("name", ["man", "woman"])
def test_blender_shows_the_face_where_the_core_says_it_is(name):
    random = np.random.default_rng(3)
    armature = rigs.add_head("A", "A", name, np.eye(4))
    for _ in range(3):
        packed = np.concatenate([random.uniform(0, 1, 44), random.normal(0, 0.2, 12), random.normal(0, 0.02, 3)])

        pose(armature, packed)

        expected = load(name).vertices(HeadMotion(packed[None].astype(np.float32)))[0]
        assert np.abs(posed_vertices(armature) - expected).max() < 1e-4  # metres


def test_the_lids_follow_the_eyes_and_a_blink_leaves_nothing_to_follow():
    armature = rigs.add_head("A", "A", "woman", np.eye(4))
    keys = rigs.face(armature).data.shape_keys.key_blocks
    for bone in ("left_eye", "right_eye"):
        armature.pose.bones[bone].rotation_quaternion = Euler((np.radians(17), 0, np.radians(10.5))).to_quaternion()
    bpy.context.view_layer.update()
    assert [round(keys[f"eyeLookDown{side}"].value, 2) for side in ("Left", "Right")] == [1, 1]
    assert [round(keys[f"eyeLook{way}"].value, 1) for way in ("OutLeft", "InRight")] == [0.5, 0.5]
    assert [keys[f"eyeLook{way}"].value for way in ("UpLeft", "InLeft", "OutRight")] == [0, 0, 0]

    keys["eyeBlinkLeft"].value = 1
    bpy.context.view_layer.update()

    assert keys["eyeLookDownLeft"].value == pytest.approx(0, abs=1e-6)
    assert keys["eyeLookDownRight"].value == pytest.approx(1, abs=1e-2)


def test_the_lids_need_no_python_so_they_follow_in_files_that_may_run_none():
    armature = rigs.add_head("A", "A", "man", np.eye(4))
    drivers = rigs.face(armature).data.shape_keys.animation_data.drivers
    assert len(drivers) == 8
    assert all(curve.driver.is_simple_expression for curve in drivers)


def test_every_slider_runs_from_0_to_1_and_starts_at_0():
    keys = rigs.face(rigs.add_head("A", "A", "man", np.eye(4))).data.shape_keys.key_blocks
    assert keys[0].name == "Basis"
    assert [key.name for key in keys][1:45] == EXPRESSION_NAMES
    assert {(key.slider_min, key.slider_max, key.value) for key in keys[1:]} == {(0, 1, 0)}


def test_bones_have_the_heads_own_axes():
    armature = rigs.add_head("A", "A", "woman", room_poses(Layout())[0])
    for name, place in zip(("root", "neck", "head", "jaw", "left_eye", "right_eye"), load("woman").joints, strict=True):
        bone = armature.data.bones[name]
        assert np.allclose(bone.matrix_local.to_3x3(), np.eye(3), atol=1e-6)
        assert np.allclose(bone.head_local, place, atol=1e-6)


def test_two_heads_appear_in_a_moment(add_pair):
    add_pair()  # reads the files
    bpy.ops.wm.read_factory_settings(use_empty=True)
    hair_growth.grow.cache_clear()
    start = time.process_time()
    add_pair()
    assert time.process_time() - start < 4  # about 1 on a quiet machine


def test_nobody_is_bald_or_naked(add_pair):
    for armature in add_pair():
        assert len(bpy.data.objects[f"{armature.name} hair"].data.curves) > 5000
        assert len(bpy.data.objects[f"{armature.name} locks"].data.polygons) > 5000
        clothes = bpy.data.objects[f"{armature.name} clothes"]
        assert clothes.parent == armature
        assert {slot.name.split()[-1] for slot in clothes.data.materials} == {"shirt", "trousers", "hands", "shoes"}


def test_irises_pupils_lips_and_brows_have_colours_of_their_own_in_the_solid_viewport(add_pair):
    for armature in add_pair():
        mesh = rigs.face(armature).data
        slots = np.empty(len(mesh.polygons), np.int32)
        mesh.polygons.foreach_get("material_index", slots)
        shown = {
            mesh.materials[slot].name.split()[-1]: tuple(mesh.materials[slot].diffuse_color) for slot in set(slots)
        }
        assert {"skin", "lips", "iris", "pupil", "eyes", "teeth", "tongue", "mouth", "lashes", "brows"} <= set(shown)
        assert len({shown[part] for part in ("skin", "lips", "iris", "pupil", "eyes")}) == 5


def test_in_a_preview_the_front_teeth_shine_and_the_back_of_the_mouth_is_dark(add_pair):
    for armature in add_pair():
        mesh = rigs.face(armature).data
        teeth = next(i for i, slot in enumerate(mesh.materials) if slot.name.endswith("teeth"))
        paint = np.empty(4 * len(mesh.loops), np.float32)
        mesh.color_attributes["paint"].data.foreach_get("color", paint)
        loops = np.concatenate([polygon.loop_indices for polygon in mesh.polygons if polygon.material_index == teeth])
        depth = np.array([mesh.vertices[mesh.loops[loop].vertex_index].co.y for loop in loops])
        light = paint.reshape(-1, 4)[loops, :3].mean(axis=1)
        front, back = depth < depth.min() + 0.004, depth > depth.max() - 0.01
        assert light[front].max() > 0.5 and light[back].max() < 0.15


def test_two_heads_of_one_name_differ_in_hair_shirt_and_eyes():
    rigs.add_head("A", "A", "woman", np.eye(4))
    rigs.add_head("B", "B", "woman", np.eye(4))
    for part in ("hair", "clothes shirt", "face iris"):
        assert tuple(bpy.data.materials[f"A {part}"].diffuse_color) != tuple(
            bpy.data.materials[f"B {part}"].diffuse_color
        )


def test_long_hair_leaves_the_face_free():
    rigs.add_head("B", "B", "woman", np.eye(4))
    strands = bpy.data.objects["B hair"].data
    points = np.empty(3 * len(strands.points), np.float32)
    strands.points.foreach_get("position", points)
    x, y, z = points.reshape(-1, 3).T
    face = (np.abs(x) < 0.055) & (z < 0.03) & (z > -0.1) & (y < 0.0)
    assert face.mean() < 0.001


def test_hair_turns_with_the_head_and_clothes_stay():
    armature = rigs.add_head("B", "B", "woman", room_poses(Layout())[1])
    locks, clothes = bpy.data.objects["B locks"], bpy.data.objects["B clothes"]
    bpy.context.view_layer.update()
    before = locks.matrix_world.copy(), clothes.matrix_world.copy()
    assert np.allclose(before[0], armature.matrix_world, atol=1e-5)

    armature.pose.bones["head"].rotation_quaternion = Euler((0, 0, 0.5)).to_quaternion()
    bpy.context.view_layer.update()

    turn = (before[0].inverted() @ locks.matrix_world).to_euler()
    assert turn.z == pytest.approx(0.5, abs=1e-4)
    assert clothes.matrix_world == before[1]


def test_a_layout_is_read_back_from_where_the_heads_stand(add_pair, layout):
    pair = add_pair(layout)
    assert np.allclose(rigs.pair_poses(pair), room_poses(layout), atol=1e-5)
    assert asdict(rigs.read_layout(rigs.pair_poses(pair), Layout())) == pytest.approx(asdict(layout), abs=1e-3)


def test_a_layout_moves_the_heads_and_hands_may_move_them_on(add_pair):
    pair, layout = add_pair(), Layout(distance=2.5, facing_a=35, facing_b=-160, height_a=1.2, swapped=True)
    rigs.place_pair(pair, layout)
    assert np.allclose(rigs.pair_poses(pair), room_poses(layout), atol=1e-5)

    pair[0].location.z += 0.25

    assert rigs.read_layout(rigs.pair_poses(pair), Layout()).height_a == pytest.approx(1.45, abs=1e-4)


def test_a_pair_that_was_put_elsewhere_stays_there(add_pair):
    pair = add_pair()
    elsewhere = Matrix.Translation((7, -3, 0)) @ Matrix.Rotation(0.4, 4, "Z")
    for armature in pair:
        armature.matrix_world = elsewhere @ armature.matrix_world
    assert asdict(rigs.read_layout(rigs.pair_poses(pair), Layout())) == pytest.approx(asdict(Layout()), abs=1e-3)

    rigs.place_pair(pair, Layout(distance=2.0))

    poses = rigs.pair_poses(pair)
    assert np.allclose(poses[:, :3, 3].mean(axis=0), [7, -3, 1.65], atol=1e-4)
    assert np.linalg.norm(poses[0, :3, 3] - poses[1, :3, 3]) == pytest.approx(2.0, abs=1e-4)


def test_what_the_rigs_do_not_show_is_kept_from_the_start(add_pair):
    mood = Layout(contact_a=0.1, contact_b=0.9, energy=0.8, warmth=-0.5)
    assert asdict(rigs.read_layout(rigs.pair_poses(add_pair()), mood)) == pytest.approx(asdict(mood), abs=1e-3)


def test_heads_at_one_place_still_make_a_layout(add_pair):
    pair = add_pair()
    pair[1].matrix_world = pair[0].matrix_world
    assert rigs.read_layout(rigs.pair_poses(pair), Layout()).distance == 0.15


def test_the_pair_is_found_again_also_after_renaming_and_only_when_whole(add_pair):
    assert rigs.find_pair(bpy.context.scene) is None
    a, b = add_pair()
    a.name, b.name = "Anna", "Bob"
    assert rigs.find_pair(bpy.context.scene) == (a, b)
    assert [rigs.head_name(head) for head in (a, b)] == ["man", "woman"]

    bpy.data.objects.remove(a)

    assert rigs.find_pair(bpy.context.scene) is None


def test_a_new_head_takes_the_part_of_the_old_one(add_pair):
    old, b = add_pair()
    new = rigs.add_head("A2", "A", "woman", np.eye(4))
    assert rigs.find_pair(bpy.context.scene) == (new, b)
    assert old.name in bpy.context.scene.objects


def test_geometry_is_the_heads_own_and_grows_with_the_rig():
    armature = rigs.add_head("A", "A", "man", np.eye(4))
    own = Geometry.of(load("man"))
    assert np.allclose(rigs.geometry(armature).neck, own.neck, atol=1e-6)

    armature.scale = (2, 2, 2)

    assert np.allclose(rigs.geometry(armature).left_eye, 2 * own.left_eye, atol=1e-5)
