import numpy as np
import pytest

from core import heads
from core.engine.networks.articulation import VISEMES
from core.motion import EXPRESSION_NAMES
from research.evaluation.mouth.lip_curves import expression_gap
from research.evaluation.mouth.simulator_lips import MouthStatistics, compare, mouth_statistics

PHONES = [(1.0, 1.4, "AA"), (1.4, 1.56, "P"), (1.56, 2.0, "IY")]


def mouth(closing: bool) -> MouthStatistics:
    """Ten seconds of a mouth that opens 10 mm in its first phone, 5 mm in its last, and perhaps closes between."""
    gap = np.full(250, 5.0)
    gap[25:35] = 10.0
    gap[35:39] = 0.0 if closing else 5.0
    return mouth_statistics(gap, np.ones(250, bool), PHONES)


def test_a_closure_is_found_where_the_lips_meet_and_only_there():
    assert mouth(closing=True).bilabials_closed == [True] and mouth(closing=True).closures == [0.16]
    assert mouth(closing=False).bilabials_closed == [False] and mouth(closing=False).closures == []
    assert not any(mouth(closing=True).vowels_closed)


def test_the_opening_of_each_sound_is_told_apart():
    percent = {"50": 0.5}
    real = {
        "opening_percentiles": percent,
        "speed_percentiles_per_s": percent,
        "largest_opening_in_outer_eye_distances": percent,
        "closure_length_s": percent,
        "closures_per_s_of_speech": 1.0,
        "opening_by_viseme": dict.fromkeys(VISEMES, 0.5),
    }
    rows = {name: value for name, value, _ in compare([mouth(closing=True)], real, 90.0)}

    assert rows["opening in AA, median"] == pytest.approx(2, abs=0.1)  # its own 95th percentile is the usual 5 mm
    assert rows["opening in EE, median"] == pytest.approx(1, abs=0.1)
    assert rows["opening in PBM, median"] == pytest.approx(0, abs=0.1)


def test_the_gap_is_read_off_the_posed_head():
    face = np.zeros((2, 44))
    face[1, EXPRESSION_NAMES.index("jawOpen")] = 0.3
    rest, opened = expression_gap(heads.load("woman"), face)

    assert rest == 0 and 8 < opened < 13
