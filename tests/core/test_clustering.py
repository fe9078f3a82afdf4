import numpy as np

from talking_together.core import clustering


def windows(voices: int) -> np.ndarray:
    """(W, 256) windows of ``voices`` people who take turns of three seconds, eight windows a second."""
    rng = np.random.default_rng(voices)
    centres = clustering.unit(rng.normal(size=(voices, 256)))
    turns = [centres[turn % voices] + 0.04 * rng.normal(size=(24, 256)) for turn in range(12)]
    return clustering.unit(np.concatenate(turns)).astype(np.float32)


def test_a_third_voice_is_set_apart_from_the_two():
    found = clustering.find_voices(windows(3))
    assert len(found.others) == 1 and not found.single
    assert (found.centres @ found.others.T).max() < 0.5


def test_two_voices_are_not_split_into_three():
    assert len(clustering.find_voices(windows(2)).others) == 0
