"""Two voices made of buzz and silence: the timing of speech is real enough, and a clean checkout has no recordings."""

import numpy as np
import pytest

from core.audio import SAMPLE_RATE
from research.corpora.voices import Piece, Voice
from research.simulator.dialogue import make_dialogue
from research.simulator.turn_taking import default_statistics

SENTENCES = (
    "M AA M AH S IY F AY V T UW",
    "B IY P AO W EH L K AE P T AH",
    "SH UW T DH AH HH AA T IY",
    "V EH R IY B IH G",
    "OW P AH N UH P",
)
QUIET = frozenset("P B T K S SH F HH".split())


def say(sentence: str, pitch: float, rng, length: float = 0.09) -> Piece:
    """Voiced phones buzz at ``pitch`` Hz, others hiss; 60 ms of silence at both ends."""
    phones, sound, at = [], [np.zeros(960, np.float32)], 0.06
    for name in sentence.split():
        seconds = length * rng.uniform(0.7, 1.5)
        samples = round(seconds * SAMPLE_RATE)
        time = np.arange(samples) / SAMPLE_RATE
        voiced = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 8))
        sound.append(0.01 * rng.standard_normal(samples) if name in QUIET else 0.05 * voiced)
        phones.append((at, at + samples / SAMPLE_RATE, name))
        at += samples / SAMPLE_RATE
    samples = np.concatenate([*sound, np.zeros(960)]).astype(np.float32)
    return Piece(samples, tuple(phones), tuple(end for _, end, _ in phones[2::3]))


@pytest.fixture(scope="session")
def voices() -> list[Voice]:
    rng = np.random.default_rng(0)
    return [
        Voice(name, sex, tuple(say(s, pitch, rng) for s in SENTENCES * 2), (say("Y EH S", pitch, rng),))
        for name, sex, pitch in (("low", "M", 110.0), ("high", "F", 210.0), ("other", "F", 190.0))
    ]


@pytest.fixture(scope="session")
def dialogue(voices):
    return make_dialogue(voices, default_statistics(), seed=5, seconds=40.0)
