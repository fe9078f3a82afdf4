"""Sampling motion of any length, as pure functions (DESIGN §7).

The noise level t goes from 1 (noise) to 0 (motion): x_t = signal(t) motion + noise_share(t) noise. A recording is cut
into overlapping windows that are denoised as a batch; after every step their predictions are averaged where they
overlap, so that neighbours agree from the first step on and the joint has no seam.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..gaze import CONTACT_COLUMN, INTENT_CHANNELS, INTENT_WIDTH
from ..motion import EXPRESSION_NAMES

WINDOW = 250  # frames, ten seconds
OVERLAP = 50  # frames that neighbouring windows share
STEPS = 8  # as good as fifty; four lose a sixth of the blinks and nods
SETTLED = 0.25  # noise level below which the means are no longer corrected
PULL = 1.5  # of the missing mean, by which the motion is moved: the network undoes a part of it
# Exponent of the noise levels: below 1 the first steps are finer. Rare and large events such as blinks are decided at
# high noise levels: with even steps eight lose a quarter of the blinks.
POWER = 0.45
GUIDANCE = 1.0  # larger values open and close the lips further and make them jitter, at twice the cost
BATCH = 8  # windows denoised at once: bounds the memory
BLOCK = 256  # samples of noise that share one random stream
NOISE_CHUNK = 1500  # frames whose noise is made at once
# Frames between the samples of each octave of slow noise, which is their sum. Heads hold a posture for minutes: white
# noise hides that until the last of many steps, noise as slow as the motion needs few. What jumps (eyes, lids, lips)
# needs white noise: slow noise would pass for a movement.
SCALES = (1, 5, 25, 125)
# Scale of the initial noise. Lips and jaw in speech follow the voice: at full noise they jitter more and err by more
# (4.1 mm against 3.8). A listener's mouth, postures and moods, which a voice leaves open, keep full noise. Eye contact
# is decided for seconds: full noise breaks it into short pieces.
MOUTH_NOISE, CONTACT_NOISE = 0.5, 0.8
SLOW_NAMES = ("mouthSmile", "mouthFrown", "mouthDimple", "cheekSquint", "browDown", "noseSneer")

# (B, 2, L, D) noisy motion, (B, 2, L) levels, first frame of each window -> (B, 2, L, D) clean motion
Predict = Callable[[Tensor, Tensor, list[int]], Tensor]
NoiseScale = Callable[[slice], Tensor | float]


def signal(t: Tensor) -> Tensor:
    """Share of the motion at noise level ``t`` in [0, 1]; a cosine schedule."""
    return torch.cos(t * torch.pi / 2)


def noise_share(t: Tensor) -> Tensor:
    """Share of the noise at level ``t``; squares add to 1 with :func:`signal`."""
    return torch.sin(t * torch.pi / 2)


def slow_columns(width: int = INTENT_WIDTH) -> Tensor:
    """(width,) bool: the columns that move slowly: postures, translation and moods; not the gestures."""
    slow = torch.tensor([name.startswith(SLOW_NAMES) for name in EXPRESSION_NAMES] + [False] * (width - 44))
    for name in ("neck", "head", "translation"):
        slow[INTENT_CHANNELS[name]] = True
    return slow


def noise_scale_of(speaking: Tensor, width: int = INTENT_WIDTH) -> Tensor:
    """(2, n, width) scale of the initial noise, of (2, n) who speaks in [0, 1]."""
    mouth = [name.startswith(("mouth", "jaw", "tongue")) for name in EXPRESSION_NAMES]
    articulates = torch.tensor(mouth + [False] * (width - 44)) & ~slow_columns(width)
    scale = 1 - (1 - MOUTH_NOISE) * speaking[..., None] * articulates
    scale[..., CONTACT_COLUMN] = CONTACT_NOISE
    return scale


def noise(seed: int, frames: int, slow: Tensor, first: int = 0) -> Tensor:
    """Unit noise (2, frames, D) from frame ``first`` on, slow where ``slow`` (D,) holds. That of a frame depends on
    ``seed`` and on the frame's number alone."""
    return multiscale_noise(
        lambda scale, begin, count: _samples(seed, scale, begin, count, len(slow)), frames, slow, first
    )


def multiscale_noise(draw: Callable[[int, int, int], Tensor], frames: int, slow: Tensor, first: int = 0) -> Tensor:
    """Unit noise (..., frames, D) from frame ``first`` on: the sum of all SCALES where ``slow`` (D,) holds, else white.

    draw: (scale, k, K) -> (..., K, D) independent unit noise, K samples of that scale from the k-th on
    """
    parts = []
    for scale in SCALES:
        at = torch.arange(first, first + frames)
        left, begin = at // scale, first // scale
        samples = draw(scale, begin, int(left[-1]) + 2 - begin)
        angle = (at / scale - left)[:, None] * torch.pi / 2  # cosine and sine keep the variance between the samples
        parts.append(angle.cos() * samples[..., left - begin, :] + angle.sin() * samples[..., left + 1 - begin, :])
    return torch.where(slow, sum(parts) / len(SCALES) ** 0.5, parts[0])


def _samples(seed: int, scale: int, first: int, count: int, width: int) -> Tensor:
    """(2, count, width) unit noise from sample ``first`` on, block by block, so that a longer recording begins as a
    shorter one."""
    begin = first // BLOCK
    blocks = [
        np.random.Generator(np.random.Philox(key=[seed % 2**64, scale << 32 | block])).standard_normal(
            (2, BLOCK, width), np.float32
        )
        for block in range(begin, -(-(first + count) // BLOCK))
    ]
    return torch.from_numpy(np.concatenate(blocks, axis=1)[:, first - begin * BLOCK :][:, :count])


def windows(frames: int, length: int = WINDOW, overlap: int = OVERLAP) -> list[int]:
    """First frames of the windows that cover ``frames``; the last one is moved back to end with the recording.

    >>> windows(600)
    [0, 200, 350]
    """
    if frames <= length:
        return [0]
    return [*range(0, frames - length, length - overlap), frames - length]


def ramp(length: int, overlap: int = OVERLAP) -> Tensor:
    """(length,) weight of a window's frames: rises over the overlap and falls again, never 0."""
    edge = torch.minimum(torch.arange(length), torch.arange(length).flip(0)) + 0.5
    return torch.sin((edge / overlap).clamp(max=1) * torch.pi / 2) ** 2


def clean(predict: Predict, noisy: Tensor, levels: Tensor, batch: int = BATCH, length: int = WINDOW) -> Tensor:
    """One prediction of the whole motion, windows averaged where they overlap.

    noisy: (2, T, D), levels: (2, T) -> (2, T, D)
    """
    return torch.cat([piece for _, piece in cleaned(predict, noisy, levels, batch, length)], dim=1)


def cleaned(
    predict: Predict, noisy: Tensor, levels: Tensor, batch: int = BATCH, length: int = WINDOW
) -> Iterator[tuple[slice, Tensor]]:
    """The pieces of :func:`clean` in order, with their frames; ``noisy`` may be overwritten up to the end of each."""
    frames = noisy.shape[1]
    starts, size = windows(frames, length), min(length, frames)
    weight = ramp(size)[:, None]
    done, total, weights = 0, noisy[:, :0], weight[:0]
    for first in range(0, len(starts), batch):
        some = starts[first : first + batch]
        longer = some[-1] + size - done - total.shape[1]
        total, weights = (F.pad(sums, (0, 0, 0, longer)) for sums in (total, weights))
        cut = [slice(start, start + size) for start in some]
        pieces = predict(torch.stack([noisy[:, c] for c in cut]), torch.stack([levels[:, c] for c in cut]), some)
        for start, piece in zip(some, pieces, strict=True):
            total[:, start - done : start - done + size] += piece * weight
            weights[start - done : start - done + size] += weight
        count = (starts[first + batch] if first + batch < len(starts) else frames) - done
        yield slice(done, done + count), total[:, :count] / weights[:count]
        done, total, weights = done + count, total[:, count:], weights[count:]


def sample(
    predict: Predict,
    frames: int,
    slow: Tensor,
    *,
    seed: int,
    steps: int = STEPS,
    noise_scale: NoiseScale = lambda frames: 1.0,
    given: Tensor | None = None,
    mask: Tensor | None = None,
    means: Tensor | None = None,
    parts: Tensor | None = None,
    batch: int = BATCH,
    progress: Callable[[float], None] = lambda share: None,
) -> Tensor:
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
    means:       (P, 2, D) asked mean of the motion in each part of the recording, NaN where that is free; a window of
                 ten seconds cannot know it. Above the noise level SETTLED all frames of a part are moved towards it
    parts:       (frames,) int64, the part of each frame; None: one part
    returns:     (2, frames, D)
    """
    x = torch.empty(2, frames, len(slow))
    for cut, piece in _noise_pieces(seed, frames, slow, noise_scale):
        x[:, cut] = piece
    # the noise level of frames that are kept whole is 0
    whole = torch.zeros(2, frames, dtype=torch.bool) if mask is None else mask.all(dim=-1)
    levels, before = torch.linspace(1, 0, steps + 1) ** POWER, torch.empty_like(x)
    means = torch.full((1, 2, len(slow)), torch.nan) if means is None else means
    parts = torch.zeros(frames, dtype=torch.int64) if parts is None else parts
    lengths, shift = torch.bincount(parts, minlength=len(means))[:, None, None], torch.zeros_like(means)
    for step, (now, then) in enumerate(zip(levels, levels[1:], strict=False)):
        if mask is not None:
            _restore(x, given, mask, now, seed, slow, noise_scale)
        total = torch.zeros_like(means)
        for cut, motion in cleaned(predict, x, torch.where(whole, 0.0, now), batch):
            total.index_add_(0, parts[cut], motion.transpose(0, 1))
            ahead = motion + (motion - before[:, cut]) / 2 if step else motion
            ahead = ahead + shift[parts[cut]].transpose(0, 1)
            before[:, cut] = motion
            if mask is not None:
                ahead = torch.where(mask[:, cut], given[:, cut], ahead)
            remaining = (x[:, cut] - signal(now) * ahead) / noise_share(now)
            x[:, cut] = signal(then) * ahead + noise_share(then) * remaining
        shift = PULL * torch.nan_to_num(means - total / lengths) * (then > SETTLED)
        progress((step + 1) / steps)
    return x if mask is None else torch.where(mask, given, x)


def _noise_pieces(seed: int, frames: int, slow: Tensor, noise_scale: NoiseScale) -> Iterator[tuple[slice, Tensor]]:
    """The initial noise (2, n, D) piece by piece, each with the frames that it is of."""
    for first in range(0, frames, NOISE_CHUNK):
        cut = slice(first, min(frames, first + NOISE_CHUNK))
        yield cut, noise_scale(cut) * noise(seed, cut.stop - first, slow, first)


def _restore(
    x: Tensor, given: Tensor, mask: Tensor, level: Tensor, seed: int, slow: Tensor, noise_scale: NoiseScale
) -> None:
    """Write what is kept of ``given`` into the noisy motion ``x``: at the noise ``level``, or clean in frames that are
    kept whole."""
    for cut, piece in _noise_pieces(seed, x.shape[1], slow, noise_scale):
        noisy = signal(level) * given[:, cut] + noise_share(level) * piece
        whole = mask[:, cut].all(dim=-1, keepdim=True)
        x[:, cut] = torch.where(whole, given[:, cut], torch.where(mask[:, cut], noisy, x[:, cut]))


def predictor(network: torch.nn.Module, condition: Tensor, guidance: float = 1.0) -> Predict:
    """A Predict of ``network`` under ``condition`` (2, T, K), which may be in half precision.

    guidance: scale of classifier-free guidance (Ho and Salimans 2022); 1 is the condition as trained and costs half
    """

    @torch.inference_mode()
    def predict(noisy: Tensor, levels: Tensor, starts: list[int]) -> Tensor:
        size = noisy.shape[2]
        part = torch.stack([condition[:, start : start + size] for start in starts]).float()
        if guidance == 1.0:
            return network(noisy, part, levels)
        drop = torch.tensor([True, False]).repeat_interleave(len(starts))
        free, bound = network(*(torch.cat([x, x]) for x in (noisy, part, levels)), drop).chunk(2)
        return free + guidance * (bound - free)

    return predict
