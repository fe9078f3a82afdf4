import pytest
import torch

from core.generator.ddim import sample
from core.generator.initial_noise import MOUTH_NOISE, noise_scale_of, slow_columns
from core.generator.noise_schedule import noise_share, signal
from core.motion import EXPRESSION_NAMES

WIDTH = 4
SLOW, WHITE = torch.ones(WIDTH, dtype=torch.bool), torch.zeros(WIDTH, dtype=torch.bool)


def test_how_many_windows_are_batched_does_not_matter(nearby):
    one, all_at_once = (sample(nearby, 1200, SLOW, seed=1, steps=4, batch=batch) for batch in (1, 16))
    assert torch.allclose(one, all_at_once, atol=1e-5)


def test_the_same_seed_gives_the_same_motion_and_another_one_another(nearby):
    first, again, other = (sample(nearby, 400, SLOW, seed=seed) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=0.01)


def test_what_is_given_comes_back_untouched(nearby):
    given = torch.randn(2, 400, WIDTH)
    mask = torch.zeros(2, 400, WIDTH, dtype=torch.bool)
    mask[0] = True
    mask[1, :100, 2] = True
    made = sample(nearby, 400, SLOW, seed=1, given=given, mask=mask)
    assert torch.equal(made[mask], given[mask])
    assert not torch.allclose(made[~mask], given[~mask])


def test_a_mean_that_is_asked_for_is_met_and_all_else_is_free():
    """The exact denoiser of yes or no, 1 or -1, equally often: it does not know how often yes is meant."""

    def decides(noisy, levels, starts):
        s, n = signal(levels)[..., None], noise_share(levels)[..., None].clamp(min=0.01)
        return torch.tanh(s * noisy / n**2)

    for asked in (-0.5, 0.0, 0.6):
        means = torch.full((2, WIDTH), torch.nan)
        means[0, 1] = asked
        made = sample(decides, 1500, WHITE, seed=1, steps=50, means=means[None])
        free = sample(decides, 1500, WHITE, seed=1, steps=50)
        assert made[0, :, 1].mean() == pytest.approx(asked, abs=0.12)
        assert torch.equal(made[1], free[1]) and torch.equal(made[0, :, [0, 2, 3]], free[0, :, [0, 2, 3]])


def test_lips_in_speech_begin_with_less_noise_than_a_listeners_and_than_moods_and_eyes():
    seen = []

    def watch(noisy, levels, starts):
        seen.append(noisy)
        return torch.zeros_like(noisy)

    speaking = torch.tensor([1.0, 0.0])[:, None].expand(2, 1500)
    sample(watch, 1500, slow_columns(), seed=1, steps=1, noise_scale=lambda cut: noise_scale_of(speaking[:, cut]))
    speaker, listener = seen[0].std(dim=(0, 2))
    jaw, smile, blink = (EXPRESSION_NAMES.index(name) for name in ("jawOpen", "mouthSmileLeft", "eyeBlinkLeft"))
    assert speaker[jaw] == pytest.approx(MOUTH_NOISE, abs=0.05)
    assert torch.cat([speaker[[smile, blink]], listener[[jaw, blink]]]).numpy() == pytest.approx(1.0, abs=0.2)


def test_the_network_is_told_which_frames_are_clean():
    seen = []

    def watch(noisy, levels, starts):
        seen.append((noisy, levels))
        return torch.zeros_like(noisy)

    given = torch.full((2, 50, WIDTH), 7.0)
    mask = torch.zeros(2, 50, WIDTH, dtype=torch.bool)
    mask[0, :20] = True
    sample(watch, 50, SLOW, seed=1, steps=3, given=given, mask=mask)
    for noisy, levels in seen:
        assert (levels[0, 0, :20] == 0).all() and (levels[0, 0, 20:] > 0).all() and (levels[0, 1] > 0).all()
        assert (noisy[0, 0, :20] == 7).all()


def test_one_true_answer_is_found_in_few_steps():
    truth = torch.randn(2, 300, WIDTH)

    def knows(noisy, levels, starts):
        return torch.stack([truth[:, start : start + noisy.shape[2]] for start in starts])

    assert torch.allclose(sample(knows, 300, SLOW, seed=0, steps=2), truth, atol=1e-4)


def test_progress_ends_at_one(nearby):
    shares = []
    sample(nearby, 100, SLOW, seed=0, steps=4, progress=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]
