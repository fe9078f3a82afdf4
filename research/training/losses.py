"""The generator's losses (DESIGN §7): expression 1, rotation 8, translation 1, velocity 1, gaze 5.

The weights are per channel: every term is a sum over its channels of squared errors in units of the training set's own
spread (of the channel, of its velocity, of the gaze direction), so that guessing the mean scores 1 a channel before
weighting. Within the expression the mouth counts three times as much as the rest, and so does how far the lips are
apart, where a millimetre near closure counts most: lips are what people look at. A blink counts twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.gaze import CONTACT_COLUMN, INTENT_CHANNELS, INTENT_WIDTH
from core.generator.posture_gesture import GESTURES
from core.heads.lip_parting import LIP_PARTING_MM
from core.motion import EXPRESSION_NAMES, column

WEIGHTS = {"expression": 1.0, "rotation": 8.0, "translation": 1.0, "velocity": 1.0, "gaze": 5.0}
PLAIN_GAZE = WEIGHTS | {"gaze": 0.0, "gaze channels": 1.0}  # the gaze like any other channel, for the ablation
EVEN_GAZE = WEIGHTS | {"restless": 1.0}  # the gaze of restless clips like any other, for the ablation
MOUTH_WEIGHT, LID_WEIGHT = 3.0, 2.0  # of a mouth or jaw channel, of a blink, against a brow
JUMP_WEIGHT = 3.0  # of the gaze's velocity: saccades are fast, and a smoothed one is none
RESTLESS_WEIGHT = 2.0  # of the gaze in the fifth of the clips that has the most head rotation
RESTLESS_SHARE = 0.2
LIPS = torch.tensor([LIP_PARTING_MM.get(name, 0.0) for name in EXPRESSION_NAMES])
OPENING_WEIGHT = 12.0  # of the lip opening, in channels
CLOSED = 2.0  # mm, below it an error of the opening counts fully
MOUTH = torch.tensor([name.startswith(("mouth", "jaw", "tongue")) for name in EXPRESSION_NAMES])
FACE_WEIGHT = torch.where(MOUTH, MOUTH_WEIGHT, 1.0)
FACE_WEIGHT[[column("eyeBlinkLeft"), column("eyeBlinkRight")]] = LID_WEIGHT
HIGHEST_LEVEL_WEIGHT = 10.0

EXPRESSION, TRANSLATION = INTENT_CHANNELS["expression"], INTENT_CHANNELS["translation"]
ROTATION = slice(INTENT_CHANNELS["neck"].start, INTENT_CHANNELS["head"].stop)
GAZE = INTENT_CHANNELS["gaze"]
ANGLES = slice(GAZE.start, CONTACT_COLUMN)


@dataclass(frozen=True, eq=False)
class Scale:
    """Spread of the training set."""

    mean: Tensor  # (56 or 62,) of each column
    std: Tensor  # (56 or 62,)
    velocity: Tensor  # (56 or 62,) std of the frame-to-frame difference of motion in z units
    gaze: float  # mean of 1 - cos between the gaze and the mean gaze offset
    restless: float  # variance of neck and head rotation that a fifth of the clips exceeds, z units

    def to(self, device: str) -> "Scale":
        """The same on another device."""
        return Scale(*(value.to(device) if isinstance(value, Tensor) else value for value in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Clip:
    """The ground truth of a batch of windows, and its weights."""

    motion: Tensor  # (B, 2, T, 56 or 62) z units
    toward: Tensor  # (B, 2, 2) yaw and pitch to the partner, radians
    counts: Tensor  # (B, 2, T) weight of each frame; 0 where the motion was given
    speech_only: Tensor  # (B, 2, T) bool: here only the mouth contributes to the loss (dubbing)


def level_weight(signal_share: Tensor) -> Tensor:
    """Weight of a noise level: 1 + signal-to-noise ratio, up to a limit, so that all levels contribute about equally.

    signal_share: (…) in [0, 1], share of the motion in the network's input
    """
    return (1 / (1 - signal_share**2).clamp(min=1e-6)).clamp(max=HIGHEST_LEVEL_WEIGHT)


def losses(predicted: Tensor, clip: Clip, scale: Scale, weights: Mapping[str, float] = WEIGHTS) -> dict[str, Tensor]:
    """Each loss without its weight, and their weighted sum as "total".

    predicted: (B, 2, T, 56 or 62) clean motion in z units, the network's output
    """
    counts = clip.counts / clip.counts.sum().clamp(min=1)
    full = counts * ~clip.speech_only
    error = (predicted - clip.motion).square()
    face, mouth = FACE_WEIGHT.to(error.device), MOUTH.to(error.device)
    channel_scale = torch.where(clip.speech_only[..., None], face * mouth, face)
    still = (error[..., EXPRESSION] * channel_scale).sum(-1) + OPENING_WEIGHT * _opening(predicted, clip.motion, scale)
    result = {
        "expression": (still * counts).sum(),
        "rotation": ((error[..., ROTATION].sum(-1) + error[..., GESTURES].sum(-1)) * full).sum(),
        "translation": (error[..., TRANSLATION].sum(-1) * full).sum(),
        "velocity": _velocity(predicted, clip, scale, channel_scale, counts),
        "gaze": _gaze(predicted, clip, scale, full, weights.get("restless", RESTLESS_WEIGHT)),
    }
    if "gaze channels" in weights:
        result["gaze channels"] = (error[..., GAZE].sum(-1) * full).sum()
    # A frame has 56 channels: their sum over 56 stays near 1 whatever is added.
    result["total"] = sum(weights[name] * value for name, value in result.items()) / INTENT_WIDTH
    return result


def _opening(predicted: Tensor, truth: Tensor, scale: Scale) -> Tensor:
    """Error of the lip opening (B, 2, T), compressed for large openings; about 1 where the mean is predicted."""
    compressed = []
    for motion in (predicted, truth):
        expression = motion[..., EXPRESSION] * scale.std[EXPRESSION] + scale.mean[EXPRESSION]
        gap = (expression @ LIPS.to(expression.device)).clamp(min=0)
        compressed.append(gap / (gap + CLOSED))
    return 8 * (compressed[0] - compressed[1]).square()


def _velocity(predicted: Tensor, clip: Clip, scale: Scale, channel_scale: Tensor, counts: Tensor) -> Tensor:
    """Error of the frame-to-frame difference; the mouth counts as in the expression.

    The difference from a given frame to a generated one counts too: sampling leaves given frames unchanged.
    """
    given = (counts == 0) & ~clip.speech_only
    error = torch.where(given[..., None], 0.0, predicted - clip.motion)
    error = (error.diff(dim=2) / scale.velocity).square()
    jumps = (JUMP_WEIGHT - 1) * error[..., GAZE].sum(-1)
    body = (error[..., EXPRESSION.stop :].sum(-1) + jumps) * ~clip.speech_only[:, :, 1:]
    face = (error[..., EXPRESSION] * channel_scale[..., 1:, :]).sum(-1)
    before, after = counts[..., :-1], counts[..., 1:]
    frame_weights = torch.where(clip.speech_only[..., 1:], torch.minimum(before, after), torch.maximum(before, after))
    return ((face + body) * frame_weights).sum()


def _gaze(predicted: Tensor, clip: Clip, scale: Scale, counts: Tensor, restless: float) -> Tensor:
    """1 - cosine between the mean direction of both eyes and the truth (two channels), and the contact channel.

    Contact needs nothing sharper: the mean is the right guess at a high noise level, and at the last one it is 0 or 1.
    """
    ray = gaze_direction(predicted, clip.toward, scale)
    truth = gaze_direction(clip.motion, clip.toward, scale)
    # |a - b|² / 2 is 1 - a·b of unit vectors, without its rounding near 0
    angle = (ray - truth).square().sum(-1) / 2 / scale.gaze
    head = clip.motion[..., ROTATION].var(dim=2).sum(-1)  # (B, 2)
    weight = torch.where(head > scale.restless, restless, 1.0)[..., None]
    contact = (predicted - clip.motion)[..., CONTACT_COLUMN].square()
    return ((2 * angle * weight + contact) * counts).sum()


def gaze_direction(motion: Tensor, toward: Tensor, scale: Scale) -> Tensor:
    """Unit vectors (B, 2, T, 3) of the mean gaze in own rest axes, of motion (B, 2, T, 56) in z units."""
    offset = motion[..., ANGLES] * scale.std[ANGLES] + scale.mean[ANGLES]
    yaw, pitch = (toward[:, :, None] + offset).unbind(-1)
    return torch.stack([yaw.sin() * pitch.cos(), -yaw.cos() * pitch.cos(), pitch.sin()], dim=-1)
