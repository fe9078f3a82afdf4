"""Verdicts on claims."""

import numpy as np

from research.evaluation.dyad import claims
from research.evaluation.dyad.bootstrap import Estimate
from research.training.ablations import RUNS


def estimates(metric, system, value):
    return Estimate(metric, system, value + 0.01 * np.random.default_rng(0).normal(size=21), 10)


def test_a_run_is_held_against_what_it_differs_from():
    rows = [estimates("LVE", "full", 1.0), estimates("LVE", "shipped", 5.0)]
    rows += [estimates("LVE", "no dubbing", 2.0), estimates("LVE", "shipped, voices swapped", 4.0)]
    found = {d.system: d.verdict for d in claims.check(rows, "simulator")}
    assert found == {"no dubbing": "worse", "shipped, voices swapped": "better"}


def test_seeds_are_taken_together_and_only_so_many_on_each_side():
    rows = [estimates("response score", name, value) for name, value in (("full", 0.9), ("full, seed 1", 0.7))]
    rows += [estimates("response score", name, 0.1) for name in ("no cross-attention", "no cross-attention, seed 1")]
    (found,) = claims.check(rows, "simulator")
    assert found.seeds == 2 and abs(found.value - 0.7) < 0.02 and found.verdict == "worse"


def test_every_claim_names_a_run_that_can_be_trained_or_evaluated():
    names = {name.split(",")[0] for name in claims.CLAIMS} - {"shipped"}
    assert names <= set(RUNS)
