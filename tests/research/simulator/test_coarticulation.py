import numpy as np
import pytest

from core import heads
from core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion
from research.evaluation.mouth.lip_curves import read_mouth
from research.simulator.coarticulation import articulate
from research.simulator.person import draw_person
from research.simulator.prosodic_cues import GRID, frame_times

COLUMN = {name: column for column, name in enumerate(EXPRESSION_NAMES)}


OPEN, HALF_OPEN = 0.9, 0.5  # how far vowels and other sounds are heard to open
VOWELS = "AA AE AO IY UW OW".split()


def speak(sentence: str, seconds: float = 0.09, level: float = 0.0, seed: int = 0, clear: float = 1.0):
    """Phones from 0.6 s on and the mouth (T, 44) that says them; ``clear`` scales how far the voice sounds open."""
    phones = [(0.6 + i * seconds, 0.6 + (i + 1) * seconds, name) for i, name in enumerate(sentence.split())]
    end = phones[-1][1] + 0.8
    loudness = np.full(round(end * GRID), -60.0)
    loudness[60 : round((end - 0.8) * GRID)] = level
    heard = np.zeros(len(loudness))
    for first, last, name in phones:
        heard[round(first * GRID) : round(last * GRID)] = clear * (OPEN if name in VOWELS else HALF_OPEN)
    heard = np.convolve(heard, np.ones(10) / 10, "same")  # it is the mean of five tokens of 20 ms
    rng = np.random.default_rng(seed)
    return phones, articulate(phones, loudness, heard, draw_person(rng), 0.5, [(0.1, 0.5)], rng)


def opening(face: np.ndarray) -> np.ndarray:
    """Lip gap on the woman's posed head, mm."""
    packed = np.zeros((len(face), WIDTH), np.float32)
    packed[:, :44] = face
    return 1000 * heads.lip_gap(heads.load("woman"), HeadMotion(packed))


def during(phones, face, name: str, margin: float = 0.0):
    """Frames inside every sound called ``name``."""
    times = frame_times(len(face))
    return [np.flatnonzero((times >= s - margin) & (times <= e + margin)) for s, e, p in phones if p == name]


@pytest.mark.parametrize("length", [0.05, 0.08, 0.12])
@pytest.mark.parametrize("sound", ["P", "B", "M"])
def test_lips_meet_in_every_p_b_and_m_however_short(sound, length):
    phones, face = speak(f"AA {sound} IY {sound} AA T {sound} UW {sound}", length)
    gap = opening(face)

    for frames in during(phones, face, sound, margin=0.02):
        assert gap[frames].min() < 0.5
        assert face[frames, COLUMN["mouthPressLeft"]].max() > 0.4


def test_open_vowels_are_open():
    phones, face = speak("M AA M AE P AO B AA M", 0.12)
    gap = opening(face)

    assert all(gap[frames].max() > 4 for name in ("AA", "AE", "AO") for frames in during(phones, face, name))


@pytest.mark.parametrize("name", ["man", "woman"])
@pytest.mark.parametrize("around", ["AA", "IY", "UW", "R", "S"])
def test_the_lower_lip_comes_to_the_upper_teeth_for_f_and_v_and_the_lips_stay_apart(name, around):
    phones, face = speak(f"{around} F {around} V {around}", 0.08)
    mouth = read_mouth(heads.load(name), face)

    for frames in during(phones, face, "F") + during(phones, face, "V"):
        assert mouth.labiodental_gap[frames].min() < 0
        assert mouth.gap[frames].min() > 1.5 and not mouth.closed[frames].any()


def test_a_short_vowel_before_a_closure_is_not_shut():
    phones, face = speak("S AA M S AA B S AA P S", 0.05)
    closed = read_mouth(heads.load("woman"), face).closed

    assert not any(closed[frames].all() for frames in during(phones, face, "AA"))


def test_the_lips_stay_apart_in_the_narrowest_rounding():
    phones, face = speak("T UW L W UW T")
    closed = read_mouth(heads.load("woman"), face).closed

    assert not any(closed[frames].any() for name in ("UW", "W") for frames in during(phones, face, name))


def test_rounding_starts_before_the_rounded_vowel():
    phones, face = speak("S T UW S IY")
    _, plain = speak("S T IY S IY")
    early = during(phones, face, "T")[0]

    assert (face[early, COLUMN["mouthPucker"]] > plain[early, COLUMN["mouthPucker"]] + 0.1).all()


def test_sibilants_narrow_the_jaw():
    phones, face = speak("AA S AA S AA", 0.11)
    jaw = face[:, COLUMN["jawOpen"]]

    assert min(jaw[f].min() for f in during(phones, face, "S")) < 0.5 * max(
        jaw[f].max() for f in during(phones, face, "AA")
    )


def test_louder_speech_opens_further():
    soft, loud = (speak("T EH K EH T EH", level=level)[1][:, COLUMN["jawOpen"]].max() for level in (-14, 6))

    assert loud > 1.1 * soft


def test_a_reduced_vowel_opens_less_than_a_clear_one():
    phones, face = speak("T AA M AA T AA", clear=0.4)
    _, clear = speak("T AA M AA T AA")

    assert opening(face).max() < 0.7 * opening(clear).max()
    assert all(opening(face)[frames].min() < 0.5 for frames in during(phones, face, "M", margin=0.02))


def test_the_mouth_is_at_rest_in_silence_and_gets_there_without_a_snap():
    _, face = speak("AA T AA")
    gap = opening(face)

    assert gap[-3:].max() < 0.5 and gap[:4].max() < 1.0
    assert np.abs(np.diff(gap[-22:])).max() < 6


def test_channels_stay_within_the_face_limits():
    for seed in range(5):
        _, face = speak("M AA P OW B IY V AO W AE", 0.07, level=8, seed=seed)
        assert face.min() >= 0 and face.max() <= 1
        assert (face[:, COLUMN["mouthClose"]] <= face[:, COLUMN["jawOpen"]] + 1e-9).all()
        assert face[:, COLUMN["jawOpen"]].max() <= 0.5


def test_a_laugh_opens_the_mouth_with_every_burst_and_smiles():
    _, face = speak("LAUGH", seconds=1.2)
    gap, smile = opening(face), face[:, COLUMN["mouthSmileLeft"]]
    laughing = slice(20, 43)

    assert gap[laughing].min() > 2 and smile[laughing].min() > 0.3
    assert gap[-3:].max() < 0.5 and smile[-3:].max() < 0.05


def test_teeth_are_nearly_closed_in_a_sibilant_while_the_lips_are_apart():
    phones, face = speak("AA S AA SH AA", 0.11)

    for name in ("S", "SH"):
        frames = np.concatenate(during(phones, face, name))
        assert face[frames, COLUMN["jawOpen"]].min() < 0.12
        assert opening(face)[frames].min() > 1


def test_the_lips_part_a_little_while_breath_is_drawn():
    gap = opening(speak("M AA M")[1])

    assert 1 < gap[5:10].max() < 4 and gap[0] < 0.5


def test_lips_stay_a_little_apart_in_a_short_pause_and_meet_in_a_long_one():
    short, long = (opening(speak(f"AA T {'SIL ' * n} T AA")[1]) for n in (4, 14))

    assert short[22:26].min() > 0.5
    assert long[26:32].max() < 0.5
