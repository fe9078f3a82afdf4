import numpy as np

from core import gaze
from core.motion import EXPRESSION_NAMES, column
from core.postprocess.face_limits import possible_face, within_limits


def test_limits_take_back_what_no_face_can_do():
    wild = np.random.default_rng(0).normal(0, 2, (2, 50, 56))
    tame = within_limits(wild, 1.0)
    left, right = (tame[..., EXPRESSION_NAMES.index(name)] for name in ("jawLeft", "jawRight"))
    assert tame[..., :44].min() >= 0 and tame[..., :44].max() <= 1
    assert np.minimum(left, right).max() == 0
    assert np.array_equal(tame[..., 53:], wild[..., 53:].astype(np.float32))
    eyes = gaze.INTENT_CHANNELS["gaze"]
    assert np.array_equal(np.delete(within_limits(tame, 1.0), eyes, axis=-1), np.delete(tame, eyes, axis=-1))


def test_a_look_away_leaves_the_face_however_near_it_is():
    still = np.zeros((2, 50, 56))
    eyes = gaze.INTENT_CHANNELS["gaze"]
    still[..., eyes.start] = np.radians(5)
    still[1, :, eyes.stop - 1] = 1  # in contact: the offset stays
    for metres, least in ((0.6, 9), (3.0, 5)):
        yaw = np.degrees(within_limits(still, metres)[..., eyes.start])
        assert yaw[0].min() >= least - 1e-3 and np.allclose(yaw[1], 5, atol=1e-3)


def test_lips_close_no_further_than_the_jaw_opens():
    face = np.zeros((3, 44))
    face[:, column("mouthClose")], face[:, column("jawOpen")] = 0.5, [0.2, 0.5, 0.8]
    assert possible_face(face)[:, column("mouthClose")].tolist() == [0.2, 0.5, 0.5]


def test_of_opposite_shapes_the_difference_is_left():
    face = np.zeros(44)
    for name, value in (("jawLeft", 0.5), ("jawRight", 0.2), ("mouthLeft", 0.1), ("mouthRight", 0.4)):
        face[column(name)] = value
    possible = possible_face(face)
    left = {name: round(float(possible[column(name)]), 6) for name in EXPRESSION_NAMES if possible[column(name)]}
    assert left == {"jawLeft": 0.3, "mouthRight": 0.3}


def test_a_blink_that_is_nearly_closed_closes():
    intents = np.zeros((2, 30, 56))
    intents[0, 10:13, column("eyeBlinkLeft")] = intents[0, 10:13, column("eyeBlinkRight")] = [0.4, 0.8, 0.4]
    assert within_limits(intents, 1.0)[0, 11, column("eyeBlinkLeft")] == 1
