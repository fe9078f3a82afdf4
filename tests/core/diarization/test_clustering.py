"""How many speakers a recording has, and which two they are, from speaker embeddings alone."""

import numpy as np

from core.diarization import clustering, lda

MATRIX = lda.space()[0].astype(np.float64)
BACK = np.linalg.pinv(MATRIX)  # (WIDTH, 256): from the LDA space back to embeddings
MIDDLE = np.full(256, 1 / 16)


def voices(count: int, apart: float = 7.0) -> np.ndarray:
    """(count, WIDTH) places of speakers in the LDA space."""
    return apart / np.sqrt(2) * np.eye(lda.WIDTH)[:count]


def talk(places: np.ndarray, turns: int = 12, seed: int = 0) -> np.ndarray:
    """(W, 256) windows of people at (K, WIDTH) ``places`` who take turns of three seconds."""
    rng = np.random.default_rng(seed)
    points = np.concatenate([places[turn % len(places)] + smooth(rng, 12) for turn in range(turns)])
    return (MIDDLE + points @ BACK).astype(np.float32)


def smooth(rng: np.random.Generator, windows: int) -> np.ndarray:
    """(windows, WIDTH) of unit spread; neighbours share most of their sound."""
    rough = rng.normal(size=(windows + 4, lda.WIDTH))
    return np.stack([rough[k : k + 5].sum(0) for k in range(windows)]) / np.sqrt(5)


def test_a_third_voice_is_set_apart_from_the_two():
    found = clustering.cluster_speakers(talk(voices(3)))
    assert len(found.others) == 1 and not found.single


def test_two_voices_are_neither_three_nor_one():
    found = clustering.cluster_speakers(talk(voices(2)))
    assert len(found.others) == 0 and not found.single


def test_two_voices_that_move_to_another_room_are_not_three():
    here, there = voices(2), voices(2) + 9.0 * np.eye(lda.WIDTH)[3]
    found = clustering.cluster_speakers(np.concatenate([talk(here, 24), talk(there, 24, seed=1)]))
    assert len(found.others) == 0


def test_a_third_voice_is_found_in_a_long_recording_too():
    windows = np.concatenate([talk(voices(3), 120, seed) for seed in range(3)])
    assert len(windows) > clustering.MAX_WINDOWS and len(clustering.cluster_speakers(windows).others) == 1


def test_three_are_three_also_where_each_is_alone_and_two_are_not():
    assert clustering.are_three(talk(voices(3)))
    assert not clustering.are_three(talk(voices(2)))
    assert not clustering.are_three(talk(voices(3))[:4])


def test_nobody_else_is_looked_for_where_two_are_asked_for():
    assert len(clustering.cluster_speakers(talk(voices(3)), most=2).others) == 0


def test_one_voice_is_not_split_in_two():
    for seed in range(4):
        found = clustering.cluster_speakers(talk(voices(1), seed=seed))
        assert found.single and len(found.others) == 0


def test_a_section_in_another_room_keeps_its_letters():
    whole, room = voices(2), 3.0 * np.eye(lda.WIDTH)[5]
    found = clustering.cluster_speakers(talk(whole))
    toward_b = (found.places[1] - found.places[0]) * 0.6
    changed = whole + room + toward_b

    centres = clustering.section_centres(talk(changed, seed=1), found)

    assert clustering.section_centres(talk(whole, seed=2), found) is None
    first, second = lda.project(centres)
    assert (first - second) @ (found.places[0] - found.places[1]) > 0
