import pytest
import torch

from core.gaze import CONTACT_COLUMN, INTENT_WIDTH
from core.motion import EXPRESSION_NAMES
from research.training.losses import ANGLES, ROTATION, Clip, Scale, gaze_direction, losses

SCALE = Scale(torch.zeros(INTENT_WIDTH), torch.full((INTENT_WIDTH,), 0.1), torch.ones(INTENT_WIDTH), 0.01, 1.0)


def a_clip(speech_only=False) -> Clip:
    torch.manual_seed(0)
    shape = (2, 2, 30)
    motion = torch.randn(*shape, INTENT_WIDTH)
    return Clip(motion, torch.randn(2, 2, 2) / 2, torch.ones(shape), torch.full(shape, speech_only))


def test_the_truth_costs_nothing():
    clip = a_clip()
    assert all(float(value) == pytest.approx(0, abs=1e-9) for value in losses(clip.motion, clip, SCALE).values())


@pytest.mark.parametrize(
    ("column", "name"), [(0, "expression"), (ROTATION.start, "rotation"), (55, "translation"), (CONTACT_COLUMN, "gaze")]
)
def test_an_error_counts_in_its_own_loss(column, name):
    clip = a_clip()
    wrong = clip.motion.clone()
    wrong[..., column] += 1.0  # steady: no velocity
    result = losses(wrong, clip, SCALE)
    assert result[name] > 0.5
    assert all(float(v) == pytest.approx(0, abs=1e-6) for k, v in result.items() if k not in (name, "total"))


def test_a_jerk_counts_as_velocity():
    clip = a_clip()
    wrong = clip.motion.clone()
    wrong[:, :, ::2, 0] += 1.0
    assert losses(wrong, clip, SCALE)["velocity"] > 0.5


def test_the_gaze_loss_is_the_cosine_of_the_true_directions():
    clip = a_clip()
    wrong = clip.motion.clone()
    wrong[..., ANGLES.start] += 1.0  # 0.1 rad of yaw
    before, after = (gaze_direction(m, clip.toward, SCALE) for m in (clip.motion, wrong))
    restless = torch.where(clip.motion[..., ROTATION].var(dim=2).sum(-1) > SCALE.restless, 2.0, 1.0)[..., None]
    expected = (2 * restless * (1 - (before * after).sum(-1)) / SCALE.gaze).mean()
    assert losses(wrong, clip, SCALE)["gaze"] == pytest.approx(float(expected), rel=1e-3)


def test_a_clip_with_much_head_rotation_counts_twice():
    clip = a_clip()
    wrong = clip.motion.clone()
    wrong[..., ANGLES.start] += 1.0
    calm = Scale(SCALE.mean, SCALE.std, SCALE.velocity, SCALE.gaze, restless=1e9)
    restless = Scale(SCALE.mean, SCALE.std, SCALE.velocity, SCALE.gaze, restless=0.0)
    assert losses(wrong, clip, restless)["gaze"] == pytest.approx(2 * float(losses(wrong, clip, calm)["gaze"]))


def test_the_loss_of_dubbing_is_that_of_the_mouth_only():
    clip = a_clip(speech_only=True)
    wrong = clip.motion.clone()
    wrong[..., 44:] += 5.0
    wrong[..., EXPRESSION_NAMES.index("browInnerUp")] += 5.0
    assert losses(wrong, clip, SCALE)["total"] == pytest.approx(0, abs=1e-6)
    wrong[..., EXPRESSION_NAMES.index("jawOpen")] += 1.0
    assert losses(wrong, clip, SCALE)["total"] > 0.01


def test_a_jump_from_a_given_frame_to_a_made_one_counts():
    clip = a_clip()
    counts = torch.ones(2, 2, 30)
    counts[:, :, 10:] = 0  # given
    given = Clip(clip.motion, clip.toward, counts, clip.speech_only)
    wrong = clip.motion.clone()
    wrong[:, :, 10:, 0] += 3.0  # what is said about given frames is of no use
    assert losses(wrong, given, SCALE)["total"] == pytest.approx(0, abs=1e-6)
    off = clip.motion.clone()
    off[:, :, :10, 0] += 1.0  # steady, but the given frames after it are not off
    assert losses(off, given, SCALE)["velocity"] > 0.05


def test_frames_that_were_given_do_not_count():
    clip = a_clip()
    counts = torch.ones(2, 2, 30)
    counts[:, 0] = 0
    wrong = clip.motion.clone()
    wrong[:, 0] += 3.0
    half = Clip(clip.motion, clip.toward, counts, clip.speech_only)
    assert losses(wrong, half, SCALE)["total"] == pytest.approx(0, abs=1e-6)
