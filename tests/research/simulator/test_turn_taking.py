"""One turn layout for dialogues and mixtures; only the distributions differ."""

import numpy as np
import pytest

from research.simulator.tracks import Span
from research.simulator.turn_taking import default_statistics, measured, one_by_one, take_turns, varied


def turns(turn_taking, seconds: float = 3600.0, speaker: int = 0) -> list[Span]:
    """Turns exactly as long as wanted."""
    return take_turns(
        turn_taking, lambda start, who, length: Span(start, start + length, who), 0.5, speaker, last_start=seconds
    )


def gaps(found: list[Span]) -> np.ndarray:
    return np.array([after.start - before.end for before, after in zip(found, found[1:], strict=False)])


def test_a_measured_dialogue_has_the_offsets_of_its_statistics():
    wanted = default_statistics()["floor_transfer_offset_s"]
    found = gaps(turns(measured(default_statistics(), np.random.default_rng(0)), 20_000))

    assert np.median(found) == pytest.approx(wanted["median"], abs=0.08)
    assert np.percentile(found, 25) == pytest.approx(wanted["p25"], abs=0.1)
    assert np.percentile(found, 75) == pytest.approx(wanted["p75"], abs=0.12)


def test_nobody_overlaps_the_own_turns_of_a_dialogue():
    found = turns(measured(default_statistics(), np.random.default_rng(1)))

    for person in (0, 1):
        assert gaps([turn for turn in found if turn.person == person]).min() >= 0.12 - 1e-9
    assert [turn.person for turn in found] == [i % 2 for i in range(len(found))]


def test_the_overlap_of_a_mixture_grows_with_its_recipe():
    none, usual, crowded = (
        gaps(turns(varied(overlap, np.random.default_rng(2)), 20_000)) for overlap in (0.0, 1.0, 2.5)
    )
    wanted = default_statistics()["floor_transfer_offset_s"]

    assert none.min() >= 0.04 - 1e-9
    assert np.median(usual) == pytest.approx(wanted["median"], abs=0.08)
    assert np.percentile(usual, 25) == pytest.approx(wanted["p25"], abs=0.1)
    assert np.median(crowded) < -0.5


def test_a_speaker_of_a_mixture_goes_on_after_seven_percent_of_the_turns():
    people = [turn.person for turn in turns(varied(1.0, np.random.default_rng(3)), 20_000)]
    same = np.mean([a == b for a, b in zip(people, people[1:], strict=False)])

    assert 0.05 < same < 0.09


@pytest.mark.parametrize("people", [1, 2, 3, 4])
def test_one_by_one_nobody_interrupts_and_everybody_speaks(people):
    found = turns(one_by_one(people, np.random.default_rng(4)))

    assert gaps(found).min() >= 0.04 - 1e-9
    assert {turn.person for turn in found} == set(range(people))
    assert people == 1 or all(a.person != b.person for a, b in zip(found, found[1:], strict=False))


def test_the_layout_ends_where_no_speech_fits():
    taking = measured(default_statistics(), np.random.default_rng(5))

    assert take_turns(taking, lambda start, who, length: None, 0.0, 0, last_start=60.0) == []
    assert turns(taking, 60.0)[-1].start < 60.0
