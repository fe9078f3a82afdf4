"""The sliders of the Adjust panel, on a take that needs no network."""

import time

import bpy
import numpy as np

from talking_together.core import gaze
from talking_together.core.heads import load
from talking_together.core.layout import Layout, room_poses
from talking_together.core.motion import EXPRESSION_NAMES, HeadMotion, Take, load_take, save_take
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.sequencer.strips import Recording
from talking_together.operators.scene.take import keyframes, scene_jobs, slider_rebake, takes

JAW, BROW = (EXPRESSION_NAMES.index(name) for name in ("jawOpen", "browInnerUp"))


def make_take(frames: int, seed: int = 0) -> Take:
    """A take of two people who talk, nod and look at each other half of the time."""
    times, generator = np.arange(frames) / 25, np.random.default_rng(seed)
    meant = np.zeros((2, frames, 56), np.float32)
    meant[..., JAW] = 0.2 + 0.2 * np.sin(20 * times)
    meant[..., BROW] = 0.4
    meant[..., 47] = 0.1 * np.sin(3 * times)
    looks = np.repeat(generator.integers(0, 2, (2, frames // 20 + 1)), 20, axis=1)[:, :frames]
    meant[..., 50], meant[..., 52] = 0.25 * (1 - looks), looks
    heads = [gaze.Geometry.of(load(name)) for name in ("man", "woman")]
    packed = gaze.aim(meant, room_poses(Layout()), heads)
    return Take(tuple(map(HeadMotion, packed)), np.zeros((2, frames), np.float32), Layout(), "", seed, "")


def show_take(addon, tmp_path, frames: int) -> bytes:
    """Add the two heads and let them play a take; returns the take's file."""
    save_take(make_take(frames), tmp_path / "made.npz")
    content = (tmp_path / "made.npz").read_bytes()
    takes.store(addon.dyad, content, ("man", "woman"), Recording("talk", "talk.wav", 0.0, frames / 25, 24.0, 1), 0)
    takes.bake(addon, scene_jobs.pair_for(addon, Layout(), moved=False))
    return content


def keyed(head, path: str, index: int = 0) -> np.ndarray:
    """The take's keyed values (S,) of a curve on the head's bones or shape keys."""
    block = keyframes.face_keys(head)[0] if path.startswith("key_blocks") else head
    strip = block.animation_data.nla_tracks[keyframes.TRACK].strips[0]
    if hasattr(strip, "action_slot"):
        curves = strip.action.layers[0].strips[0].channelbag(strip.action_slot).fcurves
    else:
        curves = strip.action.fcurves
    points = curves.find(path, index=index).keyframe_points
    values = np.zeros(2 * len(points), np.float32)
    points.foreach_get("co", values)
    return values[1::2]


def jaw(head) -> np.ndarray:
    return keyed(head, 'key_blocks["jawOpen"].value')


def nod(head) -> np.ndarray:
    return keyed(head, 'pose.bones["head"].rotation_quaternion', 1)


def test_a_slider_shows_at_once_and_on_one_person_only(addon, tmp_path):
    show_take(addon, tmp_path, 100)
    a, b = rigs.find_pair(addon)
    before, others = jaw(a), jaw(b)

    addon.dyad.adjust_a.jaw = 0.5

    np.testing.assert_allclose(jaw(a), before / 2, atol=1e-4)
    np.testing.assert_array_equal(jaw(b), others)


def test_one_class_of_sounds_has_a_slider_of_its_own(addon, tmp_path):
    show_take(addon, tmp_path, 100)
    a, _ = rigs.find_pair(addon)
    before = jaw(a)

    addon.dyad.adjust_a.open_vowels = 0.5

    wide = before > 0.35
    assert (jaw(a)[wide] < 0.6 * before[wide]).all()
    np.testing.assert_allclose(jaw(a)[before < 0.1], before[before < 0.1], atol=0.02)  # resampled


def test_back_at_one_the_take_is_as_it_was_to_the_bit(addon, tmp_path):
    show_take(addon, tmp_path, 100)
    a, b = rigs.find_pair(addon)
    before = [curve(head) for head in (a, b) for curve in (jaw, nod)]

    addon.dyad.adjust_a.head, addon.dyad.adjust_b.articulation, addon.dyad.adjust_b.gaze = 1.7, 0.4, 0
    assert np.abs(nod(a) - before[1]).max() > 0.01
    bpy.ops.dyad.reset_adjustments()

    for now, then in zip([curve(head) for head in (a, b) for curve in (jaw, nod)], before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_the_stored_take_and_the_users_keys_are_not_touched(addon, tmp_path):
    content = show_take(addon, tmp_path, 50)
    a, _ = rigs.find_pair(addon)
    a.keyframe_insert("location", frame=1)
    mine = a.animation_data.action

    addon.dyad.adjust_a.head = 0

    assert a.animation_data.action == mine
    takes.stored(addon.dyad)
    addon.dyad.adjust_a.head = 1
    takes.export(addon.dyad, str(tmp_path / "out.npz"))
    assert (tmp_path / "out.npz").read_bytes() == content


def test_an_export_is_what_is_played(addon, tmp_path):
    show_take(addon, tmp_path, 50)
    addon.dyad.adjust_b.jaw = 0

    takes.export(addon.dyad, str(tmp_path / "out.npz"))

    a, b = load_take(tmp_path / "out.npz").motions
    assert b.expression[:, JAW].max() == 0
    assert a.expression[:, JAW].max() > 0.3


def test_a_minute_follows_the_slider_while_it_is_dragged(addon, tmp_path):
    show_take(addon, tmp_path, 1500)
    took = []
    for strength in (1.1, 1.2, 1.3):
        began = time.perf_counter()
        addon.dyad.adjust_a.head = strength
        took.append(time.perf_counter() - began)

    print(f"a minute took {min(took):.2f} s")
    assert min(took) < 2  # 0.4 s where the machine has nothing else to do


def test_without_a_take_a_slider_does_nothing(addon):
    addon.dyad.adjust_a.jaw = 0.5
    assert not addon.objects


def test_a_long_take_follows_its_sliders_when_the_hand_rests(addon, tmp_path, monkeypatch):
    show_take(addon, tmp_path, 100)
    a, _ = rigs.find_pair(addon)
    before = jaw(a)
    monkeypatch.setattr(slider_rebake, "is_slow", lambda scene: True)

    addon.dyad.adjust_a.jaw = 0.7
    addon.dyad.adjust_a.jaw = 0.5
    assert slider_rebake.is_outdated(addon) and bpy.app.timers.is_registered(slider_rebake.bake_outdated)
    np.testing.assert_array_equal(jaw(a), before)

    slider_rebake.bake_outdated()
    np.testing.assert_allclose(jaw(a), before / 2, atol=1e-4)
    assert not slider_rebake.is_outdated(addon)


def test_the_heads_catch_up_with_sliders_that_undo_set_back(addon, tmp_path):
    show_take(addon, tmp_path, 100)
    a, _ = rigs.find_pair(addon)
    before = jaw(a)
    addon.dyad.adjust_a.jaw = 0.5
    shown = [action for head in rigs.find_pair(addon) for action in keyframes.actions(head)]
    assert len(shown) == 4 and not slider_rebake.is_outdated(addon)

    addon.dyad.adjust_a.property_unset("jaw")  # as undo does, nobody is told
    assert slider_rebake.is_outdated(addon)
    slider_rebake.bake_outdated()

    np.testing.assert_array_equal(jaw(a), before)
