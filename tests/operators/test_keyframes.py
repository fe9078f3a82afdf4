import bpy
import numpy as np
import pytest

from talking_together.core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion
from talking_together.core.rotation import axis_angle_to_matrix
from talking_together.operators.scene.take.keyframes import JOINTS, bake, face_keys, has_own_keys, take_range

JAW = EXPRESSION_NAMES.index("jawOpen")


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def make_head(roll: float = 0.0, tilt: float = 0.0) -> bpy.types.Object:
    """The smallest head there is: the bones, turned at will in their rest pose, and a triangle with two shape keys."""
    armature = bpy.data.objects.new("Ann", bpy.data.armatures.new("Ann"))
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    parent = None
    for i, name in enumerate(("neck", "head", "left_eye", "right_eye")):
        bone = armature.data.edit_bones.new(name)
        bone.head = (0.03 * (i == 2) - 0.03 * (i == 3), 0, 0.1 * min(i, 2))
        bone.tail = np.array(bone.head) + [0.02 * np.sin(tilt), 0.05 * np.cos(tilt), 0.03]
        bone.roll = roll
        bone.parent = parent
        parent = bone if i < 2 else armature.data.edit_bones["head"]
    bpy.ops.object.mode_set(mode="OBJECT")
    mesh = bpy.data.meshes.new("Ann")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face = bpy.data.objects.new("Ann face", mesh)
    face.parent = armature
    bpy.context.collection.objects.link(face)
    for name in ("Basis", "jawOpen", "mouthClose"):
        face.shape_key_add(name=name, from_mix=False)
    return armature


def motion(frames: int, jaw=0.0, rotation=None, fps=24.0) -> HeadMotion:
    packed = np.zeros((frames, WIDTH), np.float32)
    packed[:, JAW] = jaw
    if rotation is not None:
        packed[:, 44:56] = rotation
    return HeadMotion(packed, fps)


def jaw_at(head: bpy.types.Object, frame: int) -> float:
    bpy.context.scene.frame_set(frame)
    return face_keys(head)[0].key_blocks["jawOpen"].value


def world_axes(head: bpy.types.Object, joint: str) -> np.ndarray:
    """How far the joint has turned from its rest in the armature's axes (3, 3)."""
    bone = head.pose.bones[joint]
    return np.array(bone.matrix.to_3x3()) @ np.array(bone.bone.matrix_local.to_3x3()).T


def test_a_baked_key_opens_the_jaw():
    head = make_head()

    bake(head, motion(3, jaw=[0, 0.5, 1]), start_frame=10)

    assert [jaw_at(head, f) for f in (10, 11, 12)] == pytest.approx([0, 0.5, 1])


def test_before_and_after_the_take_its_ends_are_held():
    head = make_head()

    bake(head, motion(3, jaw=[0.2, 0.5, 0.8]), start_frame=10)

    assert jaw_at(head, 1) == pytest.approx(0.2)
    assert jaw_at(head, 99) == pytest.approx(0.8)
    assert take_range(head) == (10, 12)


@pytest.mark.parametrize("roll,tilt", [(0, 0), (0.7, 0.0), (-1.3, 0.9)])
def test_bones_turn_as_the_motion_says_however_they_rest(roll, tilt):
    head = make_head(roll, tilt)
    angles = np.random.default_rng(1).uniform(-0.6, 0.6, (4, 3)).astype(np.float32)

    bake(head, motion(2, rotation=angles.ravel()), start_frame=1)
    bpy.context.scene.frame_set(1)

    neck, skull, left, right = axis_angle_to_matrix(angles)
    for joint, expected in zip(JOINTS, (neck, neck @ skull, neck @ skull @ left, neck @ skull @ right), strict=True):
        np.testing.assert_allclose(world_axes(head, joint), expected, atol=1e-5)


def test_translation_moves_the_neck_in_the_heads_axes():
    head = make_head(roll=0.7, tilt=0.4)
    still = motion(2)
    packed = still.packed.copy()
    packed[:, 56:59] = [0.01, -0.02, 0.03]

    bake(head, HeadMotion(packed, 24), start_frame=1)
    bpy.context.scene.frame_set(1)

    neck = head.pose.bones["neck"]
    np.testing.assert_allclose(np.array(neck.head) - np.array(neck.bone.head_local), [0.01, -0.02, 0.03], atol=1e-6)


@pytest.mark.parametrize("first,second", [(50, 20), (20, 50)])
def test_a_new_bake_of_another_length_replaces_the_old_one(first, second):
    head = make_head()
    bake(head, motion(first, jaw=np.linspace(0, 1, first)), start_frame=1)
    actions = len(bpy.data.actions)

    bake(head, motion(second, jaw=np.linspace(0, 0.5, second)), start_frame=101)

    assert len(bpy.data.actions) == actions
    assert take_range(head) == (101, 100 + second)
    assert jaw_at(head, 101) == pytest.approx(0)
    assert jaw_at(head, 100 + second) == pytest.approx(0.5)
    assert jaw_at(head, 300) == pytest.approx(0.5)


def test_keys_set_by_hand_add_to_the_take_and_survive_a_new_one():
    head = make_head()
    bake(head, motion(30, jaw=0.3), start_frame=1)
    keys = face_keys(head)[0]
    add_by_hand(keys, 'key_blocks["jawOpen"].value', 0, 0.25)
    add_by_hand(head, 'pose.bones["head"].rotation_quaternion', 0, np.cos(0.1))
    add_by_hand(head, 'pose.bones["head"].rotation_quaternion', 3, np.sin(0.1))
    assert jaw_at(head, 5) == pytest.approx(0.55)

    nod = [0] * 3 + [0, 0, 0.3] + [0] * 6
    bake(head, motion(40, jaw=0.5, rotation=nod), start_frame=1)

    assert has_own_keys(head)
    assert jaw_at(head, 35) == pytest.approx(0.75)
    rest = np.array(head.data.bones["head"].matrix_local.to_3x3())
    by_hand = rest @ axis_angle_to_matrix(np.array([0, 0, 0.2])) @ rest.T
    np.testing.assert_allclose(
        world_axes(head, "head"), axis_angle_to_matrix(np.array([0, 0, 0.3])) @ by_hand, atol=1e-5
    )


def add_by_hand(block, path, index, value):
    """A constant curve in the block's active action, as keying in the window leaves it."""
    data = block.animation_data
    if data.action is None:
        data.action = bpy.data.actions.new(f"{block.name} by hand")
        if hasattr(data.action, "slots"):
            data.action_slot = data.action.slots.new(block.id_type, block.name)
    if hasattr(data.action, "slots"):
        layer = data.action.layers[0] if data.action.layers else data.action.layers.new("Layer")
        strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
        curves = strip.channelbag(data.action_slot, ensure=True).fcurves
    else:
        curves = data.action.fcurves
    curves.new(path, index=index).keyframe_points.insert(1, value)


def test_an_action_that_was_there_before_is_left_as_it_was():
    head = make_head()
    head.animation_data_create()
    add_by_hand(head, "location", 2, 1.0)
    mine = head.animation_data.action
    blend = head.animation_data.action_blend_type

    bake(head, motion(10), start_frame=1)

    assert head.animation_data.action == mine
    assert head.animation_data.action_blend_type == blend
    bpy.context.scene.frame_set(5)
    assert head.location.z == pytest.approx(1.0)


def test_a_minute_at_sixty_frames_a_second_is_written_in_a_moment():
    import time

    head = make_head()
    face = head.children[0]
    for name in EXPRESSION_NAMES:
        if name not in face.data.shape_keys.key_blocks:
            face.shape_key_add(name=name, from_mix=False)
    began = time.perf_counter()

    bake(head, motion(3600, jaw=np.linspace(0, 1, 3600), fps=60), start_frame=1)

    assert time.perf_counter() - began < 5
    assert jaw_at(head, 3600) == pytest.approx(1)
