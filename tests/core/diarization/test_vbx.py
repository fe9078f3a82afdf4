"""VBx finds unknown speakers and who speaks when; LDA scores are distances between them."""

import numpy as np

from core.diarization import lda, vbx

SPREAD = np.full(4, 6.0)


def talk(distance: float, voices: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(W, 4) points of people who take turns of twelve windows, ``distance`` apart, and who it was: (W,)."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(20) % voices, 12)
    centres = np.eye(4)[:voices] * distance
    points = centres[who] + rng.normal(size=(len(who), 4))
    return points - points.mean(0), who


def right(fit: vbx.Fit, who: np.ndarray) -> float:
    share = float(((fit.posteriors[:, 1] > 0.5) == who).mean())
    return max(share, 1 - share)


def test_two_voices_that_single_windows_do_not_tell_apart_are_told_apart_by_their_turns():
    points, who = talk(2.5, 2)
    nearest = (points @ (np.eye(4)[1] - np.eye(4)[0])) > 0

    fit = vbx.fit(points, SPREAD, 2)

    assert right(fit, who) > 0.97 > (nearest == who).mean()


def test_more_voices_than_there_are_explain_a_recording_no_better():
    one, two = talk(3.0, 1)[0], talk(3.0, 2)[0]

    assert vbx.fit(one, SPREAD, 1).score > vbx.fit(one, SPREAD, 2).score
    assert vbx.fit(two, SPREAD, 2).score > vbx.fit(two, SPREAD, 1).score


def test_a_thinned_recording_gives_the_same_voices():
    points, who = talk(4.0, 2)

    assert right(vbx.fit(points[::3], SPREAD, 2, every=3), who[::3]) > 0.95


def test_lda_scores_are_distances_from_the_midpoint_of_two_speakers():
    rng = np.random.default_rng(0)
    centres = np.abs(rng.normal(size=(2, 256)))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)

    towards = lda.scores(np.stack([centres[0], centres[1], centres.mean(0)]), centres)

    apart = np.linalg.norm(np.subtract(*lda.project(centres)))
    np.testing.assert_allclose(towards, [apart / 2, -apart / 2, 0], atol=1e-3)
