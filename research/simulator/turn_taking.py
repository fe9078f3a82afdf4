"""Turn-taking statistics of both simulators.

Dialogues (dialogue.py) follow turn_taking.json as measured. Mixtures (mixtures.py) train the target-speaker VAD and are
broader on purpose, so that it is robust: turns are log-normal (no median per person), gaps take the whole range of
quantiles, backchannels go from none to eight a minute, and the overlap is a factor drawn for each mixture, from none to
all speakers at once.
"""

import json
from pathlib import Path

import numpy as np

QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
TURN_SIGMA, TURN_RANGE = 1.09, (0.5, 20.0)  # of mixtures: a log-normal with the mean of turn_taking.json; s
BACKCHANNELS_PER_MINUTE = (0.0, 8.0)  # of mixtures, of the partner's speech
BACKCHANNEL_LENGTH = (0.25, 0.85)  # s, of mixtures
DENSE = 1.5  # overlap of a mixture above which every turn starts that much earlier, s


def default_statistics() -> dict:
    """The numbers of turn_taking.json."""
    return json.loads(Path(__file__).with_name("turn_taking.json").read_text("utf-8"))


def draw(quantiles: dict[str, float], rng: np.random.Generator) -> float:
    """One value of a distribution given by those of QUANTILES that it has, between 3 and 97 %."""
    return float(np.interp(rng.uniform(0.03, 0.97), *_points(quantiles)))


def draw_offset(rng: np.random.Generator) -> float:
    """Floor transfer offset of a mixture, s: the quantiles of turn_taking.json with their full weight at the ends."""
    return float(np.interp(rng.random(), *_points(STATISTICS["floor_transfer_offset_s"])))


def draw_turn_length(rng: np.random.Generator) -> float:
    """Length of a turn of a mixture, s: log-normal within TURN_RANGE."""
    return float(np.clip(rng.lognormal(np.log(STATISTICS["turn_length_s"]["median"]), TURN_SIGMA), *TURN_RANGE))


def _points(quantiles: dict[str, float]) -> tuple[list[float], list[float]]:
    known = [name for name in QUANTILES if name in quantiles]
    return [QUANTILES[name] for name in known], [quantiles[name] for name in known]


STATISTICS = default_statistics()
