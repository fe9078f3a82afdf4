"""Share of the simulator's motion that audio and scene explain: the most that a network can predict from them.

One dialogue is synthesized several times in the same scene, each time with other random people. The variance of their
mean over the whole variance (one-way random effects, unbiased in the number of repetitions) is the explained share.
"""

from collections.abc import Sequence

import numpy as np

from core.gaze import ADULT, CONTACT_COLUMN, aim
from core.layout import Layout, room_poses
from core.motion import CHANNELS, EXPRESSION_NAMES

from ...simulator.dialogue import Dialogue
from ...simulator.prosodic_cues import extract_cues
from ...simulator.synthesize import synthesize
from .motion_events import NOD_BAND, band_pass, head_angles

REPETITIONS = 6  # of each dialogue
FACE = {"blinks": "eyeBlinkLeft", "brows": "browInnerUp", "smile": "mouthSmileLeft", "jaw": "jawOpen"}


def curves(motions: np.ndarray, contact: np.ndarray) -> dict[str, np.ndarray]:
    """The curves compared, (2, T) each, less each person's mean: motions (2, T, 59), contact (2, T)."""
    yaw, pitch, roll = head_angles(motions)
    face = {name: motions[..., EXPRESSION_NAMES.index(channel)] for name, channel in FACE.items()}
    nodding = np.stack([band_pass(own, *NOD_BAND) for own in pitch])
    shift = motions[..., CHANNELS["translation"]]
    by_name = {"head pitch": pitch, "head yaw": yaw, "head roll": roll, "head pitch 1-4 Hz": nodding}
    by_name |= {"lean": shift[..., 1], "rise": shift[..., 2], "contact": contact} | face
    return {name: curve - curve.mean(axis=1, keepdims=True) for name, curve in by_name.items()}


def explained_share(curves: np.ndarray) -> float:
    """The explained share of one curve in K repetitions, (K, T); nan where it never moves."""
    within = curves.var(axis=0, ddof=1).mean()
    between = curves.mean(axis=0).var() - within / len(curves)
    whole = between + within
    return float(between / whole) if whole > 1e-12 else float("nan")


def explained_shares(dialogue: Dialogue, layout: Layout, count: int = REPETITIONS) -> dict[str, float]:
    """The explained share of every curve, mean of both people."""
    cues, repetitions = extract_cues(dialogue), []
    for seed in range(count):
        intents = synthesize(dialogue, layout, seed, cues)
        motions = aim(intents, room_poses(layout), (ADULT, ADULT))
        repetitions.append(curves(motions, intents[..., CONTACT_COLUMN]))
    return {
        name: float(np.mean([explained_share(_person(repetitions, name, i)) for i in (0, 1)]))
        for name in repetitions[0]
    }


def _person(repetitions: Sequence[dict[str, np.ndarray]], name: str, person: int) -> np.ndarray:
    return np.stack([curves[name][person] for curves in repetitions])
