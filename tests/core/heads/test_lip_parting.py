import numpy as np
import pytest

from core.heads import load
from core.heads.lip_parting import LIP_PARTING, LIP_PARTING_MM, lip_parting
from core.motion import EXPRESSION_NAMES, column


def test_the_table_is_what_the_shapes_of_our_heads_do():
    """Mean of both heads: the inner lips' distance that each shape adds along the head's up axis."""
    parts = []
    for name in ("woman", "man"):
        head = load(name)
        top, bottom = (head.landmarks[f"lip_inner_{side}"] for side in ("top", "bottom"))
        parts.append(1000 * (head.shapes[:, top, 2] - head.shapes[:, bottom, 2]))
    measured = np.mean(parts, axis=0)
    for name in EXPRESSION_NAMES:
        listed = name in LIP_PARTING_MM
        assert measured[column(name)] == pytest.approx(LIP_PARTING_MM.get(name, 0), abs=1 if listed else 1.5), name


def test_shares_are_the_millimetres_over_the_full_opening():
    assert LIP_PARTING["jawOpen"] == 1 and LIP_PARTING["mouthClose"] == -1
    for name, share in LIP_PARTING.items():
        assert share == pytest.approx(LIP_PARTING_MM[name] / LIP_PARTING_MM["jawOpen"], abs=0.005)
    assert lip_parting("mouthUpperUp") == 0.14 and lip_parting("mouthPress") == 0
