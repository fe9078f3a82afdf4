import numpy as np
import pytest

from core.audio import SAMPLE_RATE
from core.layout import Layout
from research.corpora.voices import Piece, Voice
from research.evaluation.dyad.explained_variance import explained_share, explained_shares
from research.simulator.dialogue import make_dialogue
from research.simulator.turn_taking import default_statistics


def test_common_variance_is_explained_and_individual_variance_is_not():
    rng = np.random.default_rng(0)
    alike, alone = np.tile(rng.normal(0, 1, 4000), (6, 1)), rng.normal(0, 1, (6, 4000))

    assert explained_share(alike) == pytest.approx(1)
    assert explained_share(alone) == pytest.approx(0, abs=0.03)
    assert explained_share(alike + alone) == pytest.approx(0.5, abs=0.03)
    assert np.isnan(explained_share(np.zeros((6, 100))))


def test_audio_explains_a_part_of_the_simulators_heads_lids_and_brows():
    rng, phones = np.random.default_rng(0), tuple((0.06 + k * 0.1, 0.16 + k * 0.1, "AA") for k in range(14))
    pieces = tuple(Piece(_syllables(rng), phones, (1.4,)) for _ in range(4))
    voices = [Voice(name, "F", pieces) for name in ("one", "other")]
    shares = explained_shares(
        make_dialogue(voices, default_statistics(), 3, 30.0), Layout(facing_a=20, facing_b=-20), 4
    )

    assert shares["head pitch"] > 0.35 and shares["head roll"] > 0.2
    assert shares["contact"] > 0.3 and shares["blinks"] > 0.15 and shares["brows"] > 0.3


def _syllables(rng) -> np.ndarray:
    """A buzz of 1.5 s (n,) whose pitch and loudness wander."""
    time = np.arange(int(1.5 * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 160 + 40 * np.sin(2 * np.pi * (time * rng.uniform(0.5, 2) + rng.random()))
    buzz = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE))
    return np.float32(0.1 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)))
