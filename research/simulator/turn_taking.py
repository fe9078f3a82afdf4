"""Turn layout of all simulated recordings: who speaks from when to when, by the statistics of conversation.

Dialogues (dialogue.py) follow turn_taking.json as measured. Mixtures (mixtures.py) train the target-speaker VAD and are
broader on purpose, so that it is robust: turns are log-normal (no median per person), gaps take the whole range of
quantiles, backchannels go from none to eight a minute, and the overlap is a factor drawn for each mixture, from none to
all speakers at once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .tracks import Span

QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
TURN_SIGMA, TURN_RANGE = 1.09, (0.5, 20.0)  # of mixtures: a log-normal with the mean of turn_taking.json; s
LEAD = 0.3  # s, from the start of a turn to that of the next, at least
ALONE = 0.12  # s, shortest silence between two turns of one person in a dialogue
CONTINUES = 0.07  # share of the turns of a mixture after which the same person goes on after a pause
SHORTEST_GAP = 0.04  # s, between turns of a mixture without overlap
BACKCHANNELS_PER_MINUTE = (0.0, 8.0)  # of mixtures, of the partner's speech
BACKCHANNEL_LENGTH = (0.25, 0.85)  # s, of mixtures
DENSE = 1.5  # overlap of a mixture above which every turn starts that much earlier, s


def default_statistics() -> dict:
    """The numbers of turn_taking.json."""
    return json.loads(Path(__file__).with_name("turn_taking.json").read_text("utf-8"))


@dataclass(frozen=True)
class TurnTaking:
    """The distributions from which :func:`take_turns` draws, in the order of its fields."""

    length: Callable[[int], float]  # s, of a turn of this person
    offset: Callable[[], float]  # floor transfer offset, s; negative overlaps
    next_speaker: Callable[[int], int]  # after this person
    alone: float = -np.inf  # s, shortest silence between two turns of one person


def take_turns(
    turn_taking: TurnTaking,
    speak: Callable[[float, int, float], Span | None],
    start: float,
    speaker: int,
    last_start: float,
) -> list[Span]:
    """Turns one after another, the first by ``speaker`` at ``start`` s, none after ``last_start`` s.

    speak: gets start (s), speaker and wanted length (s) of a turn, places the speech, and returns the turn as it
           became, or None where none fits, which ends the recording
    """
    turns, silent_from = [], {}
    while start < last_start:
        turn = speak(start, speaker, turn_taking.length(speaker))
        if turn is None:
            break
        turns.append(turn)
        silent_from[speaker] = turn.end + turn_taking.alone
        start = max(turn.start + LEAD, turn.end + turn_taking.offset())
        speaker = turn_taking.next_speaker(speaker)
        start = max(start, silent_from.get(speaker, start))
    return turns


def measured(statistics: dict, rng: np.random.Generator) -> TurnTaking:
    """Two people who alternate as in ``statistics`` (turn_taking.json), one of them speaking more."""
    share = np.clip(rng.normal(0.5, 0.09), 0.28, 0.72)
    weight = (2 * share, 2 - 2 * share)
    return TurnTaking(
        length=lambda speaker: draw(statistics["turn_length_s"], rng) * weight[speaker],
        offset=lambda: draw(statistics["floor_transfer_offset_s"], rng),
        next_speaker=lambda speaker: 1 - speaker,
        alone=ALONE,
    )


def varied(overlap: float, rng: np.random.Generator) -> TurnTaking:
    """Two people of a mixture with ``overlap`` as in its Recipe."""
    return TurnTaking(
        length=lambda speaker: _draw_length(rng),
        offset=lambda: _overlapping(_draw_offset(rng), overlap),
        next_speaker=lambda speaker: 1 - speaker if rng.random() < 1 - CONTINUES else speaker,
    )


def one_by_one(people: int, rng: np.random.Generator) -> TurnTaking:
    """Any number of ``people`` of a mixture, never two at once, in random order; one alone makes pauses."""
    return TurnTaking(
        length=lambda speaker: _draw_length(rng),
        offset=lambda: _overlapping(_draw_offset(rng), 0.0),
        next_speaker=lambda speaker: (speaker + int(rng.integers(1, people))) % people if people > 1 else 0,
    )


def draw(quantiles: dict[str, float], rng: np.random.Generator) -> float:
    """One value of a distribution given by those of QUANTILES that it has, between 3 and 97 %."""
    return float(np.interp(rng.uniform(0.03, 0.97), *_points(quantiles)))


def _draw_offset(rng: np.random.Generator) -> float:
    """Floor transfer offset of a mixture, s: the quantiles of turn_taking.json with their full weight at the ends."""
    return float(np.interp(rng.random(), *_points(STATISTICS["floor_transfer_offset_s"])))


def _overlapping(offset: float, overlap: float) -> float:
    """``offset`` (s) at a Recipe's ``overlap``: at least SHORTEST_GAP without, all at once above DENSE."""
    if not overlap:
        return max(SHORTEST_GAP, offset)
    offset -= max(0.0, overlap - DENSE)
    return offset * overlap if offset < 0 else offset


def _draw_length(rng: np.random.Generator) -> float:
    """Length of a turn of a mixture, s: log-normal within TURN_RANGE."""
    return float(np.clip(rng.lognormal(np.log(STATISTICS["turn_length_s"]["median"]), TURN_SIGMA), *TURN_RANGE))


def _points(quantiles: dict[str, float]) -> tuple[list[float], list[float]]:
    known = [name for name in QUANTILES if name in quantiles]
    return [QUANTILES[name] for name in known], [quantiles[name] for name in known]


STATISTICS = default_statistics()
