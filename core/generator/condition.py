"""The condition of the network, frame by frame: voices, who speaks, and where the partner is (DESIGN §7).

Columns of the condition (T, K) of one stream: own mask, partner's mask, LAYOUT_NAMES, then the own voice's features.
"""

from collections.abc import Sequence

import numpy as np

from ..layout import Layout, room_poses
from ..motion import MOTION_FPS
from ..rotation import FORWARD
from ..timeseries import smooth_step

LAYOUT_NAMES = (
    # unit vector to the partner's rest place in the own rest frame: how far the body is turned away, and who is higher
    *("partner_left", "partner_back", "partner_up"),
    # unit vector to the own rest place in the partner's rest frame: whether the partner faces this way
    *("seen_left", "seen_back", "seen_up"),
    "log_distance",
    "contact",
    "partner_contact",
    "energy",
    "warmth",
)
OWN_MASK, PARTNER_MASK = 0, 1
CONTACT = 2 + LAYOUT_NAMES.index("contact")  # the requested share of eye contact
PARTNER = slice(2, 5)  # the first three of LAYOUT_NAMES
FEATURES = 2 + len(LAYOUT_NAMES)  # first column of the voice's features
NEAR, FAR = 0.3, 10.0  # m; distances are clipped to the range of the training data
EASE = 0.5  # s over which a direction takes effect


def build(
    features: np.ndarray,
    masks: np.ndarray,
    layout: Layout,
    poses: np.ndarray | None = None,
    directions: Sequence[tuple[float, Layout]] = (),
    first: int = 0,
) -> np.ndarray:
    """Concatenate masks, layout and voice features.

    features: (2, T, WIDTH) from core/speech/features.py, about unit scale
    masks:    (2, T) in [0, 1], who speaks
    poses:    (2, 4, 4) rest poses in the room, metres, where rigs were moved by hand; None takes the layout's
    directions, first: as in :func:`scene_columns`
    returns:  (2, T, FEATURES + WIDTH) in the dtype of the features
    """
    if features.shape[:2] != masks.shape:
        raise ValueError(f"features {features.shape} and masks {masks.shape} must agree in (2, T)")
    columns = np.empty((*masks.shape, FEATURES + features.shape[-1]), features.dtype)
    columns[..., OWN_MASK], columns[..., PARTNER_MASK] = masks, masks[::-1]
    columns[..., PARTNER_MASK + 1 : FEATURES] = scene_columns(layout, directions, masks.shape[1], poses, first)
    columns[..., FEATURES:] = features
    return columns


def scene_columns(
    layout: Layout,
    directions: Sequence[tuple[float, Layout]],
    frames: int,
    poses: np.ndarray | None = None,
    first: int = 0,
) -> np.ndarray:
    """(2, frames, len(LAYOUT_NAMES)) float32: ``layout``, then each of the ``directions`` from its time on.

    directions: (seconds of the recording, layout whose contact and mood hold from there on); nobody is moved
    first: frame of the recording that the columns begin with
    """
    poses = room_poses(layout) if poses is None else poses
    columns = layout_columns(layout, poses)[:, None].repeat(frames, axis=1)
    time = (np.arange(first, first + frames) + 0.5) / MOTION_FPS
    for start, changed in sorted(directions, key=lambda direction: direction[0]):
        share = smooth_step(time, start, start + EASE)[:, None]
        columns += share * (layout_columns(changed, poses)[:, None] - columns)
    return columns.astype(np.float32)


def distance(columns: np.ndarray) -> float:
    """Metres from one rest place to the other, of a condition (2, T, K)."""
    return float(np.exp(columns[0, 0, 2 + LAYOUT_NAMES.index("log_distance")]))


def layout_columns(layout: Layout, poses: np.ndarray | None = None) -> np.ndarray:
    """(2, len(LAYOUT_NAMES)) float32 of A and B; ``poses`` as in :func:`build`."""
    poses = room_poses(layout) if poses is None else poses
    contact = (layout.contact_a, layout.contact_b)
    rows = []
    for own in (0, 1):
        partner = 1 - own
        apart = np.clip(np.linalg.norm(poses[0][:3, 3] - poses[1][:3, 3]), NEAR, FAR)
        numbers = [np.log(apart), contact[own], contact[partner], layout.energy, layout.warmth]
        rows.append([*_toward(poses[own], poses[partner]), *_toward(poses[partner], poses[own]), *numbers])
    return np.array(rows, np.float32)


def _toward(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Unit vector (3,) from ``own``'s rest place to ``other``'s, in own rest axes; forward where they coincide."""
    vector = own[:3, :3].T @ (other[:3, 3] - own[:3, 3])
    length = np.linalg.norm(vector)
    return vector / length if length > 1e-6 else FORWARD
