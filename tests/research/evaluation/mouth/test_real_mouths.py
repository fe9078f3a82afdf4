"""Comparison with the mouths of video clips, on clips made by hand."""

import numpy as np
import pytest

from core.speech.features import FEATURES, WIDTH
from research.evaluation.mouth import opening_statistics, real_mouths
from research.evaluation.mouth.video_clips import Clip, shifted, voice_activity

FRAMES = 400


def clip(name: str, seed: int, in_statistics: bool = False) -> Clip:
    """A mouth that follows loudness, closed in frames 100 to 103, unknown in the first 50; features hear it exactly."""
    rng = np.random.default_rng(seed)
    level = np.convolve(rng.normal(size=FRAMES), np.hanning(9), "same")
    opening = 0.2 + 0.02 * level
    opening[100:104] = 0.0
    features = np.zeros((FRAMES, WIDTH))
    features[:, FEATURES["aperture"]] = opening[:, None]
    features[:, FEATURES["level"].start] = level
    opening[:50] = np.nan
    return Clip(name, features, level, opening, opening <= 0, np.zeros((2, FRAMES, 5)), np.zeros(1), in_statistics)


@pytest.fixture
def clips():
    return [clip(str(seed), seed, seed % 2 == 0) for seed in range(4)]


def rows(name, curve, clips):
    return {m.metric: m.value for m in real_mouths.measures(name, curve, clips)}


def test_the_real_opening_itself_agrees_and_one_that_is_late_does_not(clips):
    own = rows("own", real_mouths.aperture, clips)
    late = rows("late", lambda clip: np.roll(real_mouths.aperture(clip), 2), clips)

    assert own["r, median"] == pytest.approx(1) and own["closure rate"] == 1 and own["SLCC gap"] < 1e-6
    assert own["lag"] == pytest.approx(0, abs=5) and late["lag"] == pytest.approx(80, abs=5)
    assert own["MTM"] == 0 and late["MTM"] > 30 and late["r, median"] < 0.8
    assert own["speed, p95 over people's"] == pytest.approx(1) and own["freeze"] == own["freeze, people"]


def test_an_opening_against_loudness_has_an_slcc_gap(clips):
    assert rows("inverted", lambda clip: -clip.level, clips)["SLCC gap"] > 1


def test_closures_elsewhere_are_not_detected(clips):
    assert real_mouths.detected_closures(clips[0], real_mouths.aperture(clips[0])) == (1, 1)
    assert real_mouths.detected_closures(clips[0], np.roll(real_mouths.aperture(clips[0]), 100)) == (0, 1)


def test_held_out_clips_are_those_outside_the_statistics(clips):
    found = {m.metric: m.n for m in real_mouths.agreement("own", real_mouths.aperture, clips)}

    assert found["r, median"] == found["r, long clips"] == 4 and found["r, held out"] == found["r, long, held out"] == 2


def test_the_linear_map_is_fitted_on_the_other_clips(clips):
    alone = [clips[0], clip("inverted", 9)]
    alone[1].features[:, FEATURES["level"].start] *= -1
    curve = real_mouths.linear_map(alone)

    assert real_mouths.correlation(alone[0], curve(alone[0])) < -0.5  # learnt from the inverted clip only
    assert real_mouths.correlation(clips[0], real_mouths.linear_map(clips)(clips[0])) > 0.8


def test_a_positive_offset_reads_the_video_later():
    later = shifted(np.arange(5.0), 2)

    assert later[:3].tolist() == [2, 3, 4] and np.isnan(later[3:]).all()
    assert np.isnan(shifted(np.arange(5.0), -1)[0]) and shifted(np.arange(5.0), -1)[1] == 0


def test_voice_activity_reaches_a_fifth_of_a_second_beyond_the_voice():
    mono = np.full(100 * 640, 1e-5, np.float32)
    mono[40 * 640 : 60 * 640] = np.random.default_rng(0).normal(0, 0.1, 20 * 640)
    active = np.flatnonzero(voice_activity(mono))

    assert active.min() == pytest.approx(35, abs=1) and active.max() == pytest.approx(64, abs=1)


def test_openings_are_medians_over_the_persons_usual_opening(clips):
    usual = np.nanpercentile(clips[0].opening, 95)
    clips[0].features[100:104, FEATURES["visemes"].start + 1] = 0.9
    clips[0].features[200:204, FEATURES["visemes"].start + 2] = 0.9
    clips[0].opening[200:204] = 0.5 * usual
    clips[0].features[200:400, FEATURES["visemes"].start + 1] = 0.5  # not certain
    found = list(opening_statistics.openings_by_viseme(clips[:1]).values())

    assert np.isnan(found[3]) and found[1] == 0 and found[2] == pytest.approx(0.5, abs=0.01)
