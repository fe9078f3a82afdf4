import numpy as np
import pytest

from research.evaluation import report
from research.evaluation.dyad import motion_errors

RNG = np.random.default_rng(0)


def test_each_group_reads_its_own_error_in_its_own_unit():
    truth = np.zeros((2, 50, 59))
    wrong = truth.copy()
    wrong[..., 56:59] = 0.01  # one centimetre
    found = motion_errors.squared_errors(truth, wrong)
    assert found["tran"] == pytest.approx(1)
    assert found["exp"] == found["lip"] == found["rot"] == found["eye"] == 0
    assert not any(motion_errors.squared_errors(truth, wrong, velocity=True).values())


def test_the_error_of_velocity_is_per_second():
    truth = np.zeros((2, 50, 59))
    drifting = truth.copy()
    drifting[..., 56] = 0.01 * np.arange(50)  # a centimetre a frame, 25 cm/s, in one of three columns
    assert motion_errors.squared_errors(truth, drifting, velocity=True)["tran"] == pytest.approx(25**2 / 3)


def test_best_of_takes_the_nearest_sample():
    truth = RNG.normal(size=(2, 50, 59))
    samples = np.stack([truth + 1, truth, truth - 2])
    assert not any(motion_errors.best_of(truth, samples).values())


def test_spread_is_the_mean_squared_distance_of_pairs():
    samples = RNG.normal(size=(4, 2, 30, 5))
    pairs = [((a - b) ** 2).mean() for i, a in enumerate(samples) for j, b in enumerate(samples) if i != j]
    assert motion_errors.spread_between(samples) == pytest.approx(np.mean(pairs))


def test_samples_like_the_truth_have_an_honest_spread():
    everything = RNG.normal(size=(11, 2, 400, 30))
    assert motion_errors.spread_to_skill(everything[0], everything[1:]) == pytest.approx(1, abs=0.02)
    assert motion_errors.spread_to_skill(everything[0], everything[1:] * 0.5) < 0.6


def test_the_interval_holds_the_mean_and_undefined_dialogues_do_not_count():
    measure = report.mean("x", "ours", [*np.random.default_rng(4).normal(3, 1, 200), float("nan")], "mm", "T1")
    assert measure.n == 200
    assert measure.low < 3 < measure.high and measure.high - measure.low == pytest.approx(4 / np.sqrt(200), rel=0.2)


def test_a_paired_difference_sees_what_two_intervals_cannot():
    base = RNG.normal(0, 5, 100)
    mean, low, high = report.differs(base + 0.5 + RNG.normal(0, 0.1, 100), base)
    assert 0.4 < low < mean < high < 0.6


def test_the_table_holds_every_system_and_unit():
    rows = report.table([report.mean("gap", system, [1, 2, 3], "mm", "T1") for system in ("ours", "B1")])
    assert rows.splitlines()[0].split() == ["metric", "unit", "n", "ours", "B1"]
    assert rows.splitlines()[1].startswith("gap") and rows.count("2 [") == 2
