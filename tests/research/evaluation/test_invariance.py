from dataclasses import replace

import numpy as np
import pytest

from core.generator import window_averaging
from core.motion import HeadMotion
from research.evaluation import invariance
from research.evaluation.cost import recording


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return recording(8.0)


@pytest.fixture(scope="module")
def take(sound):
    return invariance.make(sound)


@pytest.mark.parametrize(
    "change", ["12 dB louder", "12 dB softer", "polarity inverted", "stereo", "stereo, off centre"]
)
def test_how_a_dialogue_was_recorded_hardly_changes_its_take(sound, take, change):
    lips, head = invariance.distances(
        invariance.packed(take), invariance.packed(invariance.make(invariance.CHANGES[change](sound)))
    )
    assert lips < 0.2 and head < 2  # millimetres


def test_another_seed_moves_the_head_otherwise_and_the_lips_alike(sound, take):
    lips, head = invariance.distances(invariance.packed(take), invariance.packed(invariance.make(sound, seed=1)))
    assert head > 5 and lips < 2


def test_the_same_seed_gives_the_same_bits(sound, take):
    assert np.array_equal(invariance.packed(take), invariance.packed(invariance.make(sound)))


def test_features_and_motion_are_exchanged_with_the_masks(sound, take):
    found = invariance.swapped(sound, take.speaking)
    assert found["voices"] < 1e-6 and found["motion"] < 1e-3


def test_a_jump_at_a_joint_is_a_seam_and_a_smooth_motion_has_none():
    rng = np.random.default_rng(0)
    motions = np.cumsum(rng.normal(size=(2, 3000, 12)), axis=1)
    joints = invariance.sampler_joints(3000)
    assert invariance.seam(motions, joints) == pytest.approx(1, abs=0.1)
    for joint in joints:
        motions[:, joint:] += 3
    assert invariance.seam(motions, joints) > 1.5


def test_joints_are_where_windows_begin_and_end_within_the_recording():
    assert invariance.sampler_joints(window_averaging.WINDOW).size == 0
    assert invariance.sampler_joints(600).tolist() == [200, 250, 350, 450]


def test_a_take_resampled_to_a_scene_rate_keeps_its_lips(take):
    for rate in (24.0, 30.0, 60.0):
        lips, head = invariance.at_rate(invariance.packed(take), rate)
        assert lips < 0.3 and head < 0.5


def test_a_delay_of_the_recording_is_taken_off_before_takes_are_compared(take):
    later = replace(
        take,
        motions=tuple(HeadMotion(np.pad(m.packed, ((10, 0), (0, 0)))) for m in take.motions),
        speaking=np.pad(take.speaking, ((0, 0), (10, 0))),
    )

    assert set(invariance._compared(take, later, 10).values()) == {0.0}


def test_drift_compares_the_last_minute_and_the_others_with_the_first():
    rng = np.random.default_rng(0)
    motions = rng.normal(size=(2, 4 * invariance.MINUTE, 59))
    motions[:, -invariance.MINUTE :] *= 2
    last, others = invariance.drift(motions)

    assert last > 10 * others > 0
