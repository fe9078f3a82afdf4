"""A character that is not ours: bones of other names and rest poses, shape keys in another spelling."""

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix

from talking_together.core import gaze
from talking_together.core.errors import UserError
from talking_together.core.layout import Layout, room_poses
from talking_together.core.motion import EXPRESSION_NAMES, HeadMotion
from talking_together.core.rotation import axis_angle_to_matrix
from talking_together.operators.scene.rig import rigs, skeleton
from talking_together.operators.scene.take import keyframes, scene_jobs

BONES = {"head": "Head", "neck": "Neck", "left_eye": "LeftEye", "right_eye": "RightEye"}
PLACES = {"Hips": (0, 0, 90), "Neck": (0, 2, 150), "Head": (0, 1, 158), "LeftEye": (3.2, -8, 165)}  # cm
PLACES["RightEye"] = (-3.2, -8, 165)
PARENTS = {"Neck": "Hips", "Head": "Neck", "LeftEye": "Head", "RightEye": "Head"}


@pytest.fixture
def scene(addon):
    return addon


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


SNAKES = tuple(map(snake, EXPRESSION_NAMES))


def make_character(name: str, keys=SNAKES, turned=0.0) -> bpy.types.Object:
    """A figure of 1.65 m in centimetres, its bones rolled at will, its face beside the armature and bent by it.

    turned: radians by which the figure is built facing another way than -Y
    """
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    about = np.array(Euler((0, 0, turned)).to_matrix())
    for number, (bone, place) in enumerate(PLACES.items()):
        edit = armature.data.edit_bones.new(bone)
        edit.head = about @ place
        edit.tail = np.array(edit.head) + [1, -2 * (number % 2), 4]
        edit.roll = 0.7 * number
        if bone in PARENTS:
            edit.parent = armature.data.edit_bones[PARENTS[bone]]
    bpy.ops.object.mode_set(mode="OBJECT")
    mesh = bpy.data.meshes.new(f"{name} face")
    mesh.from_pydata([(0, 0, 165), (1, 0, 165), (0, 0, 170)], [], [(0, 1, 2)])
    face = bpy.data.objects.new(f"{name} face", mesh)
    bpy.context.collection.objects.link(face)
    face.modifiers.new("Armature", "ARMATURE").object = armature
    for key in ("Basis", *keys):
        face.shape_key_add(name=key, from_mix=False)
    armature.scale = (0.01,) * 3
    return armature


FULL = {"Down": 25, "Up": 20, "In": 30, "Out": 35}  # degrees


def give_eyes(armature, ways=tuple(FULL)) -> None:
    """Eyeballs of 12 mm radius in a face that hangs under the armature, turned by shape keys; no bones for them."""
    places = np.array([PLACES["LeftEye"], PLACES["RightEye"]], float)
    ball = 1.2 * np.array([(0, 0, 0), (0, -1, 0), (0, -0.8, 0.6), (0.6, -0.8, 0), (-0.6, -0.8, 0), (0, 0, 1)])
    mesh = bpy.data.meshes.new("eyes")
    mesh.from_pydata(np.concatenate([place + ball for place in places]).tolist(), [], [])
    eyes = bpy.data.objects.new(f"{armature.name} eyes", mesh)
    bpy.context.collection.objects.link(eyes)
    eyes.parent = armature
    eyes.vertex_groups.new(name="Head").add(range(len(mesh.vertices)), 1, "REPLACE")
    eyes.modifiers.new("Armature", "ARMATURE").object = armature
    eyes.shape_key_add(name="Basis", from_mix=False)
    for way in ways:
        for side, name in enumerate(("Left", "Right")):
            sign = (1 if way == "Out" else -1) * (1 - 2 * side)
            angle = np.radians(FULL[way])
            turn = {"Up": (-angle, 0, 0), "Down": (angle, 0, 0)}.get(way, (0, 0, sign * angle))
            key = eyes.shape_key_add(name=f"eyeLook{way}_{name[0]}", from_mix=False)
            for number, point in enumerate(ball @ np.array(Euler(turn).to_matrix()).T):
                key.data[side * len(ball) + number].co = places[side] + point


def eyes_of(armature) -> tuple[np.ndarray, np.ndarray]:
    """(2, 3) the middles and (2, 3) the fronts of both eyeballs in the world, as Blender shows them."""
    shown = bpy.data.objects[f"{armature.name} eyes"].evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.array([shown.matrix_world @ vertex.co for vertex in shown.to_mesh().vertices]).reshape(2, -1, 3)
    return points[:, 0], points[:, 1]


def use(armature, slot: str, **bones) -> list[str]:
    return rigs.use_rig(armature, slot, "man", BONES | bones)


def world_turn(armature, joint: str) -> np.ndarray:
    """(3, 3) how far the joint has turned from its rest, in the axes of core."""
    bone = skeleton.bone(armature, joint)
    rest = skeleton.rest(armature)[:3, :3]
    return rest.T @ np.array(bone.matrix.to_3x3()) @ np.array(bone.bone.matrix_local.to_3x3()).T @ rest


@pytest.mark.parametrize("turned", [0.0, 1.1])
def test_a_character_looks_the_partner_in_the_eye(scene, turned):
    pair = make_character("Ann", turned=turned), make_character("Bob")
    for armature, slot in zip(pair, "AB", strict=True):
        assert use(armature, slot) == []
    rigs.place_pair(pair, Layout(distance=1.2, facing_a=20, height_b=1.3))
    poses = rigs.pair_poses(pair)
    assert np.linalg.norm(poses[0, :3, 3] - poses[1, :3, 3]) == pytest.approx(np.hypot(1.2, 0.35), abs=1e-4)
    meant = np.zeros((2, 5, gaze.INTENT_WIDTH), np.float32)
    meant[..., 47:50], meant[..., 52], meant[..., 53:56] = [0.1, -0.05, 0.08], 1, [0.004, -0.003, 0.01]
    motions = gaze.aim(meant, poses, [rigs.geometry(armature) for armature in pair])

    for armature, packed in zip(pair, motions, strict=True):
        keyframes.bake(armature, HeadMotion(packed, 24.0), 1)
    scene.frame_set(3)
    bpy.context.view_layer.update()

    eyes = [
        [armature.matrix_world @ armature.pose.bones[f"{side}Eye"].matrix for side in ("Left", "Right")]
        for armature in pair
    ]
    middles = [np.mean([np.array(eye.to_translation()) for eye in both], axis=0) for both in eyes]
    for own, armature in enumerate(pair):
        world = np.array((armature.matrix_world @ Matrix(skeleton.rest(armature).tolist())).to_3x3()) / 0.01
        looks = [world_turn(armature, f"{side}_eye") @ [0, -1, 0] for side in ("left", "right")]
        gazes = world @ np.mean(looks, axis=0)
        there = middles[1 - own] - middles[own]
        across = np.linalg.norm(np.cross(gazes, there))  # exact near 0, unlike arccos
        assert np.degrees(np.arctan2(across, gazes @ there)) < 0.3


def test_eyes_without_bones_are_turned_by_their_shape_keys(scene):
    pair = make_character("Ann", turned=0.0), make_character("Bob")
    for armature, slot in zip(pair, "AB", strict=True):
        give_eyes(armature)
        assert use(armature, slot, left_eye="", right_eye="") == []
    rigs.place_pair(pair, Layout(distance=1.2, facing_a=35, height_b=1.5))
    meant = np.zeros((2, 5, gaze.INTENT_WIDTH), np.float32)
    meant[..., 52] = 1
    motions = gaze.aim(meant, rigs.pair_poses(pair), [rigs.geometry(armature) for armature in pair])

    for armature, packed in zip(pair, motions, strict=True):
        keyframes.bake(armature, HeadMotion(packed, 24.0), 1)
    scene.frame_set(3)

    middles = [eyes_of(armature)[0].mean(axis=0) for armature in pair]
    for own, armature in enumerate(pair):
        eyes, fronts = eyes_of(armature)
        look, there = (fronts - eyes).sum(axis=0), middles[1 - own] - middles[own]
        assert np.degrees(np.arctan2(np.linalg.norm(np.cross(look, there)), look @ there)) < 1
    keys = bpy.data.objects["Ann eyes"].data.shape_keys.key_blocks
    assert max(key.value for key in keys[1:]) > 0.1, "the eyes have something to do"


def test_eyes_that_nothing_turns_are_refused_with_the_reason(scene):
    ann = make_character("Ann")
    with pytest.raises(UserError, match="no shape keys turn it"):
        use(ann, "A", left_eye="", right_eye="")
    give_eyes(ann, ways=("Down", "Up", "In"))
    with pytest.raises(UserError, match="no shape keys turn it"):
        use(ann, "A", left_eye="", right_eye="")
    with pytest.raises(UserError, match="No bone is chosen for the right eye"):
        use(ann, "A", right_eye="")


def test_bones_turn_in_the_heads_own_axes_however_they_rest(scene):
    ann = make_character("Ann", turned=0.8)
    use(ann, "A")
    angles = np.random.default_rng(2).uniform(-0.4, 0.4, (4, 3)).astype(np.float32)
    packed = np.zeros((2, 59), np.float32)
    packed[:, 44:56] = angles.ravel()

    keyframes.bake(ann, HeadMotion(packed, 24.0), 1)
    scene.frame_set(1)

    neck, head, left, _ = axis_angle_to_matrix(angles)
    np.testing.assert_allclose(world_turn(ann, "head"), neck @ head, atol=1e-5)
    np.testing.assert_allclose(world_turn(ann, "left_eye"), neck @ head @ left, atol=1e-5)


def test_without_a_neck_the_head_does_its_part(scene):
    ann = make_character("Ann")
    use(ann, "A", neck="")
    packed = np.zeros((2, 59), np.float32)
    packed[:, 44], packed[:, 47] = 0.2, 0.1

    keyframes.bake(ann, HeadMotion(packed, 24.0), 1)
    scene.frame_set(1)

    np.testing.assert_allclose(world_turn(ann, "head"), axis_angle_to_matrix(np.array([0.3, 0, 0])), atol=1e-5)


def test_shape_keys_move_under_their_own_names(scene):
    ann = make_character("Ann")
    use(ann, "A")
    packed = np.zeros((2, 59), np.float32)
    packed[:, EXPRESSION_NAMES.index("jawOpen")] = 0.6

    keyframes.bake(ann, HeadMotion(packed, 24.0), 1)
    scene.frame_set(1)

    assert bpy.data.objects["Ann face"].data.shape_keys.key_blocks["jaw_open"].value == pytest.approx(0.6)


def test_missing_keys_are_named(scene):
    some = make_character("Ann", keys=("jawOpen", "eyeBlinkLeft"))
    missing = use(some, "A")
    assert len(missing) == 42 and "mouthClose" in missing

    with pytest.raises(UserError, match='no shape key "jawOpen"'):
        use(make_character("Bob", keys=("smile",)), "B")


@pytest.mark.parametrize(
    "bones,said",
    [
        ({"head": ""}, "No bone is chosen for the head"),
        ({"neck": "Tail"}, 'has no bone "Tail"'),
        ({"left_eye": "RightEye"}, "begin in one place"),
        ({"left_eye": "RightEye", "right_eye": "LeftEye"}, "swap the two"),
        ({"head": "LeftEye", "left_eye": "Head"}, "does not move with"),
    ],
)
def test_bones_that_make_no_head_are_refused_with_the_reason(scene, bones, said):
    with pytest.raises(UserError, match=said):
        use(make_character("Ann"), "A", **bones)


def test_the_bones_are_guessed_by_their_names(scene):
    assert skeleton.guess(make_character("Ann")) == BONES


def test_the_button_takes_the_character_and_the_other_part_is_played_by_ours(scene):
    ann = make_character("Ann")
    bpy.context.view_layer.objects.active = bpy.data.objects["Ann face"]

    assert bpy.ops.dyad.use_rig(slot="B", **BONES) == {"FINISHED"}
    scene_jobs.pair_for(scene, Layout(), moved=False)

    assert [head.name for head in rigs.find_pair(scene)] == ["A", "Ann"]
    bpy.ops.dyad.release_rig(slot="B")
    assert rigs.find_pair(scene) is None and skeleton.BONES not in ann
    assert np.allclose(room_poses(Layout())[0][:3, 3], rigs.pair_poses([rigs.participants(scene)["A"]])[0][:3, 3])
