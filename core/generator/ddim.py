"""The sampler: DDIM with in-painting and with means that a whole recording must meet (DESIGN §7)."""

from collections.abc import Callable, Iterator

import numpy as np

from .initial_noise import noise
from .noise_schedule import STEPS, noise_levels, noise_share, signal
from .window_averaging import BATCH, Predict, cleaned

SETTLED = 0.25  # noise level below which the means are no longer corrected
PULL = 1.5  # gain of the correction towards the requested mean: the network undoes a part of it
GUIDANCE = 1.0  # larger values open and close the lips further and make them jitter, at twice the cost
NOISE_CHUNK = 1500  # frames whose noise is drawn at once

# (B, 2, L, D) noisy motion, (B, 2, L, K) condition, (B, 2, L) levels, whether the condition is dropped -> clean motion
Denoise = Callable[[np.ndarray, np.ndarray, np.ndarray, bool], np.ndarray]
NoiseScale = Callable[[slice], np.ndarray | float]


def sample(
    predict: Predict,
    frames: int,
    slow: np.ndarray,
    *,
    seed: int,
    steps: int = STEPS,
    noise_scale: NoiseScale = lambda frames: 1.0,
    given: np.ndarray | None = None,
    mask: np.ndarray | None = None,
    means: np.ndarray | None = None,
    parts: np.ndarray | None = None,
    batch: int = BATCH,
    progress: Callable[[float], None] = lambda share: None,
) -> np.ndarray:
    """Sample one motion by DDIM (Song et al. 2021, eta 0), with predictions extrapolated to the second order.

    DDIM takes the prediction as constant over a step, which in eight steps loses a seventh of the motion's standard
    deviation; half a step of linear extrapolation through the last two predictions, as in DPM-Solver++(2M) (Lu et al.
    2022), loses hardly any. A step goes through the recording piece by piece and in place: besides the motion only the
    last prediction is as long as it.

    slow:        (D,) bool, which columns begin with slow noise
    noise_scale: of a slice of n frames, (2, n, D): scale of the initial noise; below 1 samples are nearer to the
                 likeliest motion
    given, mask: (2, frames, D) motion and bool, in-painting: where ``mask`` holds, ``given`` is returned unchanged, and
                 the rest is sampled to fit
    means:       (P, 2, D) requested mean of the motion in each part of the recording, NaN where it is free; one window
                 does not determine it. Above the noise level SETTLED all frames of a part are moved towards it
    parts:       (frames,) int64, the part of each frame; None: one part
    returns:     (2, frames, D)
    """
    x = np.empty((2, frames, len(slow)), np.float32)
    for cut, piece in _noise_pieces(seed, frames, slow, noise_scale):
        x[:, cut] = piece
    # the noise level of frames that are kept whole is 0
    whole = np.zeros((2, frames), bool) if mask is None else mask.all(axis=-1)
    levels, before = noise_levels(steps), np.empty_like(x)
    means = np.full((1, 2, len(slow)), np.nan, np.float32) if means is None else means
    parts = np.zeros(frames, np.int64) if parts is None else parts
    lengths, shift = np.bincount(parts, minlength=len(means))[:, None, None], np.zeros_like(means)
    for step, (now, then) in enumerate(zip(levels, levels[1:], strict=False)):
        if mask is not None:
            _restore(x, given, mask, now, seed, slow, noise_scale)
        total = np.zeros(means.shape)
        for cut, motion in cleaned(predict, x, np.where(whole, np.float32(0), now), batch):
            for part in np.unique(parts[cut]):
                total[part] += motion[:, parts[cut] == part].sum(axis=1)
            ahead = motion + (motion - before[:, cut]) / 2 if step else motion
            ahead = ahead + shift[parts[cut]].swapaxes(0, 1)
            before[:, cut] = motion
            if mask is not None:
                ahead = np.where(mask[:, cut], given[:, cut], ahead)
            remaining = (x[:, cut] - signal(now) * ahead) / noise_share(now)
            x[:, cut] = signal(then) * ahead + noise_share(then) * remaining
        shift = (PULL * np.nan_to_num(means - total / lengths) * (then > SETTLED)).astype(np.float32)
        progress((step + 1) / steps)
    return x if mask is None else np.where(mask, given, x)


def _noise_pieces(
    seed: int, frames: int, slow: np.ndarray, noise_scale: NoiseScale
) -> Iterator[tuple[slice, np.ndarray]]:
    """The initial noise (2, n, D) piece by piece, each with the frames that it is of."""
    for first in range(0, frames, NOISE_CHUNK):
        cut = slice(first, min(frames, first + NOISE_CHUNK))
        yield cut, noise_scale(cut) * noise(seed, cut.stop - first, slow, first)


def _restore(
    x: np.ndarray,
    given: np.ndarray,
    mask: np.ndarray,
    level: np.float32,
    seed: int,
    slow: np.ndarray,
    noise_scale: NoiseScale,
) -> None:
    """Write what is kept of ``given`` into the noisy motion ``x``: at the noise ``level``, or clean in frames that are
    kept whole."""
    for cut, piece in _noise_pieces(seed, x.shape[1], slow, noise_scale):
        noisy = signal(level) * given[:, cut] + noise_share(level) * piece
        whole = mask[:, cut].all(axis=-1, keepdims=True)
        x[:, cut] = np.where(whole, given[:, cut], np.where(mask[:, cut], noisy, x[:, cut]))


def predictor(denoise: Denoise, condition: np.ndarray, guidance: float = 1.0) -> Predict:
    """A Predict of the network ``denoise`` under ``condition`` (2, T, K), which may be in half precision.

    guidance: scale of classifier-free guidance (Ho and Salimans 2022); 1 is the condition as trained and costs half
    """

    def predict(noisy: np.ndarray, levels: np.ndarray, starts: list[int]) -> np.ndarray:
        size = noisy.shape[2]
        part = np.stack([condition[:, start : start + size] for start in starts]).astype(np.float32)
        bound = denoise(noisy, part, levels, False)
        if guidance == 1.0:
            return bound
        free = denoise(noisy, part, levels, True)
        return free + np.float32(guidance) * (bound - free)

    return predict
