import numpy as np
import pytest

from core import heads
from core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion
from core.postprocess import lip_closure

JAW, CLOSE = EXPRESSION_NAMES.index("jawOpen"), EXPRESSION_NAMES.index("mouthClose")


def open_mouth(frames=20):
    """Half open, teeth shown."""
    expression = np.zeros((frames, 44), np.float32)
    for name in ("jawOpen", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight"):
        expression[:, EXPRESSION_NAMES.index(name)] = 0.4
    return expression


def gap(expression, name="woman"):
    """Lip gap as a share of the full opening."""
    model = heads.load(name)
    packed = np.zeros((len(expression), WIDTH), np.float32)
    packed[:, :44] = expression
    return heads.lip_gap(model, HeadMotion(packed)) / model.full_opening


def one_seal(height=0.9):
    seal = np.zeros(20)
    seal[9:12] = [0.08, height, 0.1]
    return seal


@pytest.mark.parametrize("name", ["woman", "man"])
def test_a_sure_closure_seals_the_lips_of_the_head(name):
    sealed = lip_closure.enforce_closures(open_mouth(), one_seal(), np.ones(20))

    assert gap(open_mouth(), name)[10] > 0.3
    assert gap(sealed, name)[10] < 0.03


def test_frames_away_from_a_closure_are_bit_equal():
    sealed = lip_closure.enforce_closures(open_mouth(), one_seal(), np.ones(20))

    away = np.delete(np.arange(20), [9, 10, 11, 12])
    assert np.array_equal(sealed[away], open_mouth()[away])


def test_only_channels_that_part_the_lips_change():
    expression = np.random.default_rng(0).random((20, 44)).astype(np.float32)
    sealed = lip_closure.enforce_closures(expression, one_seal(), np.ones(20))

    changed = {EXPRESSION_NAMES[column] for column in np.flatnonzero((sealed != expression).any(axis=0))}
    assert changed <= {"mouthClose", "mouthPressLeft", "mouthPressRight", *lip_closure.OPENS}


def test_an_unsure_closure_is_left_to_the_network():
    assert np.array_equal(lip_closure.enforce_closures(open_mouth(), one_seal(0.12), np.ones(20)), open_mouth())


def test_who_listens_keeps_the_lips_as_they_are():
    assert np.array_equal(lip_closure.enforce_closures(open_mouth(), one_seal(), np.zeros(20)), open_mouth())


def test_at_full_strength_a_take_is_as_it_was():
    assert np.array_equal(lip_closure.apply_mouth_gains(open_mouth(), lip_closure.MouthGains()), open_mouth())


def test_a_weaker_jaw_opens_less_and_a_closure_stays_shut_at_any_strength():
    sealed = lip_closure.enforce_closures(open_mouth(), one_seal(), np.ones(20))

    for jaw in (0.0, 0.5, 1.5):
        played = lip_closure.apply_mouth_gains(sealed, lip_closure.MouthGains(jaw=jaw))
        assert gap(played)[10] < 0.03
        assert played[0, JAW] == pytest.approx(0.4 * jaw)


def test_an_offset_moves_the_mouth_and_nothing_else():
    expression = np.zeros((50, 44), np.float32)
    expression[20, JAW] = 1
    expression[20, EXPRESSION_NAMES.index("browInnerUp")] = 1

    played = lip_closure.apply_mouth_gains(expression, lip_closure.MouthGains(offset=0.08))

    assert played[:, JAW].argmax() == 22
    assert played[:, EXPRESSION_NAMES.index("browInnerUp")].argmax() == 20


def test_a_closure_lasts_two_frames_so_that_it_is_seen_at_any_rate():
    sealed = lip_closure.enforce_closures(open_mouth(), one_seal(), np.ones(20))
    between = (sealed[10:11] + sealed[11:12]) / 2  # half-way to the more likely neighbour, as a scene's frame may fall

    assert gap(between)[0] < 0.03


def test_a_closure_that_the_motion_shows_is_left_alone():
    expression = open_mouth()
    expression[11] = 0

    assert np.array_equal(lip_closure.enforce_closures(expression, one_seal(), np.ones(20)), expression)


def test_the_opening_told_from_the_values_is_about_the_gap_of_the_head():
    expression = open_mouth(30) * np.linspace(0, 1, 30)[:, None].astype(np.float32)

    np.testing.assert_allclose(lip_closure.opening(expression), gap(expression), atol=0.05)
