"""The LDA suppresses directions of variance within a speaker and keeps those between speakers."""

import numpy as np
from safetensors.numpy import load_file

from core.diarization import embeddings
from research.training import lda, mixture_cache


def cached_mixture(seed: int, seconds: int = 20) -> mixture_cache.CachedMixture:
    """Two who take turns of five seconds: they differ along the first axis, and each varies along the second."""
    rng = np.random.default_rng(seed)
    frames = 25 * seconds
    first = (np.arange(frames) // 125) % 2 == 0
    middles = np.arange(1, frames, embeddings.WIDE_STEP)
    wide = 0.1 * rng.normal(size=(len(middles), 256))
    wide[:, 0] += np.where(first[middles], 1, -1) * rng.normal()
    wide[:, 1] += 3 * rng.normal(size=len(middles))
    found = embeddings.SpeakerEmbeddings(np.ones(frames, np.float32), wide.astype(np.float32), wide.astype(np.float32))
    return mixture_cache.CachedMixture(found, None, np.stack([first, ~first]).astype(np.float32))


def test_the_leading_direction_is_the_one_that_separates_speakers(tmp_path):
    lda.fit([cached_mixture(seed) for seed in range(12)], tmp_path / "space.safetensors")

    kept = load_file(tmp_path / "space.safetensors")
    leading = kept["matrix"][:, 0] / np.linalg.norm(kept["matrix"][:, 0])
    assert abs(leading[0]) > 0.9 and abs(leading[1]) < 0.1
    assert kept["spread"][0] > 3 * kept["spread"][1]


def test_only_windows_with_one_voice_alone_count():
    one = cached_mixture(0)
    one.truth[:] = 1

    assert [len(windows) for windows in lda.alone(one)] == [0, 0]
