import numpy as np
import pytest

from research.evaluation.mouth.vocal_effort import EMOTIONS, Utterance, measures


def test_each_speaking_style_has_its_own_column():
    utterances = [
        Utterance(EMOTIONS[k], level, np.full(50, gap), 0.1) for k, level, gap in (("W", -20, 9.0), ("L", -30, 5.0))
    ]
    found = {(m.metric, m.system): m.value for m in measures(utterances)}

    assert found["gap, median", "anger"] == 9 and found["gap, median", "boredom"] == 5
    assert found["level", "boredom"] == pytest.approx(-30)
