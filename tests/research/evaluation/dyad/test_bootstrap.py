"""Paired bootstraps, and the verdicts on differences."""

import numpy as np
import pytest

from research.evaluation.dyad import bootstrap, claims, distribution
from research.evaluation.dyad.pooled_metrics import weighted_slope

RNG = np.random.default_rng(0)
WEIGHTS = bootstrap.draw_weights(40, 200)


def pairs(seed, scale=1.0):
    """(300, 6) of each of 40 dialogues."""
    return list(np.random.default_rng(seed).normal(size=(40, 300, 6)) * scale)


def test_the_first_draw_is_the_test_set_itself():
    truth, made = pairs(0), pairs(1, 0.5)
    found = bootstrap.frechet(bootstrap.StackedMoments.of(truth), bootstrap.StackedMoments.of(made), WEIGHTS[:1])
    assert found[0] == pytest.approx(
        distribution.frechet(*(distribution.Moments.of(np.concatenate(x)) for x in (truth, made)))
    )


def test_half_the_amplitude_is_worse_in_every_draw():
    truth = bootstrap.StackedMoments.of(pairs(0))
    second, half = (
        bootstrap.frechet(truth, bootstrap.StackedMoments.of(p), WEIGHTS) for p in (pairs(1), pairs(1, 0.5))
    )
    assert (half > second).all()


def test_too_few_frames_are_refused():
    few = bootstrap.StackedMoments.of([x[:5] for x in pairs(0)])
    assert np.isnan(bootstrap.frechet(few, few, WEIGHTS)).all()


def number(values, system="ours", metric="LVE"):
    return bootstrap.Estimate.mean(metric, system, values, WEIGHTS)


def test_a_difference_is_paired_and_has_a_verdict_only_where_it_excludes_zero():
    base = RNG.normal(0, 5, 40)
    certain = bootstrap.difference([number(base + 0.5)], [number(base)], None, "low")
    assert certain.verdict == "worse" and certain.low == pytest.approx(0.5) == certain.high
    uncertain = bootstrap.difference([number(base + RNG.normal(0, 5, 40))], [number(base)], None, "low")
    assert uncertain.low < 0 < uncertain.high and uncertain.verdict == "no difference"
    assert bootstrap.difference([number(base + 0.5)], [number(base)], None, "high").verdict == "better"


def test_what_is_past_the_truth_is_as_wrong_as_what_falls_short_of_it():
    truth, short, past = (number(np.full(40, v)) for v in (10.0, 8.0, 13.0))
    assert bootstrap.difference([past], [short], truth, "truth").value == pytest.approx(1)


def test_dialogues_without_a_case_do_not_count():
    values = np.full(40, 3.0)
    values[::2] = np.nan
    assert number(values).n == 20 and number(values).measure.value == 3


def test_a_claim_takes_the_seeds_together_and_reads_its_own_direction():
    rows = [number(np.full(40, v), system) for v, system in ((3, "full"), (5, "full, seed 1"), (9, "no dubbing"))]
    rows += [number(np.full(40, v), s, "closure rate") for v, s in ((0.9, "full"), (0.5, "no dubbing"))]
    found = {d.metric: d for d in claims.check(rows, "simulator")}
    assert found["LVE"].value == pytest.approx(6) and found["LVE"].seeds == 1
    assert found["closure rate"].verdict == "worse"
    assert "no dubbing" in claims.table(list(found.values()))


def test_the_slope_of_a_line_is_its_slope():
    x = RNG.normal(size=(40, 2))
    assert weighted_slope(x, 0.9 * x + 3, WEIGHTS) == pytest.approx(0.9)
    known = np.where(x > -1, x, np.nan)
    assert weighted_slope(known, np.where(x > -1, 0.9 * x + 3, 50), WEIGHTS) == pytest.approx(0.9)
