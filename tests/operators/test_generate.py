"""The main job on the bundled sample, as the panel, a script or a batch would run it."""

import json
import wave

import bpy
import numpy as np
import pytest

from talking_together.core.audio import decoding
from talking_together.core.motion import load_take
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.sequencer import strips, turns
from talking_together.operators.scene.take import child_process, keyframes, takes

HAS_SOUND = bpy.app.version >= (4, 3)  # the 4.2 wheel has no Audaspace, so there are no sound strips to read
needs_sound = pytest.mark.skipif(not HAS_SOUND, reason="the bpy 4.2 wheel cannot make a sound strip")


@pytest.fixture
def talk(addon, root):
    """The sample in the sequencer, four seconds of it from the frame 11 on."""
    strip = strips.add(addon, str(root / "assets/sample/dialogue.flac"), 11)
    end = 11 + 4 * addon.render.fps
    strips.set_handles(strip, end=end)
    return addon


def jaw(head) -> np.ndarray:
    """The jaw's keyed values (S,)."""
    data = keyframes.face_keys(head)[0].animation_data
    strip = data.nla_tracks[keyframes.TRACK].strips[0]
    if hasattr(strip, "action_slot"):
        curves = strip.action.layers[0].strips[0].channelbag(strip.action_slot).fcurves
    else:
        curves = strip.action.fcurves
    points = curves.find('key_blocks["jawOpen"].value').keyframe_points
    values = np.zeros(2 * len(points), np.float32)
    points.foreach_get("co", values)
    return values[1::2]


@needs_sound
def test_generate_animates_two_heads_where_the_strip_is_heard(talk):
    talk.frame_end = 20

    assert bpy.ops.dyad.generate() == {"FINISHED"}

    pair = rigs.find_pair(talk)
    assert [rigs.head_name(head) for head in pair] == ["man", "woman"]
    for head in pair:
        assert keyframes.take_range(head) == (11, 10 + 4 * talk.render.fps)
        assert len(jaw(head)) == 4 * talk.render.fps
    assert max(jaw(head).max() for head in pair) > 0.1
    assert talk.frame_end == 10 + 4 * talk.render.fps


@needs_sound
def test_the_same_number_is_the_same_take_and_another_is_another(talk):
    bpy.ops.dyad.generate(seed=3)
    first = jaw(rigs.find_pair(talk)[0])
    bpy.ops.dyad.generate(seed=3)
    np.testing.assert_array_equal(jaw(rigs.find_pair(talk)[0]), first)

    bpy.ops.dyad.new_take()

    assert talk.dyad.seed == 4
    assert np.abs(jaw(rigs.find_pair(talk)[0]) - first).max() > 0.01


@needs_sound
def test_a_take_made_before_is_only_baked_again(talk):
    bpy.ops.dyad.generate()
    child_process.stop_worker()

    bpy.ops.dyad.generate()

    assert child_process.worker().process_id is None, "the network was not asked"


@needs_sound
def test_the_exported_take_is_what_was_generated(talk, tmp_path):
    bpy.ops.dyad.generate()

    bpy.ops.dyad.export_take(filepath=str(tmp_path / "take.npz"))

    take = load_take(tmp_path / "take.npz")
    assert len(take) == 100  # 4 s at 25 a second
    np.testing.assert_array_equal(take.motions[1].packed, takes.stored(talk.dyad).motions[1].packed)


@needs_sound
def test_the_preview_is_rendered_by_a_blender_of_its_own(talk, tmp_path):
    strip = strips.find(talk)
    strips.set_handles(strip, end=11 + 15)
    bpy.ops.dyad.generate()
    engine = talk.render.engine

    assert bpy.ops.dyad.render_preview(filepath=str(tmp_path / "preview.mp4")) == {"FINISHED"}

    assert (tmp_path / "preview.mp4").stat().st_size > 5000
    assert talk.render.engine == engine


@needs_sound
def test_a_preview_that_cannot_be_written_says_so(talk, tmp_path):
    strip = strips.find(talk)
    strips.set_handles(strip, end=11 + 15)
    bpy.ops.dyad.generate()

    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.dyad.render_preview(filepath=str(tmp_path / "nowhere/preview.mp4"))


@needs_sound
def test_turns_found_can_be_corrected_and_are_then_obeyed(talk):
    assert bpy.ops.dyad.find_turns() == {"FINISHED"}
    assert {strip.name[0] for strip in turns.turn_strips(talk)} >= {"A"}
    recording = strips.read(talk, strips.find(talk))
    turns.write(talk, recording, [(0.0, 4.0, "B")])

    bpy.ops.dyad.generate()

    speaking = takes.stored(talk.dyad).speaking
    assert speaking[1].min() > 0.9 and speaking[0].max() < 0.1

    talk.dyad.use_turns = False
    bpy.ops.dyad.generate()
    assert takes.stored(talk.dyad).speaking[0].max() > 0.9, "detected from the sound again"


@needs_sound
@pytest.mark.parametrize("press", ["check_recording", "find_turns", "generate"])
def test_the_panel_is_told_what_the_recording_is_good_for(talk, press):
    assert getattr(bpy.ops.dyad, press)() == {"FINISHED"}

    assert json.loads(talk.dyad.recording_report) == {
        "strip": strips.find(talk).name,
        "voices": [],
        "quality": ["A good recording: clear voices, little noise."],
    }


@needs_sound
def test_what_was_said_of_the_voices_found_goes_when_turns_decide(talk):
    bpy.ops.dyad.check_recording()
    heard = json.loads(talk.dyad.recording_report)
    talk.dyad.recording_report = json.dumps({**heard, "voices": ["Only one voice was found: A speaks and B listens."]})
    turns.write(talk, strips.read(talk, strips.find(talk)), [(0.0, 2.0, "A"), (2.2, 4.0, "B")])

    bpy.ops.dyad.generate()

    assert json.loads(talk.dyad.recording_report) == {
        **heard,
        "voices": ["The turn strips decide who speaks when."],
    }


@needs_sound
def test_that_only_one_voice_was_found_is_said_after_generating_too(addon, tmp_path, root):
    path = tmp_path / "alone.wav"
    mono = decoding.load(root / "assets/sample/dialogue.flac", 0, 21.2).mono
    alone = np.random.default_rng(0).normal(0, 1e-3, len(mono))
    for start, end in [(3.2, 5.8), (11.0, 12.7), (13.3, 15.8), (18.0, 21.2)]:  # B's turns
        heard = slice(round(start * decoding.SAMPLE_RATE), round(end * decoding.SAMPLE_RATE))
        alone[heard] = mono[heard]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, decoding.SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((alone * 32767).astype(np.int16).tobytes())
    strips.add(addon, str(path), 1)

    bpy.ops.dyad.generate()

    assert any("Only one voice" in sentence for sentence in json.loads(addon.dyad.recording_report)["voices"])


@needs_sound
def test_markers_direct_the_take_from_their_frame_on(talk):
    for name, frame in [("B looks away", 40), ("Shot 3", 30), ("F_20", 20), ("calmer from here", 70)]:
        talk.timeline_markers.new(name, frame=frame)
    bpy.ops.dyad.generate()
    directed = takes.stored(talk.dyad).motions[1].packed
    timed = json.loads(talk.dyad.marker_directions)

    talk.timeline_markers.clear()
    bpy.ops.dyad.generate()

    assert [(one["frame"], one["text"], set(one["sets"])) for one in timed] == [
        (40, "B looks away", {"contact_b"}),
        (70, "calmer from here", {"energy"}),
    ]
    assert timed[0]["sets"]["contact_b"] < 0.2
    assert talk.dyad.marker_directions == "[]"
    assert np.abs(takes.stored(talk.dyad).motions[1].packed - directed).max() > 0.05


@needs_sound
def test_the_prompt_moves_the_heads(talk):
    talk.dyad.prompt = "two metres apart"

    bpy.ops.dyad.generate()

    a, b = rigs.pair_poses(rigs.find_pair(talk))
    assert np.linalg.norm(a[:3, 3] - b[:3, 3]) == pytest.approx(2, abs=0.01)
    assert "two metres" in talk.dyad.prompt_clauses


@needs_sound
def test_re_aiming_leaves_mouth_and_place_of_a_head_moved_by_hand_unchanged(talk):
    bpy.ops.dyad.generate()
    before = jaw(rigs.find_pair(talk)[1])
    woman = rigs.find_pair(talk)[1]
    woman.location.z += 0.4

    assert bpy.ops.dyad.reaim() == {"FINISHED"}

    np.testing.assert_array_equal(jaw(woman), before)
    assert woman.location.z == pytest.approx(1.65 + 0.4, abs=1e-4)


@needs_sound
@pytest.mark.parametrize("spoil", ["missing", "text", "short", "muted"])
def test_bad_sound_is_one_line_and_leaves_the_scene_as_it_was(talk, tmp_path, spoil):
    strip = strips.find(talk)
    path = tmp_path / "talk.wav"
    if spoil == "text":
        path.write_text("this is no sound")
    if spoil == "short":
        strips.set_handles(strip, end=13)
    elif spoil == "muted":
        strip.mute = True
    else:
        strip.sound.filepath = str(path)

    with pytest.raises(RuntimeError) as error:
        bpy.ops.dyad.generate()

    assert len(str(error.value).strip().removeprefix("Error: ").splitlines()) == 1
    assert len(talk.objects) == 0 and len(bpy.data.actions) == 0 and not talk.dyad.takes


def test_without_a_strip_the_button_says_what_is_missing(addon):
    with pytest.raises(RuntimeError, match="Add the recording"):
        bpy.ops.dyad.generate()


def test_heads_can_be_added_before_there_is_anything_to_say(addon):
    addon.dyad.head_a = "woman"

    assert bpy.ops.dyad.add_heads() == {"FINISHED"}

    assert [rigs.head_name(head) for head in rigs.find_pair(addon)] == ["woman", "woman"]


def test_words_place_the_heads_without_a_recording(addon):
    addon.dyad.prompt = "80 cm apart"

    assert bpy.ops.dyad.direct() == {"FINISHED"}

    a, b = rigs.pair_poses(rigs.find_pair(addon))
    assert np.linalg.norm(a[:3, 3] - b[:3, 3]) == pytest.approx(0.8, abs=0.01)


def test_every_property_and_operator_explains_itself(addon):
    import inspect

    from talking_together import operators

    for operator in operators.CLASSES:
        if not issubclass(operator, bpy.types.Operator):
            continue
        kind = operator.bl_rna
        assert operator.bl_description and kind.name
        own = [name for name in inspect.get_annotations(operator) if name in kind.properties]
        assert all(kind.properties[name].description for name in own), operator.bl_idname
    settings = addon.dyad.bl_rna.properties
    assert all(prop.description for prop in settings if prop.identifier not in ("name", "rna_type"))
