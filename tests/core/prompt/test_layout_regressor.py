"""From the outputs of the model to numbers of the layout."""

import numpy as np
import pytest

from core.engine.networks import layout_regressor as network
from core.prompt.layout_regressor import FIELDS, MOST_STEPS, READ_LAYERS, STEPS, predict, to_layout


def logits(field: str, **at: float) -> np.ndarray:
    """(1, 9, MOST_STEPS) logits with some values of one field; the others are -20."""
    found = np.full((1, len(FIELDS), MOST_STEPS), -20.0, np.float32)
    for step, value in at.items():
        found[0, FIELDS.index(field), int(step[1:])] = value
    return found


def test_the_network_has_the_sizes_of_the_layout():
    assert (network.FIELDS, network.STEPS, network.LAYERS) == (len(FIELDS), MOST_STEPS, len(READ_LAYERS))


def test_a_value_lies_between_the_likeliest_step_and_its_neighbours():
    between = to_layout(logits("energy", _2=4.0, _3=4.0))[0, FIELDS.index("energy")]

    assert between == pytest.approx((STEPS["energy"][2] + STEPS["energy"][3]) / 2, abs=1e-4)


def test_a_second_opinion_far_away_does_not_pull_the_value():
    found = to_layout(logits("energy", _1=5.0, _7=4.9))[0, FIELDS.index("energy")]

    assert found == pytest.approx(STEPS["energy"][1], abs=1e-3)


def test_distances_are_interpolated_by_their_logarithm():
    found = to_layout(logits("distance", _6=3.0, _7=3.0))[0, 0]

    assert found == pytest.approx(np.sqrt(STEPS["distance"][6] * STEPS["distance"][7]), rel=1e-4)


def test_a_step_that_a_field_does_not_have_is_never_taken():
    found = to_layout(logits("facing_1", _2=1.0, _12=9.0))[0, FIELDS.index("facing_1")]

    assert found == pytest.approx(STEPS["facing"][2], abs=0.5)


def test_a_clause_states_or_changes_numbers():
    away, closer = predict(["one person looks away", "they come closer"])

    assert away["outright"]["contact_1"] + away["changes"]["contact_1"] > 0.5
    assert closer["changes"]["distance"] > 0.5 and closer["change"]["distance"] < 0
    assert predict([]) == []
