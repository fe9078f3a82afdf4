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

from ..gaze import INTENT_CHANNELS, INTENT_WIDTH
from ..motion import EXPRESSION_NAMES

WINDOW = 250  # frames, ten seconds
OVERLAP = 50
STEPS = 8  # as good as fifty; four make a sixth of the blinks and nods too few
SETTLED = 0.25  # level under which what was chosen stays
PULL = 1.5  # how far all is moved towards an asked mean, of what is missing: the network takes a part of it back
# Of the levels: below 1 the first steps are finer. What is rare and large, like a blink, is decided while the noise
# still hides all else: with even steps eight lose a quarter of the blinks.
POWER = 0.45
GUIDANCE = 1.0  # more opens and shuts the lips more surely and makes them tremble, at twice the cost
BATCH = 8  # windows denoised at once: bounds the memory
BLOCK = 256  # knots of noise that share one random stream
NOISED = 1500  # frames that get their noise at once
# Frames between the knots of slow noise, which is the sum of all. Heads hold a posture for minutes: white noise drowns
# that until the last of many steps, noise as slow as the motion needs few. What jumps (eyes, lids, lips) needs white
# noise: a drift would pass for a movement.
SCALES = (1, 5, 25, 125)
# How much noise they begin with. What lips and jaw do in speech lies in the voice: with all of it they tremble more and
# miss by more (4.1 mm, then 3.8). A listener's mouth, postures and moods, which a voice leaves open, keep all of it.
# Whether somebody looks at the partner is decided for seconds: all of it breaks such looks into short ones.
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
    """(width,) bool: the columns that move slowly, of neck, head, shifts and moods; not the gestures of bands.py."""
    slow = torch.tensor([name.startswith(SLOW_NAMES) for name in EXPRESSION_NAMES] + [False] * (width - 44))
    for name in ("neck", "head", "translation"):
        slow[INTENT_CHANNELS[name]] = True
    return slow


def noise_scale_of(speaking: Tensor, width: int = INTENT_WIDTH) -> Tensor:
    """(2, n, width) how much noise each column begins with, of (2, n) who speaks in [0, 1]."""
    mouth = [name.startswith(("mouth", "jaw", "tongue")) for name in EXPRESSION_NAMES]
    talks = torch.tensor(mouth + [False] * (width - 44)) & ~slow_columns(width)
    noise_scale = 1 - (1 - MOUTH_NOISE) * speaking[..., None] * talks
    noise_scale[..., INTENT_CHANNELS["gaze"].stop - 1] = CONTACT_NOISE
    return noise_scale


def noise(seed: int, frames: int, slow: Tensor, first: int = 0) -> Tensor:
    """Unit noise (2, frames, D) from frame ``first`` on, slow where ``slow`` (D,) holds. A frame's depends on ``seed``
    and its number alone."""
    return multiscale_noise(
        lambda scale, begin, count: _knots(seed, scale, begin, count, len(slow)), frames, slow, first
    )


def multiscale_noise(draw: Callable[[int, int, int], Tensor], frames: int, slow: Tensor, first: int = 0) -> Tensor:
    """Unit noise (..., frames, D) from frame ``first`` on, white or of all SCALES.

    draw: (scale, k, K) -> (..., K, D) independent unit noise, K knots of that scale from the k-th on
    """
    parts = []
    for scale in SCALES:
        at = torch.arange(first, first + frames)
        left, begin = at // scale, first // scale
        knots = draw(scale, begin, int(left[-1]) + 2 - begin)
        angle = (at / scale - left)[:, None] * torch.pi / 2  # cosine and sine keep the spread between the knots
        parts.append(angle.cos() * knots[..., left - begin, :] + angle.sin() * knots[..., left + 1 - begin, :])
    return torch.where(slow, sum(parts) / len(SCALES) ** 0.5, parts[0])


def _knots(seed: int, scale: int, first: int, count: int, width: int) -> Tensor:
    """(2, count, width) unit noise from knot ``first`` on, block by block, so that a longer recording begins as a
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
    keep: Tensor | None = None,
    means: Tensor | None = None,
    parts: Tensor | None = None,
    batch: int = BATCH,
    progress: Callable[[float], None] = lambda share: None,
) -> Tensor:
    """Draw one motion: DDIM, deterministic but for the noise it begins with, along a line through two predictions.

    DDIM takes the prediction as constant over a step, which in eight steps loses a seventh of the motion's spread;
    going half a step further along the change of the last two predictions loses hardly any. A step goes through the
    recording piece by piece and in place: besides the motion only the last prediction is as long as it.

    slow:        (D,) bool, which columns begin with slow noise
    much:        gets a slice of frames, gives (2, n, D): how much noise they begin with; less than 1 comes nearer to
                 the likeliest motion
    given, keep: (2, T, D) motion and bool, in-painting: where ``keep`` holds, ``given`` is returned untouched and the
                 rest is made to fit
    means:       (P, 2, D) what the motion shall be in the mean over each part of the recording, NaN where that is free:
                 windows of ten seconds cannot know. While the noise still hides which frames to choose, all of a part
                 are moved there
    parts:       (frames,) int64, which part each frame is of; None: one part
    returns:     (2, frames, D)
    """
    x = torch.empty(2, frames, len(slow))
    for cut, piece in _noise_pieces(seed, frames, slow, noise_scale):
        x[:, cut] = piece
    # the network is told that frames kept as a whole are clean
    whole = torch.zeros(2, frames, dtype=torch.bool) if keep is None else keep.all(dim=-1)
    levels, before = torch.linspace(1, 0, steps + 1) ** POWER, torch.empty_like(x)
    means = torch.full((1, 2, len(slow)), torch.nan) if means is None else means
    parts = torch.zeros(frames, dtype=torch.int64) if parts is None else parts
    lengths, shift = torch.bincount(parts, minlength=len(means))[:, None, None], torch.zeros_like(means)
    for step, (now, then) in enumerate(zip(levels, levels[1:], strict=False)):
        if keep is not None:
            _put_back(x, given, keep, now, seed, slow, noise_scale)
        total = torch.zeros_like(means)
        for cut, motion in cleaned(predict, x, torch.where(whole, 0.0, now), batch):
            total.index_add_(0, parts[cut], motion.transpose(0, 1))
            ahead = motion + (motion - before[:, cut]) / 2 if step else motion
            ahead = ahead + shift[parts[cut]].transpose(0, 1)
            before[:, cut] = motion
            if keep is not None:
                ahead = torch.where(keep[:, cut], given[:, cut], ahead)
            remaining = (x[:, cut] - signal(now) * ahead) / noise_share(now)
            x[:, cut] = signal(then) * ahead + noise_share(then) * remaining
        shift = PULL * torch.nan_to_num(means - total / lengths) * (then > SETTLED)
        progress((step + 1) / steps)
    return x if keep is None else torch.where(keep, given, x)


def _noise_pieces(seed: int, frames: int, slow: Tensor, noise_scale: NoiseScale) -> Iterator[tuple[slice, Tensor]]:
    """The noise (2, frames, D) that sampling begins with, and which frames each piece is of."""
    for first in range(0, frames, NOISED):
        cut = slice(first, min(frames, first + NOISED))
        yield cut, noise_scale(cut) * noise(seed, cut.stop - first, slow, first)


def _put_back(
    x: Tensor, given: Tensor, keep: Tensor, level: Tensor, seed: int, slow: Tensor, noise_scale: NoiseScale
) -> None:
    """Write what is given into the noisy motion ``x``: as noisy as the rest, but clean in frames kept as a whole."""
    for cut, piece in _noise_pieces(seed, x.shape[1], slow, noise_scale):
        noisy = signal(level) * given[:, cut] + noise_share(level) * piece
        whole = keep[:, cut].all(dim=-1, keepdim=True)
        x[:, cut] = torch.where(whole, given[:, cut], torch.where(keep[:, cut], noisy, x[:, cut]))


def predictor(network: torch.nn.Module, condition: Tensor, guidance: float = 1.0) -> Predict:
    """A Predict that shows ``network`` its part of ``condition`` (2, T, K), which may be in half precision.

    guidance: 1 follows the condition as trained; more exaggerates what the condition changes, at twice the cost
    """

    @torch.inference_mode()
    def predict(noisy: Tensor, levels: Tensor, starts: list[int]) -> Tensor:
        size = noisy.shape[2]
        told = torch.stack([condition[:, start : start + size] for start in starts]).float()
        if guidance == 1.0:
            return network(noisy, told, levels)
        drop = torch.tensor([True, False]).repeat_interleave(len(starts))
        free, bound = network(*(torch.cat([x, x]) for x in (noisy, told, levels)), drop).chunk(2)
        return free + guidance * (bound - free)

    return predict
