"""Simulated mixtures: their ground truth is audible speech, and they follow their recipe."""

from dataclasses import replace

import numpy as np

from core.audio import SAMPLE_RATE
from research.corpora.surroundings import Surroundings
from research.corpora.voices import LEVEL, STEP, Piece, Voice
from research.simulator import mixtures

QUIET = Surroundings()
RECIPE = mixtures.Recipe(seconds=12.0, room="dry", snr=50.0)


def buzz(hertz: float, seconds: float = 1.0) -> np.ndarray:
    """(n,) harmonics at LEVEL."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = sum(np.sin(2 * np.pi * k * hertz * times) / k for k in range(1, 12))
    return (sound * LEVEL / np.sqrt(np.mean(sound**2))).astype(np.float32)


def voice(name: str, hertz: float) -> Voice:
    return Voice(name, "", (Piece(buzz(hertz), pause=0.1), Piece(buzz(hertz * 1.1, 0.6), pause=0.3)))


PAIR = voice("low", 110), voice("high", 220)


def audible(own: float, other: float, noise: float) -> np.ndarray:
    """(100,) audible steps of the first voice, for levels of both voices and of noise in dB."""
    rng = np.random.default_rng(0)
    sounds = [10 ** (level / 20) * rng.normal(size=100 * STEP) for level in (own, other, noise)]
    return mixtures.audible(np.ones((2, 100), bool), np.stack(sounds[:2]), sounds[2])[0]


def test_a_voice_is_audible_beside_a_louder_one_and_in_little_noise():
    assert audible(-20, -80, -60).all() and audible(-20, -10, -60).all() and audible(-20, -80, -18).all()


def test_a_voice_masked_by_the_other_or_by_noise_is_not_audible():
    assert not audible(-50, -20, -80).any() and not audible(-40, -80, -20).any()


def test_the_truth_is_what_is_audible_of_what_sounds():
    loud = mixtures.mix(PAIR, QUIET, RECIPE, PAIR[0], seed=1)
    drowned = mixtures.mix(PAIR, QUIET, replace(RECIPE, snr=-30.0), PAIR[0], seed=1)

    assert loud.truth.sum() > 100 and drowned.truth.sum() < 0.2 * loud.truth.sum()
    np.testing.assert_array_equal(loud.steps, drowned.steps)


def test_without_overlap_nobody_speaks_at_once():
    alone = mixtures.mix(PAIR, QUIET, replace(RECIPE, overlap=0.0), PAIR[0], seed=2)

    assert not alone.steps.all(0).any() and alone.steps.any(1).all()


def test_a_resampled_speaker_is_faster():
    sized = replace(RECIPE, overlap=0.0, sizes=(1.25, 1.25))

    assert len(mixtures._resized(PAIR[0].pieces[0].samples, 1.25)) == SAMPLE_RATE / 1.25
    assert mixtures.mix(PAIR, QUIET, sized, PAIR[0], seed=3).truth.any(1).all()


def test_three_people_speak_one_after_the_other():
    three = mixtures.mix_turns((*PAIR, voice("child", 300)), QUIET, replace(RECIPE, seconds=30.0), PAIR[0], seed=4)

    assert three.steps.shape[0] == three.truth.shape[0] == 3 and three.steps.any(1).all()
    assert three.steps.sum(0).max() == 1


def test_one_alone_is_all_that_is_heard():
    alone = mixtures.mix_turns(PAIR[:1], QUIET, RECIPE, PAIR[1], seed=5)

    assert alone.truth.shape[0] == 1 and alone.truth.sum() > 100
