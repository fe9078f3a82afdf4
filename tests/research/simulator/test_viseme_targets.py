import numpy as np
import pytest

from research.corpora.phones import BILABIALS
from research.simulator.viseme_targets import ARTICULATORS, DOMINANCE, PAUSE, ROWS, SPREAD, TARGETS, segments


def test_every_shape_has_a_target_and_a_dominance_for_every_articulator():
    assert TARGETS.shape == DOMINANCE.shape == (len(ROWS), len(ARTICULATORS)) and SPREAD.shape == (len(ROWS),)
    assert ((TARGETS >= 0) & (TARGETS <= 1)).all() and (DOMINANCE > 0).all()


def test_bilabials_keep_the_lips_together_and_share_one_target():
    rows = segments([(k * 0.1, k * 0.1 + 0.1, name) for k, name in enumerate(sorted(BILABIALS))], 0.4)[2]

    assert set(rows[: len(BILABIALS)]) == {ROWS["P"]}
    assert (
        TARGETS[ROWS["P"], [ARTICULATORS.index(n) for n in ("mouthLowerDown", "mouthUpperUp", "mouthFunnel")]].sum()
        == 0
    )


def test_a_diphthong_moves_from_its_first_vowel_to_its_second():
    starts, ends, rows, names = segments([(0.0, 0.2, "AY")], 0.2)

    assert list(rows[:2]) == [ROWS["AA"], ROWS["IH"]] and names[:2] == ["AY", "AY"]
    assert 0.1 < starts[1] < 0.2 and ends[0] == starts[1]


@pytest.mark.parametrize("gap, shape", [(PAUSE - 0.1, "PAUSE"), (PAUSE + 0.1, "SIL")])
def test_a_short_pause_leaves_the_lips_apart_and_a_long_one_closes_them(gap, shape):
    starts, ends, rows, _ = segments([(0.0, 0.2, "AA"), (0.2 + gap, 0.4 + gap, "AA")], 1.5)

    assert rows[1] == ROWS[shape] and ends[1] - starts[1] == pytest.approx(gap)
    assert np.allclose(starts[1:], ends[:-1])
