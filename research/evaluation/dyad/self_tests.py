"""The metrics measured on motion whose answer is known (METRICS, last section), on the test set at hand.

What needs people of known coupling is in tests/evaluation: half the coupling reads 0.5 to 0.8, none reads 0.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.heads import lip_gap, load
from core.motion import CHANNELS, EXPRESSION_NAMES, HeadMotion

from ..mouth.errors import mouths
from ..mouth.events import lag
from .bootstrap import Stack, frechet, interaction_gap
from .distribution import pair_features
from .suite import Suite, looking_errors
from .systems import HEADS

LATE = 2  # frames, 80 ms
TURNED = 5.0  # degrees


@dataclass(frozen=True)
class Check:
    """One self-test."""

    says: str
    value: float
    low: float
    high: float

    @property
    def line(self) -> str:
        """For the end of the table."""
        verdict = "ok" if self.low <= self.value <= self.high else "FAILED"
        return f"{verdict:6}  {self.says}: {self.value:.4g} (must be {self.low:g} to {self.high:g})"


def checks(suite: Suite) -> list[Check]:
    """All of them."""
    pool, truth = suite.pool, suite.truth
    half = [m / 2 for m in truth]
    found = {d.metric: d.values[0] for d in pool.distances("itself", truth) + pool.diversity("frozen", still(truth))}
    features = [pair_features(m, pool.reference) for m in truth]
    gap = interaction_gap(Stack.of(features), Stack.of(features), suite.weights[:1])[0]
    made = [Check("FD of the truth from itself", found["FD exp"], -1e-5, 1e-5)]
    if pool.again:
        sizes = [
            frechet(Stack.of(_exp(truth)), Stack.of(_exp(some)), suite.weights[:1])[0] for some in (half, pool.again)
        ]
        made.append(Check("FD of half the amplitude over FD of another performance", sizes[0] / sizes[1], 1.0, np.inf))
    made += [
        Check("bits of a frozen face", found["SID exp listening"], 0, 0),
        Check("interaction gap of the truth from itself", gap, -1e-5, 1e-5),
        Check("lag of lips that are 80 ms late, s", _late_lips(suite), 0.075, 0.085),
        Check("degrees off contact of eyes turned by 5", _turned_eyes(suite), TURNED - 0.1, TURNED + 0.1),
        Check("closures found with the lips at rest", _rest(suite)["closures"], 1, 1),
        Check("jitter of lips at rest", _rest(suite)["jitter"], 0, 0),
    ]
    return made


def still(motions: list[np.ndarray]) -> list[np.ndarray]:
    """Everybody as in the first frame of the first dialogue."""
    return [np.broadcast_to(motions[0][:1, :1], m.shape) for m in motions]


def _exp(motions: list[np.ndarray]) -> list[np.ndarray]:
    return [m[..., CHANNELS["expression"]].reshape(-1, len(EXPRESSION_NAMES)) for m in motions]


def _late_lips(suite: Suite) -> float:
    gap = lip_gap(load(HEADS[0]), HeadMotion(suite.truth[0][0]))
    return lag(np.roll(gap, LATE), gap)


def _turned_eyes(suite: Suite) -> float:
    """Both eyes point TURNED past the partner's, whatever the scene."""
    seen = suite.seen[0]
    there = seen.origin[::-1] - seen.origin
    there /= np.linalg.norm(there, axis=-1, keepdims=True)
    aside = np.cross(there, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside, axis=-1, keepdims=True)
    past = np.cos(np.radians(TURNED)) * there + np.sin(np.radians(TURNED)) * aside
    turned = replace(seen, axes=np.stack([past, past], axis=2))
    return looking_errors(turned, seen, np.ones(past.shape[:2], bool))["gaze off where contact is deg"]


def _rest(suite: Suite) -> dict[str, float]:
    found, counts = mouths(suite.cases[0], np.zeros_like(suite.truth[0]), suite.truth[0])
    return {"closures": counts.recall, "jitter": found["lip jitter"]}
