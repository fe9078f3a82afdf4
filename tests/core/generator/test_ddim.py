import numpy as np
import pytest

from core.generator.ddim import predictor, sample
from core.generator.initial_noise import MOUTH_NOISE, noise_scale_of, slow_columns
from core.generator.noise_schedule import noise_share, signal
from core.motion import EXPRESSION_NAMES

WIDTH = 4
SLOW, WHITE = np.ones(WIDTH, bool), np.zeros(WIDTH, bool)


def test_how_many_windows_are_batched_does_not_matter(nearby):
    one, all_at_once = (sample(nearby, 1200, SLOW, seed=1, steps=4, batch=batch) for batch in (1, 16))
    assert np.allclose(one, all_at_once, atol=1e-5)


def test_the_same_seed_gives_the_same_motion_and_another_one_another(nearby):
    first, again, other = (sample(nearby, 400, SLOW, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=0.01)


def test_what_is_given_comes_back_untouched(nearby, rng):
    given = rng.standard_normal((2, 400, WIDTH), np.float32)
    mask = np.zeros((2, 400, WIDTH), bool)
    mask[0] = True
    mask[1, :100, 2] = True
    made = sample(nearby, 400, SLOW, seed=1, given=given, mask=mask)
    assert np.array_equal(made[mask], given[mask])
    assert not np.allclose(made[~mask], given[~mask])


def test_a_mean_that_is_asked_for_is_met_and_all_else_is_free():
    """The exact denoiser of yes or no, 1 or -1, equally often: it does not know how often yes is meant."""

    def decides(noisy, levels, starts):
        s, n = signal(levels)[..., None], np.maximum(noise_share(levels)[..., None], 0.01)
        return np.tanh(s * noisy / n**2)

    for asked in (-0.5, 0.0, 0.6):
        means = np.full((2, WIDTH), np.nan, np.float32)
        means[0, 1] = asked
        made = sample(decides, 1500, WHITE, seed=1, steps=50, means=means[None])
        free = sample(decides, 1500, WHITE, seed=1, steps=50)
        assert made[0, :, 1].mean() == pytest.approx(asked, abs=0.12)
        assert np.array_equal(made[1], free[1]) and np.array_equal(made[0][:, [0, 2, 3]], free[0][:, [0, 2, 3]])


def test_lips_in_speech_begin_with_less_noise_than_a_listeners_and_than_moods_and_eyes():
    seen = []

    def watch(noisy, levels, starts):
        seen.append(noisy.copy())
        return np.zeros_like(noisy)

    speaking = np.repeat([[1.0], [0.0]], 1500, axis=1)
    sample(watch, 1500, slow_columns(), seed=1, steps=1, noise_scale=lambda cut: noise_scale_of(speaking[:, cut]))
    speaker, listener = seen[0].std(axis=(0, 2))
    jaw, smile, blink = (EXPRESSION_NAMES.index(name) for name in ("jawOpen", "mouthSmileLeft", "eyeBlinkLeft"))
    assert speaker[jaw] == pytest.approx(MOUTH_NOISE, abs=0.05)
    assert np.concatenate([speaker[[smile, blink]], listener[[jaw, blink]]]) == pytest.approx(1.0, abs=0.2)


def test_the_network_is_told_which_frames_are_clean():
    seen = []

    def watch(noisy, levels, starts):
        seen.append((noisy.copy(), levels.copy()))
        return np.zeros_like(noisy)

    given = np.full((2, 50, WIDTH), 7.0, np.float32)
    mask = np.zeros((2, 50, WIDTH), bool)
    mask[0, :20] = True
    sample(watch, 50, SLOW, seed=1, steps=3, given=given, mask=mask)
    for noisy, levels in seen:
        assert (levels[0, 0, :20] == 0).all() and (levels[0, 0, 20:] > 0).all() and (levels[0, 1] > 0).all()
        assert (noisy[0, 0, :20] == 7).all()


def test_one_true_answer_is_found_in_few_steps(rng):
    truth = rng.standard_normal((2, 300, WIDTH), np.float32)

    def knows(noisy, levels, starts):
        return np.stack([truth[:, start : start + noisy.shape[2]] for start in starts])

    assert np.allclose(sample(knows, 300, SLOW, seed=0, steps=2), truth, atol=1e-4)


def test_progress_ends_at_one(nearby):
    shares = []
    sample(nearby, 100, SLOW, seed=0, steps=4, progress=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_guidance_moves_away_from_the_prediction_without_condition():
    def denoise(noisy, condition, levels, dropped):
        return noisy * 0 if dropped else condition

    condition = np.ones((2, 300, WIDTH), np.float16)
    noisy = np.zeros((2, 2, 250, WIDTH), np.float32)
    plain, guided = (predictor(denoise, condition, scale)(noisy, None, [0, 50]) for scale in (1.0, 1.5))

    assert plain.dtype == guided.dtype == np.float32
    assert (plain == 1).all() and (guided == 1.5).all()
