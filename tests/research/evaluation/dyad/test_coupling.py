"""The coupling score on people whose coupling is known (METRICS, tests of the metrics themselves)."""

import numpy as np
import pytest

from research.evaluation.dyad import coupling
from research.evaluation.dyad.bootstrap import draw_weights

DIALOGUES, BINS, CHANNELS, LATE = 60, 300, 6, 4


def takes(seed, strength):
    """Two takes of every dialogue: the talk moves both of them, and B answers A 0.8 s later by ``strength``."""
    found, talk_rng, rng = [], np.random.default_rng(99), np.random.default_rng(seed)
    for _ in range(DIALOGUES):
        talk, pair = talk_rng.normal(size=(2, BINS, CHANNELS)), []
        for _ in (0, 1):
            own = rng.normal(size=(2, BINS, CHANNELS))
            own[1] = strength * np.roll(own[0], LATE, axis=0) + np.sqrt(1 - strength**2) * own[1]
            pair.append(own + talk + talk[::-1])  # who speaks makes both move at once, in every take
        found.append(coupling.excess_correlation(pair))
    return np.stack(found)


@pytest.fixture(scope="module")
def truth():
    return takes(0, 0.8)


@pytest.mark.parametrize("strength, low, high", [(0.8, 0.9, 1.1), (0.4, 0.4, 0.6), (0.0, -0.1, 0.1)])
def test_the_score_reads_the_coupling_whatever_the_talk_makes_both_do(truth, strength, low, high):
    score = coupling.coupling_score(takes(1, strength), truth, draw_weights(DIALOGUES, 20))
    assert low <= score[0] <= high
    assert np.abs(score[1:] - score[0]).max() < 0.3


def test_what_is_answered_shows_at_its_lag(truth):
    curve = truth.mean(axis=(0, 2))
    assert curve.argmax() - coupling.REACH == LATE
    assert np.abs(np.delete(curve, curve.argmax())).max() < curve.max() / 5


def test_one_who_cannot_vary_cannot_react(truth):
    same = [np.random.default_rng(i).normal(size=(2, BINS, CHANNELS)) for i in range(3)]
    assert not np.abs(np.stack([coupling.excess_correlation([pair, pair]) for pair in same])).max() > 1e-12


def test_synchrony_reads_the_delay_of_the_partner():
    a = np.random.default_rng(0).normal(size=(1500, 3)).cumsum(axis=0)
    assert coupling.synchrony(np.stack([a, np.roll(a, 20, axis=0)])) == pytest.approx(0.8)
    assert np.isnan(coupling.synchrony(np.zeros((2, 1500, 3))))
