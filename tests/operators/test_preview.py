import av
import bpy
import numpy as np
import pytest

from talking_together.core.errors import UserError
from talking_together.core.layout import Layout, room_poses
from talking_together.core.motion import WIDTH, HeadMotion
from talking_together.core.service.jobs import finish
from talking_together.operators.scene.preview import faces, preview
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.sequencer import strips
from talking_together.operators.scene.take import keyframes

needs_sound = pytest.mark.skipif(bpy.app.version < (4, 3), reason="the bpy wheel of 4.2 is built without sound")


@pytest.fixture(autouse=True)
def pair(monkeypatch):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for slot, name, pose in zip("AB", ("man", "woman"), room_poses(Layout()), strict=True):
        rigs.add_head(slot, slot, name, pose)
    monkeypatch.setattr(preview, "FILM_SIZE", (320, 180))
    monkeypatch.setattr(preview, "STILL_SIZE", (160, 90))
    monkeypatch.setattr(preview, "STILL_SAMPLES", 2)
    for thing in bpy.context.scene.objects:
        for modifier in thing.modifiers:
            if modifier.type == "SUBSURF":
                modifier.render_levels = 0  # five of the six seconds of a still
    return rigs.find_pair(bpy.context.scene)


def settings(scene) -> dict:
    """Everything of the scene that a preview changes on its way."""
    groups = (
        scene.render,
        scene.render.image_settings,
        scene.render.ffmpeg,
        scene.display.shading,
        scene.view_settings,
    )
    names = "engine filepath resolution_x resolution_percentage use_sequencer use_simplify file_format color_mode codec"
    names += " color_type light studio_light background_type view_transform look samples"
    found = {
        (i, name): getattr(group, name)
        for i, group in enumerate(groups)
        for name in names.split()
        if hasattr(group, name)
    }
    return found | {"frames": (scene.frame_current, scene.frame_start, scene.frame_end, scene.cycles.samples)}


def pictures(path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in film.decode(video=0)]


def test_the_film_shows_the_take_and_leaves_the_scene_as_it_was(pair, tmp_path):
    scene = bpy.context.scene
    scene.frame_set(7)
    packed = np.zeros((4, WIDTH), np.float32)
    packed[:, 9] = [0, 0.3, 0.6, 0.9]  # jawOpen
    for armature in pair:
        keyframes.bake(armature, HeadMotion(packed, 24.0), 11)
    before = settings(scene)

    path = finish(preview.render_preview(scene, tmp_path / "preview.mp4"))

    film = pictures(path)
    assert len(film) == 4
    assert film[0].shape == (180, 320, 3)
    assert np.abs(film[3] - film[0]).max() > 60  # the mouths opened
    assert settings(scene) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["preview.mp4"]


def test_the_film_shows_skin_hair_and_shirts(pair, tmp_path):
    scene = bpy.context.scene
    scene.frame_end = 1
    red, green, blue = np.moveaxis(pictures(finish(preview.render_preview(scene, tmp_path / "preview.mp4")))[0], -1, 0)
    assert ((red > green + 20) & (green > blue + 5) & (red > 150)).mean() > 0.02  # skin
    assert ((blue > red + 40) & (blue > 90))[:, :160].mean() > 0.02  # his shirt, on the left
    assert ((red > 2 * green) & (red > 120))[:, 160:].mean() > 0.02  # her shirt, on the right


def colours(picture: np.ndarray) -> tuple[float, float]:
    """How much of a picture is his blue shirt, and how much her red one."""
    red, green, blue = np.moveaxis(picture, -1, 0)
    return ((blue > red + 40) & (blue > 90)).mean(), ((red > 2 * green) & (red > 120)).mean()


def talk_far_apart(pair) -> None:
    """Four metres apart both open the mouth, from frame 5 to 7."""
    rigs.place_pair(pair, Layout(distance=4.0))
    packed = np.zeros((3, WIDTH), np.float32)
    packed[:, 9] = [0, 0.4, 0.8]  # jawOpen
    for armature in pair:
        keyframes.bake(armature, HeadMotion(packed, 24.0), 5)


def test_faces_that_would_be_small_are_shown_side_by_side(pair, tmp_path):
    scene = bpy.context.scene
    talk_far_apart(pair)
    before, lenses = settings(scene), [camera.lens for camera in bpy.data.cameras]

    film = pictures(finish(preview.render_preview(scene, tmp_path / "faces.mp4")))

    assert len(film) == 3 and film[0].shape == (180, 320, 3)
    (his, none), (nothing, hers) = colours(film[0][:, :160]), colours(film[0][:, 160:])
    assert his > 0.15 and hers > 0.15 and max(none, nothing) < 0.02
    assert all(np.abs(film[2][:, half] - film[0][:, half]).max() > 60 for half in (slice(160), slice(160, 320)))
    assert settings(scene) == before and [camera.lens for camera in bpy.data.cameras] == lenses
    assert list(bpy.data.scenes) == [scene]


def test_a_film_through_the_scenes_camera_can_be_asked_for_and_is_what_a_moved_camera_gives(pair, tmp_path):
    scene = bpy.context.scene
    scene.frame_end = 1
    asked = pictures(finish(preview.render_preview(scene, tmp_path / "asked.mp4", "camera")))[0]
    scene.camera.location.z += 0.001
    bpy.context.view_layer.update()
    moved = pictures(finish(preview.render_preview(scene, tmp_path / "moved.mp4")))[0]

    assert np.abs(asked - moved).mean() < 3
    assert colours(asked[:, :160])[0] < 0.15


def test_pairs_close_together_are_seen_in_one_picture(pair):
    rigs.place_pair(pair, Layout(distance=0.6))
    assert not faces.are_small(bpy.context.scene)
    rigs.place_pair(pair, Layout(distance=1.0))
    assert faces.are_small(bpy.context.scene)


@needs_sound
def test_the_film_has_the_strips_sound(pair, tmp_path, root):
    scene = bpy.context.scene
    scene.sequence_editor_create()
    strips.top_level(scene).new_sound("talk", str(root / "assets" / "sample" / "dialogue.flac"), 1, 1)
    strips.add_color(scene, "white", 2, 1, 31).color = (1, 1, 1)
    scene.frame_end = 12

    path = finish(preview.render_preview(scene, tmp_path / "preview.mp4", view="camera"))

    with av.open(str(path)) as film:
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in film.decode(audio=0)])
    assert np.abs(sound).max() > 0.1
    assert pictures(path)[9][:60, 120:200].max() < 150  # the heads' backdrop, not the sequencer's picture
    assert not strips.top_level(scene)["white"].mute


@needs_sound
def test_the_film_has_the_sound_inside_a_meta_strip_and_shows_the_heads(pair, tmp_path, root):
    scene = bpy.context.scene
    scene.sequence_editor_create()
    talk = strips.top_level(scene).new_sound("talk", str(root / "assets" / "sample" / "dialogue.flac"), 1, 1)
    meta = strips.top_level(scene).new_meta("both", 2, 1)
    talk.move_to_meta(meta)
    strips.set_handles(meta, end=31)
    scene.frame_end = 12

    path = finish(preview.render_preview(scene, tmp_path / "preview.mp4"))

    with av.open(str(path)) as film:
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in film.decode(audio=0)])
    assert np.abs(sound).max() > 0.1
    assert pictures(path)[9].std() > 10  # the heads, not the meta's empty picture
    assert [strip.name for strip in strips.top_level(scene)] == ["both"] and not meta.mute


@pytest.mark.skipif(bpy.app.version < (5, 0), reason="before 5.0 the sequencer shows the scene's own strips")
def test_the_film_has_the_sound_of_the_scene_that_the_sequencer_shows(pair, tmp_path, root):
    scene, edit = bpy.context.scene, bpy.data.scenes.new("Edit")
    edit.sequence_editor_create()
    strips.top_level(edit).new_sound("talk", str(root / "assets" / "sample" / "dialogue.flac"), 1, 1)
    bpy.context.workspace.sequencer_scene = edit
    scene.frame_end = 12

    path = finish(preview.render_preview(scene, tmp_path / "preview.mp4"))

    with av.open(str(path)) as film:
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in film.decode(audio=0)])
    assert np.abs(sound).max() > 0.1
    assert not scene.sequence_editor.strips
    assert len(bpy.data.sounds) == 1


def test_the_still_is_one_picture_of_the_chosen_frame(pair, tmp_path):
    scene = bpy.context.scene
    before = settings(scene)
    path = finish(preview.render_still(scene, tmp_path / "still.png", frame=3))
    image = bpy.data.images.load(str(path))
    assert tuple(image.size) == (160, 90)
    assert np.std(image.pixels[:]) > 0.05
    assert settings(scene) == before


def test_a_still_of_two_who_stand_far_apart_shows_both_faces_at_the_chosen_frame(pair, tmp_path):
    scene = bpy.context.scene
    talk_far_apart(pair)
    scene.frame_end = 8

    still = [pictures(finish(preview.render_still(scene, tmp_path / f"{n}.png", frame=n)))[0] for n in (5, 7)]

    red, green, blue = np.moveaxis(still[0], -1, 0)
    his, hers = blue > 2 * red, red > 2 * green
    assert his[:, :80].mean() > 0.08 and hers[:, 80:].mean() > 0.15
    assert his[:, 80:].mean() < 0.02 and hers[:, :80].mean() < 0.04
    assert all(np.abs(still[1][:, half] - still[0][:, half]).max() > 20 for half in (slice(80), slice(80, 160)))
    assert list(bpy.data.scenes) == [scene]


def test_a_missing_folder_is_said_before_anything_is_rendered(pair, tmp_path):
    with pytest.raises(UserError, match="Choose a folder"):
        finish(preview.render_preview(bpy.context.scene, tmp_path / "nowhere" / "preview.mp4"))


def test_a_scene_without_a_camera_is_refused_and_nothing_is_left_behind(pair, tmp_path):
    scene = bpy.context.scene
    scene.camera = None
    before = settings(scene)
    with pytest.raises(UserError, match="no camera"):
        finish(preview.render_preview(scene, tmp_path / "preview.mp4"))
    assert list(tmp_path.iterdir()) == []
    assert settings(scene) == before
