"""The benchmark on three short dialogues: the truth against itself, and against motion that is wrong in a known way."""

import numpy as np
import pytest

from core import gaze
from core.layout import Layout
from core.speech import features
from research.corpora.recordings import Phone
from research.evaluation.dyad import self_tests
from research.evaluation.dyad.benchmark import Benchmark, Generated, cache_name
from research.evaluation.dyad.systems import Case, constant_pose

FRAMES, CONTACT = 1250, 52


def case(seed: int, number: int) -> Case:
    """Fifty seconds, turns of five; smooth random motion, jaws that open while speaking and close in a P."""
    rng = np.random.default_rng(seed)
    masks = np.zeros((2, FRAMES), np.float32)
    masks[0] = np.arange(FRAMES) // 125 % 2
    masks[1] = 1 - masks[0]
    intents = np.zeros((2, FRAMES, gaze.INTENT_WIDTH), np.float32)
    noise = rng.normal(size=(2, FRAMES + 24, gaze.INTENT_WIDTH))
    smooth = np.stack([[np.convolve(c, np.hanning(25) / 12, "valid") for c in own.T] for own in noise])
    intents[:] = 0.03 * smooth.transpose(0, 2, 1)
    intents[..., :44] = np.abs(intents[..., :44])
    intents[..., 9] = 0.2 * masks * (1.5 + np.sin(np.arange(FRAMES)))
    intents[..., CONTACT] = rng.random((2, FRAMES // 50)).repeat(50, axis=1) > 0.5
    intents[..., 50] = 0.4 * (1 - intents[..., CONTACT])  # averted by 23 degrees
    closure = round(6.0 * 25)
    intents[0, closure - 1 : closure + 4, :44] = 0
    phones = ([Phone(6.0, 6.12, "P"), Phone(6.4, 6.8, "AA")], [Phone(1.0, 1.4, "AA")])
    voices = rng.normal(size=(2, FRAMES, features.WIDTH)) * masks[..., None]
    turns = np.array([[5 * i, 5 * i + 5, (i + 1) % 2] for i in range(10)])
    layout = Layout(facing_a=20.0 * number, facing_b=-10.0, contact_a=0.3 + 0.2 * number)
    return Case(voices.astype(np.float16), masks, intents, layout, turns, phones, number)


@pytest.fixture(scope="module")
def benchmark():
    return Benchmark(
        [case(n, n) for n in range(3)], [case(10 + n, n) for n in range(3)], [[case(20 + n, n) for n in range(3)]]
    )


@pytest.fixture(scope="module")
def true(benchmark):
    return read(benchmark, benchmark.generated.intents)


def read(benchmark, takes):
    return {e.metric: e.values[0] for e in benchmark.numbers("", Generated.of(takes, benchmark.cases))}


def test_the_truth_has_no_error(true):
    zero = ["MSE exp", "vMSE rot", "LVE", "rPCC exp", "FRSyn error", "gaze error deg", "face error deg"]
    assert [true[name] for name in zero] == pytest.approx([0] * len(zero), abs=1e-3)
    assert true["contact error at true contact deg"] < 1
    assert true["lip jitter"] == true["head jerk"] == true["closure rate"] == pytest.approx(1)
    assert 0.3 < true["face gaze"] < 0.7 and true["share error"] < 0.3
    assert true["FD dynamic exp"] == pytest.approx(0, abs=1e-6) and true["false closure"] == 0
    assert true["SID coverage exp speaking"] == 1 and true["SID error rot listening"] == 0


def test_a_neutral_face_misses_what_the_truth_does(benchmark, true):
    neutral = [constant_pose(np.zeros(gaze.INTENT_WIDTH))(one, 0) for one in benchmark.cases]
    still = read(benchmark, [neutral])

    assert still["LVE"] > 5 and still["MSE lip"] > still["MSE exp"] > 0 and still["lip jitter"] == 0
    assert np.isnan(still["leak"])
    assert still["false closure"] == 1 and still["FD exp"] > true["FD exp"] + 10
    assert still["SID exp speaking"] == 0 and still["saccades per minute"] == 0


def test_exchanged_people_are_wrong_in_lips_and_leak(benchmark, true):
    swapped = read(benchmark, [[one.intents[::-1] for one in benchmark.cases]])

    assert swapped["LVE"] > 5 and swapped["leak"] > 2 > true["leak"]


def test_a_second_take_gives_diversity_and_the_best_of_two(true):
    assert true["MSE exp, best of 2"] == 0 and true["FRDiv exp"] > 0 and true["spread to skill rot"] > 0


def test_the_metrics_pass_their_own_tests(benchmark):
    checks = {check.name: check for check in self_tests.checks(benchmark)}
    names = ["FD of the truth to itself", "SID of a frozen face, bits", "lag of lips delayed by 80 ms, s"]
    names += ["contact error of eyes turned by 5 degrees", "jitter of closed lips"]
    assert [name for name in names if "FAILED" in checks[name].line] == []


def test_cached_motion_belongs_to_system_weights_seed_and_dialogues(benchmark):
    cases = benchmark.cases
    variants = [("a", "x", cases, 0), ("b", "x", cases, 0), ("a", "y", cases, 0), ("a", "x", cases, 1)]
    assert len({cache_name(*variant) for variant in [*variants, ("a", "x", cases[:2], 0)]}) == 5


def test_motion_is_read_from_the_cache(benchmark, tmp_path):
    calls = []

    def system(case, seed):
        calls.append(seed)
        return case.intents

    first = Generated.by(system, benchmark.cases, 3, 1, tmp_path / "a.npz")
    again = Generated.by(system, benchmark.cases, 3, 1, tmp_path / "a.npz")
    assert calls == [6000, 6001, 6002]
    np.testing.assert_allclose(first.intents[0][1], again.intents[0][1], atol=1e-3)
