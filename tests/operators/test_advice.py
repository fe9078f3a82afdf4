"""Which button a take needs whose heads or mood have changed since it was generated."""

import time
from dataclasses import replace

import bpy
import numpy as np
import pytest

from talking_together.core.layout import MOOD, Layout
from talking_together.core.motion import WIDTH, HeadMotion, Take, save_take
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.sequencer.strips import Recording
from talking_together.operators.scene.take import panel_facts, scene_jobs, takes

SEAT = Layout(distance=1.2, facing_a=20, facing_b=-170)


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    """The file of a minute of take."""
    path = tmp_path_factory.mktemp("minute") / "take.npz"
    packed = np.zeros((2, 1500, WIDTH), np.float32)
    packed[..., :44] = np.random.default_rng(0).random((2, 1500, 44)) * 0.3
    take = Take(tuple(map(HeadMotion, packed)), np.ones((2, 1500), np.float32), SEAT, "", 0, "")
    save_take(take, path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def scene(addon, content):
    """A pair with a minute of take, in an empty file."""
    made = addon
    scene_jobs.place(made, SEAT)
    takes.store(made.dyad, content, ("man", "woman"), Recording("talk", "talk.wav", 0.0, 60.0, 24.0, 1), 0)
    takes.bake(made, rigs.find_pair(made))
    return made


def button(scene) -> str:
    given = panel_facts.read(scene).advice
    return given.button if given else ""


@pytest.mark.parametrize(
    "moved, asked",
    [
        ({}, ""),
        ({"facing_b": -170.5, "distance": 1.25}, ""),
        ({"distance": 2.0}, "reaim"),
        ({"height_a": 1.2}, "reaim"),
        ({"facing_a": 45.0}, "reaim"),
        ({"facing_b": 175.0}, "reaim"),
        ({"facing_a": -15.0}, "generate"),
        ({"facing_b": 150.0}, "generate"),
        ({"distance": 0.5, "height_a": 1.0}, "generate"),  # they look up and down at each other
    ],
)
def test_heads_and_eyes_make_up_for_small_moves_and_bodies_must_for_large_ones(scene, moved, asked):
    rigs.place_pair(rigs.find_pair(scene), replace(SEAT, **moved))

    assert button(scene) == asked


def test_aiming_settles_a_small_move_but_not_a_large_one(scene):
    rigs.place_pair(rigs.find_pair(scene), replace(SEAT, distance=2.0))
    bpy.ops.dyad.reaim()
    assert button(scene) == ""

    rigs.place_pair(rigs.find_pair(scene), replace(SEAT, facing_a=90))
    bpy.ops.dyad.reaim()
    assert button(scene) == "generate"
    assert "For A, the partner is 70°" in panel_facts.read(scene).advice.reason


def test_a_head_moved_by_hand_is_noticed(scene):
    head = rigs.find_pair(scene)[1]
    head.location.y += 0.3
    assert button(scene) == "reaim"
    head.rotation_euler.z += 1.0
    assert button(scene) == "generate"


def test_both_moved_together_need_nothing(scene):
    for head in rigs.find_pair(scene):
        head.location.x += 5
    assert button(scene) == ""


def test_another_mood_is_another_performance(scene):
    bpy.ops.dyad.preset(preset="Furious")
    assert button(scene) == "generate"
    scene_jobs.set_mood(scene, {name: getattr(SEAT, name) for name in MOOD})
    assert button(scene) == ""


def test_without_a_take_there_is_no_advice():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert panel_facts.read(bpy.context.scene).advice is None


def test_a_minute_of_take_is_aimed_in_a_moment_and_only_gaze_and_posture_change(scene):
    take, pair = takes.stored(scene.dyad), rigs.find_pair(scene)
    poses = rigs.pair_poses(pair)
    poses[1, :3, 3] += [0.3, 0.2, -0.4]
    begin = time.process_time()

    motions = takes.aimed(take, ("man", "woman"), poses, [rigs.geometry(head) for head in pair])

    assert time.process_time() - begin < 0.3
    for before, after in zip(take.motions, motions, strict=True):
        np.testing.assert_array_equal(after.expression, before.expression)
        np.testing.assert_array_equal(after.translation, before.translation)
        assert np.abs(after.rotation - before.rotation).max() > 0.05
