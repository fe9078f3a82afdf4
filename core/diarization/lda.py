"""Linear discriminant analysis of speaker embeddings: directions that vary between speakers more than within one.

Fitted on mixtures by ``python -m research train masks``. Embeddings are compared in it at the scale of one speaker's
standard deviation.
"""

from functools import cache

import numpy as np
from safetensors.numpy import load_file

from .. import WEIGHTS

FILE = WEIGHTS / "lda.safetensors"
WIDTH = 24  # directions kept


@cache
def space() -> tuple[np.ndarray, np.ndarray]:
    """The projection (256, WIDTH), after which one speaker's windows have unit variance along every axis, and the
    variances (WIDTH,) of speakers around the mean of their recording; both float32."""
    kept = load_file(FILE)
    return kept["matrix"].astype(np.float32), kept["spread"].astype(np.float32)


def project(embeddings: np.ndarray) -> np.ndarray:
    """(..., 256) embeddings to (..., WIDTH) in standard deviations of one speaker."""
    return embeddings @ space()[0]


def scores(embeddings: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Signed distance of embeddings from the midpoint between two speakers, positive towards the first.

    embeddings: (W, 256)
    centres:    (2, 256)
    returns:    (W,) in standard deviations of one speaker
    """
    first, second = project(centres)
    direction = first - second
    return (project(embeddings) - (first + second) / 2) @ (direction / max(float(np.linalg.norm(direction)), 1e-6))
