import json
from pathlib import Path

import pytest
import torch

from core.engine.networks import articulation
from core.engine.networks.articulation import VISEMES
from research.simulator import coarticulation


def logits_of(*names: str) -> articulation.Articulation:
    """0.2 s of each viseme, with the highest logits that the head gives."""
    visemes = torch.full((1, 10 * len(names), len(VISEMES)), -5.0)
    for i, name in enumerate(names):
        visemes[0, 10 * i : 10 * (i + 1), VISEMES.index(name)] = 8.0
    count = visemes.shape[1]
    return articulation.Articulation(visemes, *torch.zeros(2, 1, count, 2), torch.zeros(1, count, 4))


def test_the_constants_are_the_statistics_of_real_mouths():
    counted = json.loads(Path(coarticulation.__file__).with_name("mouth_statistics.json").read_text("utf-8"))

    assert list(articulation.OPENINGS) == list(counted["opening_by_viseme"].values())
    assert [articulation.SHUT, articulation.WIDE] == counted["heard_where_shut_and_wide"]


def test_an_open_vowel_opens_the_lips_and_a_closure_shuts_them():
    opening = logits_of("AA", "PBM", "EE").opening()[0]

    assert opening[5] > 0.9 and opening[15] < 0.15
    assert 0.3 < opening[25] < opening[5]


def test_the_lips_lead_the_sound_by_a_token():
    opening = logits_of("PBM", "AA").opening()[0]
    half = (opening[2] + opening[17]) / 2

    assert float((opening > half).nonzero()[0, 0]) == pytest.approx(9, abs=0.6)
