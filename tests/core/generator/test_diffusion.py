import pytest
import torch

from core.generator import diffusion
from core.generator.diffusion import (
    clean,
    cleaned,
    noise,
    noise_scale_of,
    noise_share,
    sample,
    signal,
    slow_columns,
    windows,
)
from core.motion import EXPRESSION_NAMES

WIDTH = 4
SLOW, WHITE = torch.ones(WIDTH, dtype=torch.bool), torch.zeros(WIDTH, dtype=torch.bool)


def nearby(noisy, levels, starts):
    """A denoiser that looks at its neighbours: an average over nine frames."""
    kernel = torch.ones(WIDTH, 1, 9) / 9
    pairs, _, frames, _ = noisy.shape
    padded = torch.nn.functional.pad(noisy.flatten(0, 1).transpose(1, 2), (4, 4), mode="replicate")
    return torch.nn.functional.conv1d(padded, kernel, groups=WIDTH).transpose(1, 2).unflatten(0, (pairs, 2))


def test_signal_and_noise_share_the_power():
    t = torch.linspace(0, 1, 9)
    assert torch.allclose(signal(t) ** 2 + noise_share(t) ** 2, torch.ones(9))
    assert signal(t[0]) == 1 and noise_share(t[0]) == 0


def test_a_frame_has_its_noise_whatever_the_length():
    assert torch.equal(noise(3, 1000, SLOW)[:, :300], noise(3, 300, SLOW))
    assert not torch.equal(noise(4, 300, SLOW), noise(3, 300, SLOW))
    assert noise(3, 5000, SLOW).std() == pytest.approx(1, abs=0.03)


def test_noise_can_begin_anywhere():
    assert torch.equal(noise(3, 1000, SLOW)[:, 777:], noise(3, 223, SLOW, 777))


def test_pieces_come_in_order_and_what_lies_behind_may_be_overwritten():
    motion, levels = torch.randn(2, 3000, WIDTH), torch.zeros(2, 3000)
    whole, done = clean(nearby, motion, levels), 0
    for cut, piece in cleaned(nearby, motion, levels, batch=2):
        assert cut.start == done and torch.equal(piece, whole[:, cut])
        motion[:, cut], done = 99.0, cut.stop
    assert done == 3000


def test_noise_is_slow_and_fast_at_once():
    made = noise(3, 5000, SLOW)
    assert made.diff(dim=1).std() > 0.6
    assert made.unfold(1, 100, 100).mean(-1).std() > 0.35
    assert noise(3, 5000, WHITE).unfold(1, 100, 100).mean(-1).std() < 0.12


def test_heads_are_slow_and_eyes_are_not():
    slow = diffusion.slow_columns()
    assert slow[44:50].all() and slow[53:].all() and not slow[50:53].any()
    assert not slow[EXPRESSION_NAMES.index("jawOpen")] and slow[EXPRESSION_NAMES.index("mouthSmileLeft")]


@pytest.mark.parametrize("frames", [1, 249, 250, 251, 600, 5000])
def test_windows_cover_every_frame_and_overlap(frames):
    starts = windows(frames)
    ends = [min(frames, start + diffusion.WINDOW) for start in starts]
    assert starts[0] == 0 and ends[-1] == frames
    assert all(end - start >= diffusion.OVERLAP for start, end in zip(starts[1:], ends, strict=False))


def test_windows_join_without_a_seam():
    motion = torch.randn(2, 900, WIDTH).cumsum(1) / 10
    joined = clean(nearby, motion, torch.zeros(2, 900))
    whole = clean(nearby, motion, torch.zeros(2, 900), length=900)
    assert torch.allclose(joined, whole, atol=0.02)
    steps, smooth = (motion.diff(dim=1).abs().mean(dim=(0, 2)) for motion in (joined, whole))
    edges = [199, 249, 399, 449]
    assert steps[edges].mean() < 1.1 * smooth[edges].mean()


def test_how_many_windows_are_batched_does_not_matter():
    one, all_at_once = (sample(nearby, 1200, SLOW, seed=1, steps=4, batch=batch) for batch in (1, 16))
    assert torch.allclose(one, all_at_once, atol=1e-5)


def test_the_same_seed_gives_the_same_motion_and_another_one_another():
    first, again, other = (sample(nearby, 400, SLOW, seed=seed) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=0.01)


def test_what_is_given_comes_back_untouched():
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
    assert speaker[jaw] == pytest.approx(diffusion.MOUTH_NOISE, abs=0.05)
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


def test_progress_ends_at_one():
    shares = []
    sample(nearby, 100, SLOW, seed=0, steps=4, progress=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]
