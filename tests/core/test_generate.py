"""The main job on the bundled sample: sound and a layout in, a take out."""

from dataclasses import replace

import numpy as np
import pytest

from core import gaze, turns
from core.audio import decoding, frame_count
from core.errors import UserError
from core.generate import CLOSURE, DIARIZING, ENCODING, SAMPLING, generate, hear, load_model
from core.heads import lip_gap, load
from core.layout import Layout, room_poses
from core.motion import EXPRESSION_NAMES, HeadMotion, load_take, save_take
from core.postprocess import lip_closure
from core.timeseries import runs

SEAT = Layout(distance=1.2, facing_a=25, facing_b=-25, contact_a=0.7, contact_b=0.7)


@pytest.fixture(scope="module")
def sound(request):
    root = request.getfixturevalue("pytestconfig").rootpath
    return decoding.load(root / "assets" / "sample" / "dialogue.flac", duration=16.0)


@pytest.fixture(scope="module")
def said(request):
    root = request.getfixturevalue("pytestconfig").rootpath
    return turns.read_csv(root / "assets" / "sample" / "dialogue.turns.csv")


@pytest.fixture(scope="module")
def take(sound, said):
    return generate(sound, SEAT, seed=1, turns=said)


def packed(take) -> np.ndarray:
    return np.stack([motion.packed for motion in take.motions])


def test_a_take_covers_the_recording_and_says_where_it_comes_from(take, sound):
    assert len(take) == frame_count(len(sound.mono))
    assert take.audio_sha256 == sound.sha256 and take.layout == SEAT and take.seed == 1
    assert take.weights_sha256 == load_model().sha256
    assert np.isfinite(packed(take)).all()


def test_the_mouth_of_who_speaks_moves_and_the_other_rests(take):
    for motion, mask, name in zip(take.motions, take.speaking, ("man", "woman"), strict=True):
        gap = 1000 * lip_gap(load(name), motion)
        # People part their lips to breathe before they speak and settle after it: half a second each is not rest.
        alone = np.convolve(mask > 0.1, np.ones(25), "same") < 0.5
        assert gap[mask > 0.9].std() > 1.5, "the speaker's lips are 1.5 mm restless at least"
        assert gap[alone].std() < 0.35 * gap[mask > 0.9].std()


def test_the_lips_close_at_every_bilabial_that_is_confidently_detected(take, sound, said):
    masks, features = hear(sound, said, lambda share, stage: None)
    found = 0
    for motion, detected, mask in zip(take.motions, features[..., CLOSURE], masks, strict=True):
        gap = lip_closure.opening(motion.expression)
        for first, last in runs((detected > lip_closure.CONFIDENT) & (mask > 0.5)):
            assert gap[max(0, first - 1) : last + 1].min() <= lip_closure.CLOSED
            found += 1
    assert found >= 10


def test_eyes_meet_where_contact_is_meant(take):
    poses, geometries = room_poses(SEAT), [gaze.Geometry.of(load(name)) for name in ("man", "woman")]
    seen = gaze.gaze_directions(packed(take), poses, geometries)
    meant = gaze.intents(packed(take), poses, geometries)[..., 52] > 0.5
    assert 0.2 < meant.mean() < 1
    assert seen.contact_error[meant].mean() < 2


def test_a_face_stays_within_its_limits(take):
    expression = packed(take)[..., :44]
    close, jaw = (expression[..., EXPRESSION_NAMES.index(name)] for name in ("mouthClose", "jawOpen"))
    assert expression.min() >= 0 and expression.max() <= 1
    assert (close <= jaw + 1e-6).all()


def test_the_same_seed_is_the_same_take_and_another_seed_another(take, sound, said):
    again, other = (generate(sound, SEAT, seed=seed, turns=said) for seed in (1, 2))
    assert np.array_equal(packed(again), packed(take))
    assert np.abs(packed(other) - packed(take))[..., 44:50].mean() > 0.005


def test_wrong_turns_give_the_mouth_to_the_wrong_person(sound, said, take):
    swapped = [turns.Turn(t.start_s, t.end_s, "AB"[t.speaker == "A"]) for t in said]
    wrong = generate(sound, SEAT, seed=1, turns=swapped)
    jaw = EXPRESSION_NAMES.index("jawOpen")
    for person in (0, 1):
        speaks = (take.speaking[person] > 0.9) & (take.speaking[1 - person] < 0.1)
        assert packed(wrong)[person, speaks, jaw].mean() < 0.5 * packed(take)[person, speaks, jaw].mean()


def test_a_given_motion_of_a_is_kept_and_b_looks_at_it(sound, said, take):
    turned = take.motions[0].packed.copy()
    turned[:, 46] += 0.3  # an animator turned A's neck
    answer = generate(sound, SEAT, seed=1, turns=said, motion_a=HeadMotion(turned))
    assert np.array_equal(answer.motions[0].packed, turned)
    geometries = [gaze.Geometry.of(load(name)) for name in ("man", "woman")]
    seen = gaze.gaze_directions(packed(answer), room_poses(SEAT), geometries).contact_error[1]
    assert (seen < 2.6).mean() > 0.2


def test_a_direction_changes_how_much_one_looks_from_then_on(sound, said):
    """The same turns in both halves of the comparison: only what is directed differs."""
    layout = replace(SEAT, contact_a=0.9, contact_b=0.9)
    shares = {}
    for name, directions in {"kept": [], "away": [(8.0, replace(layout, contact_b=0.05))]}.items():
        made = generate(sound, layout, seed=1, turns=said, directions=directions)
        poses, geometries = room_poses(layout), [gaze.Geometry.of(load(head)) for head in ("man", "woman")]
        contact = gaze.intents(packed(made), poses, geometries)[..., 52] > 0.5
        shares[name] = [contact[:, :190].mean(axis=1), contact[:, 225:].mean(axis=1)]
    assert shares["away"][1][1] < shares["kept"][1][1] - 0.25, "B looks away"
    assert shares["away"][0] == pytest.approx(shares["kept"][0], abs=0.1), "not before"
    assert shares["away"][1][0] > 0.5 * shares["kept"][1][0], "A looks on"


def test_a_motion_at_another_rate_is_refused(sound, said, take):
    with pytest.raises(UserError, match="frames a second"):
        generate(sound, SEAT, seed=1, turns=said, motion_a=HeadMotion(take.motions[0].packed, 30))


def test_who_speaks_is_found_without_being_told(sound, take, tmp_path):
    steps = []
    found = generate(sound, SEAT, seed=1, progress=lambda *step: steps.append(step))
    shares, stages = zip(*steps, strict=True)
    assert list(shares) == sorted(shares) and shares[-1] == 1.0
    assert list(dict.fromkeys(stages)) == [DIARIZING, ENCODING, SAMPLING]
    assert np.abs(found.speaking - take.speaking).mean() < 0.15
    save_take(found, tmp_path / "take.npz")
    assert np.array_equal(packed(load_take(tmp_path / "take.npz")), packed(found))
