"""How much of what the teacher does can be heard: no network can foresee more of it than that.

The same dialogue is played in the same scene by other people. What they do alike comes from the sound (and the scene);
where they differ is person and chance. The audible share is the variance of what they do on average over all variance.
"""

from collections.abc import Sequence

import numpy as np

from core.gaze import ADULT, CONTACT_COLUMN, aim
from core.layout import Layout, room_poses
from core.motion import column

from ...simulator.dialogue import Dialogue
from ...simulator.prosodic_cues import hear
from ...simulator.synthesize import synthesize
from .events import NOD_BAND, band, head_angles

PLAYED = 6  # performances of each dialogue
FACE = {"blinks": "eyeBlinkLeft", "brows": "browInnerUp", "smile": "mouthSmileLeft", "jaw": "jawOpen"}


def curves(motions: np.ndarray, contact: np.ndarray) -> dict[str, np.ndarray]:
    """What is compared, (2, T) each, less each person's mean: motions (2, T, 59), contact (2, T)."""
    yaw, pitch, roll = head_angles(motions)
    face = {name: motions[..., column(channel)] for name, channel in FACE.items()}
    nodding = np.stack([band(own, *NOD_BAND) for own in pitch])
    lean, rise = motions[..., 57], motions[..., 58]
    found = {"head pitch": pitch, "head yaw": yaw, "head roll": roll, "head pitch 1-4 Hz": nodding}
    found |= {"lean": lean, "rise": rise, "contact": contact} | face
    return {name: curve - curve.mean(axis=1, keepdims=True) for name, curve in found.items()}


def share(played: np.ndarray) -> float:
    """The audible share of one curve: played (K, T), K performances; not biased by how few they are."""
    by_chance = played.var(axis=0, ddof=1).mean()
    together = played.mean(axis=0).var() - by_chance / len(played)
    whole = together + by_chance
    return float(together / whole) if whole > 1e-12 else float("nan")


def audible_shares(dialogue: Dialogue, layout: Layout, count: int = PLAYED) -> dict[str, float]:
    """The audible share of every curve, mean of both people."""
    heard, played = hear(dialogue), []
    for seed in range(count):
        intents = synthesize(dialogue, layout, seed, heard)
        played.append(curves(aim(intents, room_poses(layout), (ADULT, ADULT)), intents[..., CONTACT_COLUMN]))
    return {name: float(np.mean([share(_person(played, name, i)) for i in (0, 1)])) for name in played[0]}


def _person(played: Sequence[dict[str, np.ndarray]], name: str, person: int) -> np.ndarray:
    return np.stack([curves[name][person] for curves in played])
