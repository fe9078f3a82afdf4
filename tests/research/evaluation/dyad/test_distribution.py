"""Tests of the metrics themselves (METRICS, last section): on motion whose answer is known."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from research.evaluation.dyad import distribution as d
from research.evaluation.dyad.bootstrap import draw_weights
from research.evaluation.dyad.pooled_metrics import PooledMetrics

CHANNELS = 12
ALL = slice(0, CHANNELS)


def people(seed, coupling=0.8, dialogues=48, frames=1500):
    """Pairs (2, frames, CHANNELS) of smooth motion; B follows A by ``coupling``."""
    rng = np.random.default_rng(seed)
    kernel = np.hanning(26) / np.hanning(26).sum()

    def smooth():
        noise = rng.normal(size=(frames + 25, CHANNELS))
        return np.stack([np.convolve(noise[:, c], kernel, "valid") for c in range(CHANNELS)], axis=1)

    pairs = []
    for _ in range(dialogues):
        a, own = smooth(), smooth()
        pairs.append(np.stack([a, coupling * a + np.sqrt(1 - coupling**2) * own]))
    return pairs


@pytest.fixture(scope="module")
def truth():
    return people(0)


@pytest.fixture(scope="module")
def reference(truth):
    return d.Reference.fit(people(1))


def moments_of(pairs, reference, **kind):
    moments = [d.frame_moments(pair, reference, ALL, **kind) for pair in pairs]
    return sum(moments[1:], moments[0])


def test_the_distance_to_itself_is_zero(truth, reference):
    assert d.frechet(moments_of(truth, reference), moments_of(truth, reference)) == pytest.approx(0, abs=1e-6)


def test_half_the_amplitude_is_worse_than_a_second_sample_of_the_truth(truth, reference):
    own = moments_of(truth, reference)
    half = d.frechet(own, moments_of([pair / 2 for pair in truth], reference))
    assert half > 10 * d.frechet(own, moments_of(people(2), reference))


def test_the_dynamic_distance_sees_what_the_static_cannot(truth, reference):
    mixed = [pair[:, np.random.default_rng(3).permutation(pair.shape[1])] for pair in truth]
    assert d.frechet(moments_of(truth, reference), moments_of(mixed, reference)) == pytest.approx(0, abs=1e-6)
    assert d.frechet(moments_of(truth, reference, dynamic=True), moments_of(mixed, reference, dynamic=True)) > 1


def test_too_few_frames_are_refused(truth, reference):
    with pytest.raises(ValueError, match="50 a dimension"):
        d.frechet(moments_of([truth[0][:, :100]], reference), moments_of(truth, reference))


def pooled_metrics(truth, reference, clusters=None):
    masks = np.ones((2, truth[0].shape[1]))
    return PooledMetrics(reference, clusters or {}, [masks] * len(truth), truth, None, draw_weights(len(truth), 1))


def read(estimates):
    return {d.metric: d.values[0] for d in estimates}


def test_the_interaction_gap_is_never_negative_and_grows_for_strangers(truth, reference):
    measured = pooled_metrics(truth, reference)
    strangers = [np.stack([a[0], b[1]]) for a, b in zip(truth, truth[1:] + truth[:1], strict=True)]
    gaps = [read(measured.interaction("", some))["interaction gap"] for some in (truth, people(2), strangers)]
    assert -1e-6 <= gaps[0] < gaps[1] < gaps[2]


@pytest.mark.parametrize("coupling, low, high", [(0.8, 0.9, 1.1), (0.4, 0.5, 0.8), (0.0, -0.1, 0.1)])
def test_the_interaction_score_reads_the_coupling(truth, reference, coupling, low, high):
    found = read(pooled_metrics(truth, reference).interaction("", people(5, coupling)))
    assert low <= found["interaction score"] <= high


def test_a_frozen_face_has_no_diversity(truth):
    turned = [np.pad(pair[..., :6], ((0, 0), (0, 0), (44, 9))) for pair in truth[:4]]
    reference = d.Reference.fit(turned)
    frames = np.concatenate([pair.reshape(-1, 59) for pair in turned]) / reference.std
    model = KMeans(20, n_init=1, random_state=0).fit(frames[:, 44:50])
    measured = pooled_metrics(turned, reference, {"rot": [model]})
    frozen, true = (read(measured.diversity("", some)) for some in ([np.zeros_like(p) for p in turned], turned))
    assert frozen["SID rot speaking"] == 0 and frozen["SID coverage rot speaking"] <= 1 / 15
    assert true["SID rot speaking"] > 3 and true["SID error rot speaking"] == 0


def test_partner_correlation_finds_the_partner_at_the_lag(truth):
    a = truth[0][0]
    late = np.stack([a, np.roll(a, 10, axis=0)])  # B does what A does 0.4 s later
    correlation = d.partner_correlation(late, ALL).mean(axis=1)
    assert correlation.argmax() * 5 - 50 == 10 and correlation.max() > 0.95
    assert d.partner_correlation_error(late, late, ALL) == 0


def test_the_distance_while_listening_leaves_out_all_else():
    rng = np.random.default_rng(0)
    motions = list(rng.normal(size=(3, 2, 4000, 59)))
    masks = np.zeros((2, 4000))
    masks[0, :1500] = masks[1, 1500:3000] = 1  # then both are silent
    measured = PooledMetrics(d.Reference.fit(motions), {}, [masks] * 3, motions, None, draw_weights(3, 1))
    elsewhere = [motion.copy() for motion in motions]
    for motion in elsewhere:
        motion[0, :1500] *= 3
        motion[1, 1500:] *= 3
        motion[0, 3000:] *= 3
    found = read(measured.distances("", elsewhere))
    assert found["FD listening exp"] == pytest.approx(0, abs=1e-6) and found["FD exp"] > 1
