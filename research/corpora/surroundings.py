"""Noises and room responses that are mixed into simulated recordings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import recordings as corpora


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Samples to mix in, each (n,) at 16 kHz."""

    noises: Sequence[np.ndarray] = ()
    responses: Sequence[np.ndarray] = ()  # room impulse responses
    fillers: dict[str, list[np.ndarray]] = field(default_factory=dict)  # listeners' short vocalisations, by kind


def read_surroundings(data: Path) -> Surroundings:
    """Noises and room responses under ``data/noise_rir`` whose licence allows training of shipped weights."""
    rows = corpora.trainable(corpora.read_corpus(Path(data) / "noise_rir"))
    return Surroundings(
        *([corpora.read_samples(row.path) for row in rows if row.speaker == k] for k in ("noise", "rir"))
    )
