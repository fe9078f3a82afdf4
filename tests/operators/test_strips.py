import math
import wave

import bpy
import numpy as np
import pytest

from talking_together.core.errors import UserError
from talking_together.operators.scene.sequencer import strips

pytestmark = pytest.mark.skipif(
    bpy.app.version < (4, 3), reason="the bpy 4.2 wheel has no Audaspace, so it cannot make a sound strip"
)
RATES = [(24, 1), (25, 1), (30, 1.001), (30, 1), (50, 1), (60, 1)]


@pytest.fixture
def scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.sequence_editor_create()
    return bpy.context.scene


@pytest.fixture
def talk(tmp_path):
    """Ten seconds of noise."""
    path = tmp_path / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(np.random.default_rng(0).integers(-9000, 9000, 160_000).astype(np.int16).tobytes())
    return path


def add(scene, path, start_frame=1, name="talk", channel=1):
    return strips.top_level(scene).new_sound(name, str(path), channel, start_frame)


@pytest.mark.parametrize("fps,base", RATES)
def test_a_whole_strip_is_read_from_its_first_frame_to_its_last(scene, talk, fps, base):
    scene.render.fps, scene.render.fps_base = fps, base
    recording = strips.read(scene, add(scene, talk, start_frame=50))

    assert recording.source == str(talk)
    assert recording.start_frame == 50
    assert recording.fps == pytest.approx(fps / base)
    assert recording.start == 0
    assert recording.duration == pytest.approx(10, abs=1 / recording.fps)


@pytest.mark.parametrize("fps,base", RATES)
def test_a_trimmed_and_moved_strip_is_read_where_it_is_heard(scene, talk, fps, base):
    scene.render.fps, scene.render.fps_base = fps, base
    strip = add(scene, talk, start_frame=101)
    strips.set_handles(strip, first=101 + 2 * fps, end=101 + 5 * fps)

    recording = strips.read(scene, strip)

    assert recording.start_frame == 101 + 2 * fps
    assert recording.start == pytest.approx(2 * base)
    assert recording.duration == pytest.approx(3 * base)


def test_a_strip_that_begins_before_its_sound_starts_with_the_sound(scene, talk):
    scene.render.fps = 24
    strip = add(scene, talk, start_frame=101)
    strips.set_handles(strip, first=90)

    recording = strips.read(scene, strip)

    assert (recording.start_frame, recording.start) == (101, 0)


def test_a_packed_sound_is_handed_over_as_it_is(scene, talk):
    strip = add(scene, talk)
    strip.sound.pack()
    content = talk.read_bytes()
    talk.unlink()

    assert strips.read(scene, strip).source == content


def test_inside_a_meta_strip_only_what_the_meta_shows_is_heard(scene, talk):
    strip = add(scene, talk, start_frame=1)
    meta = strips.top_level(scene).new_meta("both", 2, 1)
    strip.move_to_meta(meta)
    strips.set_handles(meta, first=25, end=73)

    recording = strips.read(scene, strips.find(scene))

    assert (recording.start_frame, recording.start) == (25, pytest.approx(1))
    assert recording.duration == pytest.approx(2)


def test_the_named_strip_is_taken(scene, talk):
    add(scene, talk, name="first")
    add(scene, talk, name="second", channel=2)

    assert strips.find(scene, "second").name == "second"


def test_without_a_name_the_active_strip_is_taken(scene, talk):
    add(scene, talk, name="first")
    second = add(scene, talk, name="second", channel=2)
    scene.sequence_editor.active_strip = second

    assert strips.find(scene).name == "second"


def test_a_muted_strip_is_passed_over_for_one_that_is_heard(scene, talk):
    add(scene, talk, name="quiet").mute = True
    add(scene, talk, name="heard", channel=2)

    assert strips.find(scene).name == "heard"


def one_line(error) -> str:
    message = str(error.value)
    assert "\n" not in message and message.endswith(".")
    return message


def test_no_strip_says_how_to_add_one():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with pytest.raises(UserError) as error:
        strips.find(bpy.context.scene)
    assert "Add > Sound" in one_line(error)


def test_a_name_that_is_gone_is_named(scene, talk):
    add(scene, talk)
    with pytest.raises(UserError) as error:
        strips.find(scene, "interview")
    assert '"interview"' in one_line(error)


def test_a_muted_strip_says_so(scene, talk):
    strip = add(scene, talk)
    strip.mute = True
    with pytest.raises(UserError) as error:
        strips.read(scene, strip)
    assert "muted" in one_line(error)


def test_a_muted_channel_says_so(scene, talk):
    strip = add(scene, talk, channel=3)
    scene.sequence_editor.channels[3].mute = True
    with pytest.raises(UserError) as error:
        strips.read(scene, strip)
    assert '"Channel 3" is muted' in one_line(error)


@pytest.mark.skipif(bpy.app.version < (5, 1), reason="older wheels crash when a retiming key is added without a window")
def test_a_strip_of_changed_speed_is_refused_with_the_remedy(scene, talk):
    strip = add(scene, talk)
    strip.retiming_keys.add(timeline_frame=50)
    with pytest.raises(UserError) as error:
        strips.read(scene, strip)
    assert "Retiming" in one_line(error)


def test_at_an_odd_rate_a_late_handle_still_falls_on_the_right_sample(scene, talk):
    scene.render.fps, scene.render.fps_base = 30, 1.001
    strip = add(scene, talk, start_frame=7)
    strips.set_handles(strip, first=7 + 241)

    assert math.isclose(strips.read(scene, strip).start, 241 * 1001 / 30000, abs_tol=1e-6)
