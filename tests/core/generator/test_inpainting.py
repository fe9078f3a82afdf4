"""One span, one person or a part of the face is generated again, and nothing else changes (DESIGN §7)."""

from dataclasses import replace

import numpy as np
import pytest

from core import gaze, turns
from core.audio import decoding
from core.errors import UserError
from core.generate import generate
from core.generator.inpainting import PARTS, Inpainting, Regeneration, part_columns
from core.heads import load
from core.layout import Layout, room_poses
from core.motion import CHANNELS, EXPRESSION_NAMES

SEAT = Layout(distance=1.2, facing_a=25, facing_b=-25, contact_a=0.7, contact_b=0.7)
SPANS = ((3.2, 7.5), (5.0, 6.0), (10.0, 14.0), (0.0, 2.0))
GROUPS = {"face": slice(0, 44), "turns": slice(44, 50), "eyes": slice(50, 56), "place": slice(56, 59)}


@pytest.fixture(scope="module")
def sound(request):
    root = request.getfixturevalue("pytestconfig").rootpath
    return decoding.load(root / "assets" / "sample" / "dialogue.flac", duration=16.0)


@pytest.fixture(scope="module")
def take(sound, request):
    root = request.getfixturevalue("pytestconfig").rootpath
    said = turns.read_csv(root / "assets" / "sample" / "dialogue.turns.csv")
    return generate(sound, SEAT, seed=1, turns=said)


def packed(take) -> np.ndarray:
    return np.stack([motion.packed for motion in take.motions])


@pytest.fixture(scope="module")
def redone(sound, take):
    return [generate(sound, SEAT, seed=9, redo=Regeneration(take, *span)) for span in SPANS]


def test_outside_of_the_span_the_take_stays_to_the_bit_and_inside_it_is_another(take, redone):
    for new, (start, end) in zip(redone, SPANS, strict=True):
        inside = np.zeros(len(take), bool)
        inside[round(start * 25) : round(end * 25)] = True
        assert np.array_equal(packed(new)[:, ~inside], packed(take)[:, ~inside])
        assert np.abs(packed(new) - packed(take))[:, inside, 44:50].mean() > 0.005
        assert new.seed == take.seed and new.audio_sha256 == take.audio_sha256 and new.layout == take.layout


def test_a_redone_span_joins_without_a_jump(redone):
    for name, group in GROUPS.items():
        joints, anywhere = [], []
        for new, (start, end) in zip(redone, SPANS, strict=True):
            speed = np.abs(np.diff(packed(new)[..., group], axis=1)).mean(axis=(0, 2))
            joints += [speed[round(at * 25) - 1] for at in (start, end) if at > 0]
            anywhere.append(speed.mean())
        assert np.mean(joints) <= 1.1 * np.mean(anywhere), name


def test_the_same_seed_redoes_the_same_and_another_seed_another(sound, take, redone):
    again, other = (generate(sound, SEAT, seed=seed, redo=Regeneration(take, *SPANS[0])) for seed in (9, 10))
    assert np.array_equal(packed(again), packed(redone[0]))
    assert np.abs(packed(other) - packed(redone[0]))[..., 44:50].max() > 0.01


def test_one_person_is_redone_and_the_other_kept(sound, take):
    new = generate(sound, SEAT, seed=9, redo=Regeneration(take, 3.2, 7.5, people="B"))
    assert np.array_equal(packed(new)[0], packed(take)[0])
    assert not np.array_equal(packed(new)[1], packed(take)[1])


def test_a_part_of_the_head_is_redone_and_the_others_kept(sound, take):
    jaw, brow = EXPRESSION_NAMES.index("jawOpen"), EXPRESSION_NAMES.index("browInnerUp")
    for part in PARTS:
        changed = np.abs(
            packed(generate(sound, SEAT, seed=9, redo=Regeneration(take, 3.2, 7.5, parts=(part,)))) - packed(take)
        )
        assert changed[..., ~part_columns((part,))].max() == 0
        moved = {"mouth": jaw, "face": brow, "head": CHANNELS["head"].start, "eyes": CHANNELS["left_eye"].start}
        assert changed[..., moved[part]].max() > 0


def test_every_column_belongs_to_a_part():
    assert part_columns(PARTS).all()
    assert not (part_columns(("mouth",)) & part_columns(("face", "head", "eyes"))).any()


def test_eyes_that_are_redone_still_meet_where_contact_is_meant(redone):
    pair = room_poses(SEAT), [gaze.Geometry.of(load(name)) for name in ("man", "woman")]
    for new, (start, end) in zip(redone, SPANS, strict=True):
        inside = slice(round(start * 25), round(end * 25))
        meant = gaze.intents(packed(new), *pair)[:, inside, 52] > 0.5
        assert gaze.gaze_directions(packed(new), *pair).contact_error[:, inside][meant].mean() < 2


def test_lips_still_speak_in_a_regenerated_span(take, redone):
    jaw = EXPRESSION_NAMES.index("jawOpen")
    speaks = take.speaking > 0.5
    speaks[:, :80] = speaks[:, 187:] = False
    assert (speaks.sum(axis=1) > 25).any()
    for person in np.flatnonzero(speaks.sum(axis=1) > 25):
        old, new = (packed(t)[person, speaks[person], jaw] for t in (take, redone[0]))
        assert np.corrcoef(old, new)[0, 1] > 0.7


def test_contact_and_mood_of_a_regenerated_span_are_asked_and_the_placement_is_the_takes(take):
    asked = Layout(distance=3.0, facing_a=90, contact_b=0.1, warmth=-0.5)
    given = Inpainting.around(Regeneration(take, 3.2, 7.5), asked)
    assert given.layout == replace(SEAT, contact_a=asked.contact_a, contact_b=0.1, warmth=-0.5)
    assert given.take.layout == SEAT


def test_where_nothing_is_given_nothing_is_kept(take):
    nothing = Inpainting.nothing(take)
    generated = np.random.default_rng(0).normal(size=packed(take).shape).astype(np.float32)
    assert nothing.known_intents(None, None) is None and nothing.context == slice(0, len(take))
    assert np.array_equal(nothing.blended(generated), generated)
    assert np.array_equal(packed(nothing.completed(generated, take.speaking)), generated)


def test_a_given_motion_of_a_is_kept_whole(take):
    beside = Inpainting.beside(take, take.motions[0])
    assert beside.mask[0].all() and beside.gaze_mask[0].all() and not beside.mask[1].any()
    assert np.array_equal(beside.masked(np.zeros_like(packed(take)))[0], take.motions[0].packed)


def test_who_speaks_changes_within_the_span_only(take):
    given = Inpainting.around(Regeneration(take, 3.2, 7.5), SEAT)
    changed = given.completed(packed(take)[:, given.context], np.ones_like(take.speaking)).speaking
    assert (changed[:, 80:188] == 1).all()
    assert np.array_equal(np.delete(changed, np.s_[80:188], axis=1), np.delete(take.speaking, np.s_[80:188], axis=1))


def test_what_cannot_be_redone_is_told(sound, take, request):
    root = request.getfixturevalue("pytestconfig").rootpath
    other = decoding.load(root / "assets" / "sample" / "dialogue.flac", duration=8.0)
    with pytest.raises(UserError, match="another recording"):
        generate(other, SEAT, seed=1, redo=Regeneration(take, 1, 2))
    for redo, text in [
        (Regeneration(take, 5, 5.1), "nothing to regenerate"),
        (Regeneration(take, 20, 22), "nothing to regenerate"),
        (Regeneration(take, 1, 2, people="C"), "Name A, B or AB"),
        (Regeneration(take, 1, 2, parts=("nose",)), "mouth, face, head, eyes"),
    ]:
        with pytest.raises(UserError, match=text):
            generate(sound, SEAT, seed=1, redo=redo)
    with pytest.raises(UserError, match="not both"):
        generate(sound, SEAT, seed=1, motion_a=take.motions[0], redo=Regeneration(take, 1, 2))
