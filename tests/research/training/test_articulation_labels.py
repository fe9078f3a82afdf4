import numpy as np

from core.engine.networks.articulation import SHAPES, VISEMES
from research.corpora.phones import BILABIALS, DIPHTHONGS, LABIODENTALS, VISEME_OF, dominance
from research.corpora.recordings import Phone
from research.training.articulation_labels import RATE, closure_labels, closures, shapes_at, visemes_at

APERTURE, WIDTH, PROTRUSION, JAW = range(len(SHAPES))


def phones(names: str, seconds: float = 0.1) -> list[Phone]:
    return [Phone(i * seconds, (i + 1) * seconds, name) for i, name in enumerate(names.split())]


def test_every_phone_has_a_viseme_of_the_head_and_classes_agree_with_visemes():
    assert set(VISEME_OF.values()) == set(VISEMES)
    assert {p for p, v in VISEME_OF.items() if v == "PBM"} == BILABIALS
    assert {p for p, v in VISEME_OF.items() if v == "FV"} == LABIODENTALS
    assert set(DIPHTHONGS) <= set(VISEME_OF)


def test_a_diphthong_has_two_visemes_and_silence_is_where_no_phone_is():
    labels = [VISEMES[k] for k in visemes_at(phones("SIL AY OW"), 40)]

    assert labels[:10] == ["silence"] * 10
    assert labels[10:16] == ["AA"] * 6 and labels[16:20] == ["EE"] * 4
    assert labels[20:26] == ["O"] * 6 and labels[26:30] == ["OO"] * 4
    assert labels[30:] == ["silence"] * 10


def test_closures_begin_before_a_burst_after_silence_and_end_before_aspiration():
    (first,) = closures(phones("SIL P AA"))
    (joined,) = closures(phones("AA M B IY"))

    assert np.allclose(first, (0.06, 0.17))
    assert np.allclose(joined, (0.1, 0.3))
    closed, seal = closure_labels(phones("SIL P AA"), 30)
    assert np.flatnonzero(closed).tolist() == list(range(6, 17))
    assert abs(seal.argmax() - 11) <= 1 and seal[25] < 1e-3


def test_shapes_close_open_round_and_anticipate():
    level = np.zeros(60)
    shapes = shapes_at(phones("SIL AA M AA S UW"), level)
    unrounded = shapes_at(phones("SIL AA M AA S IY"), level)

    assert (shapes[20:30, APERTURE] == 0).all() and shapes[15, APERTURE] > 0.3 and shapes[15, JAW] > 0.3
    assert shapes[55, PROTRUSION] > 0.5 and shapes[55, WIDTH] < -0.3
    assert (shapes[45:50, PROTRUSION] > unrounded[45:50, PROTRUSION] + 0.05).all()  # before the rounded vowel


def test_louder_speech_has_wider_labels():
    soft, loud = (shapes_at(phones("AA AA AA"), np.full(30, level))[RATE // 10, APERTURE] for level in (-1.0, 1.0))

    assert loud > 1.3 * soft


def test_dominance_decays_from_its_peak_by_both_reaches():
    ahead, inside, after = (dominance(*np.array(x), 2.0, 0.1, 0.2) for x in ((0.1, 0.0), (0.0, 0.0), (0.0, 0.2)))

    assert inside == 2.0 and np.allclose([ahead, after], 2 / np.e)
    assert dominance(0.1, 0.0, 2.0, 0.1, 0.2, scale=0.5) < ahead
