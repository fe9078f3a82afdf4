"""Responses to a given partner, of people whose coupling is known."""

import numpy as np
import pytest

from core.motion import EXPRESSION_NAMES
from research.evaluation.dyad import responses
from research.evaluation.dyad.bootstrap import draw_weights
from research.evaluation.dyad.coupling import BEHAVIOURS
from research.evaluation.dyad.responses import Behaviour, Partners

DIALOGUES, BINS, CHANNELS, DELAY = 60, 300, len(BEHAVIOURS), 0.8  # s


def people(seed: int, coupling: float, partners=None):
    """Pairs in which each answers ``partners`` (or the other) 0.8 s later by ``coupling``; audio moves all alike."""
    talk_rng, rng, found = np.random.default_rng(99), np.random.default_rng(seed), []
    for n in range(DIALOGUES):
        talk, free = talk_rng.normal(size=(2, BINS, CHANNELS)), rng.normal(size=(2, BINS, CHANNELS))
        acts = rng.uniform(0, 60, (2, 5))
        pair = []
        for i in (0, 1):
            curves, times = (partners[n][1 - i].curves, partners[n][1 - i].onsets) if partners else (free[1 - i], None)
            partner_acts = times["nods"] if partners else acts[1 - i]
            answered = rng.random(len(partner_acts)) < coupling
            own = coupling * np.roll(curves, 4, axis=0) + free[i] + talk[i] + talk[1 - i]
            pair.append(
                Behaviour(own, {act: np.append(acts[i], partner_acts[answered] + DELAY) for act in responses.ACTS})
            )
        found.append(tuple(pair))
    return found


@pytest.fixture(scope="module")
def partners():
    return Partners(people(0, 0.8), people(1, 0.8), draw_weights(DIALOGUES, 50))


def values(estimates):
    return {d.metric: d.values for d in estimates}


def test_with_the_partners_motion_the_score_is_high_and_without_it_zero(partners):
    seeing = values(partners.numbers("seeing", people(2, 0.8, partners.true)))
    blind = values(partners.numbers("blind", people(3, 0.8)))
    assert seeing["response score"][0] > 0.6 and abs(blind["response score"][0]) < 0.1
    assert values(partners.numbers("truth", partners.true))["response score"][0] == pytest.approx(1)
    assert seeing["nods answered"][0] > 0.4 and abs(blind["nods answered"][0]) < 0.06


def test_the_delay_of_answers_is_read_and_of_chance_there_is_none(partners):
    seeing = values(partners.numbers("seeing", people(2, 0.8, partners.true)))
    assert seeing["delay of answered nods"][0] == pytest.approx(DELAY, abs=0.08)  # some are overtaken by chance
    assert np.isnan(values(partners.numbers("blind", people(4, 0.0)))["delay of answered nods"][0])


def test_another_synthesis_scores_as_the_truth(partners):
    truth = partners.excess(partners.true)
    assert values(partners.exchanged().numbers("others", partners.other, truth))["response score"][0] == pytest.approx(
        1, abs=0.15
    )


def test_an_answer_is_the_first_that_comes_after():
    own = np.array([1.0, 1.5, 9.0])
    assert responses.count_answers(own, np.array([0.7, 5.0]), 0.1, 1.5) == (
        2,
        1,
        pytest.approx(0.3),
    )
    assert responses.count_answers(np.array([]), np.array([0.7]), 0.1, 1.5) == (1, 0, 0.0)


def test_a_smile_begins_where_it_grows():
    curve = np.zeros(250)
    curve[100:] = np.minimum(np.arange(150) / 12, 1) * 0.4
    assert responses._rises(curve) == pytest.approx([3.7], abs=0.3)
    assert "mouthSmileLeft" in EXPRESSION_NAMES and not len(responses._rises(np.full(250, 0.3)))
