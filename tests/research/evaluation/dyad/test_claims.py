"""What is said of a claim."""

import numpy as np

from research.evaluation.dyad import claims
from research.evaluation.dyad.bootstrap import Drawn
from research.training.ablations import RUNS


def drawn(metric, system, value):
    return Drawn(metric, system, value + 0.01 * np.random.default_rng(0).normal(size=21), 10)


def test_a_run_is_held_against_what_it_differs_from():
    rows = [drawn("LVE", "full", 1.0), drawn("LVE", "shipped", 5.0)]
    rows += [drawn("LVE", "no dubbing", 2.0), drawn("LVE", "shipped, voices swapped", 4.0)]
    found = {d.system: d.verdict for d in claims.check(rows, "teacher")}
    assert found == {"no dubbing": "worse", "shipped, voices swapped": "better"}


def test_seeds_are_taken_together_and_only_so_many_on_each_side():
    rows = [drawn("answer score", name, value) for name, value in (("full", 0.9), ("full, seed 1", 0.7))]
    rows += [drawn("answer score", name, 0.1) for name in ("no cross-attention", "no cross-attention, seed 1")]
    (found,) = claims.check(rows, "teacher")
    assert found.seeds == 2 and abs(found.value - 0.7) < 0.02 and found.verdict == "worse"


def test_every_claim_is_about_something_that_can_be_trained_or_played():
    names = {name.split(",")[0] for name in claims.CLAIMS} - {"shipped"}
    assert names <= set(RUNS)
