import numpy as np

from core.audio import SAMPLE_RATE
from research.corpora.aligned_voices import cut, shorten
from research.corpora.surroundings import Surroundings
from research.simulator.dialogue import make_dialogue
from research.simulator.laughter import LAUGH, with_breath, with_laughter
from research.simulator.tracks import Span, coverage
from research.simulator.turn_taking import default_statistics


def test_the_same_seed_makes_the_same_dialogue_and_another_seed_another(voices):
    first, again, other = (make_dialogue(voices, default_statistics(), seed, 20.0) for seed in (1, 1, 2))

    assert np.array_equal(first.mix, again.mix) and first.turns == again.turns
    assert not np.array_equal(first.mix, other.mix)


def test_a_speaks_first_and_turns_change_hands(dialogue):
    assert dialogue.speech[0].person == 0
    assert [turn.person for turn in dialogue.turns] == [i % 2 for i in range(len(dialogue.turns))]
    assert dialogue.speakers[0] != dialogue.speakers[1]


def test_masks_say_where_each_voice_sounds(dialogue):
    masks = dialogue.masks
    frames = np.pad(dialogue.tracks, ((0, 0), (0, -dialogue.tracks.shape[1] % 640))).reshape(2, -1, 640)
    power = (frames**2).mean(axis=-1)

    assert masks.shape == power.shape
    assert power[masks > 0.99].mean() > 100 * power[masks == 0].mean()


def test_every_phone_lies_inside_a_stretch_of_its_person(dialogue):
    for person in (0, 1):
        spans = [s for s in dialogue.speech if s.person == person]
        assert all(any(s.start - 1e-6 <= a and b <= s.end + 1e-6 for s in spans) for a, b, _ in dialogue.phones[person])


def test_nobody_says_two_things_at_once(dialogue):
    for own in dialogue.phones:
        times = np.array([(a, b) for a, b, _ in sorted(own)])
        assert (times[1:, 0] >= times[:-1, 1] - 1e-6).all()


def test_turns_are_as_long_and_as_close_as_those_of_people(voices):
    statistics = default_statistics()
    dialogues = [make_dialogue(voices, statistics, seed, 60.0) for seed in range(30)]
    lengths = [t.end - t.start for d in dialogues for t in d.turns]
    gaps = [b.start - a.end for d in dialogues for a, b in zip(d.turns, d.turns[1:], strict=False)]

    assert abs(np.median(lengths) - statistics["turn_length_s"]["median"]) < 1.2
    assert abs(np.median(gaps) - statistics["floor_transfer_offset_s"]["median"]) < 0.15
    assert 0.15 < np.mean(np.array(gaps) < 0) < 0.45


def test_noise_and_room_leave_the_times_alone(voices):
    rng = np.random.default_rng(0)
    response = np.exp(-np.arange(4000) / 800) * rng.standard_normal(4000)
    surroundings = Surroundings(noises=(rng.standard_normal(8000),), responses=(response,))
    for seed in range(4):
        plain = make_dialogue(voices, default_statistics(), seed, 15.0)
        roomy = make_dialogue(voices, default_statistics(), seed, 15.0, surroundings)
        assert plain.phones == roomy.phones
        assert np.isfinite(roomy.mix).all() and 0.2 < np.abs(roomy.mix).max() <= 1


def test_a_recording_is_cut_in_its_pauses():
    samples = np.ones(SAMPLE_RATE * 2, np.float32)
    phones = [(0.2, 0.5, "AA"), (0.5, 0.8, "M"), (0.8, 1.2, "SIL"), (1.2, 1.6, "IY")]
    first, second = cut(samples, phones, [(0.2, 0.5, "ah"), (0.5, 0.8, "m")])

    assert [p for _, _, p in first.phones] == ["AA", "M"] and [p for _, _, p in second.phones] == ["IY"]
    assert abs(first.phones[0][0] - 0.06) < 1e-6 and abs(first.seconds - 0.72) < 0.01


def test_a_piece_is_shortened_where_a_word_ends(voices):
    piece = voices[0].pieces[0]
    short = shorten(piece, 0.4)

    assert any(abs(short.phones[-1][1] - end) < 1e-6 for end in piece.words)
    assert short.seconds < piece.seconds and short.phones == piece.phones[: len(short.phones)]


def test_a_frame_half_covered_counts_half():
    assert np.allclose(coverage([Span(0.02, 0.12, 1)], 4)[1], [0.5, 1, 1, 0])


def test_a_listener_who_can_laugh_does_so_now_and_then(voices):
    bursts = np.tile(np.r_[np.full(1600, 0.5), np.full(1600, 0.1), np.zeros(0)], 5)
    recording = np.r_[np.zeros(8000), bursts * np.sin(np.arange(len(bursts))), np.zeros(8000)].astype(np.float32)
    laughing = with_laughter(voices, recording)
    talks = [make_dialogue(laughing, default_statistics(), seed, 40.0) for seed in range(12)]
    laughs = [p for talk in talks for own in talk.phones for p in own if p[2] == LAUGH]

    assert all(0.5 < piece.seconds < 1.2 for voice in laughing for piece in voice.laughs)
    assert 1 <= len(laughs) <= sum(len(talk.backchannels) for talk in talks) / 2


def test_breath_is_heard_before_turns_and_is_no_speech(voices):
    recording = np.r_[np.zeros(8000), np.full(8000, 0.01), np.zeros(8000)].astype(np.float32)
    talk = make_dialogue(with_breath(voices, recording), default_statistics(), 3, 60.0)

    assert talk.breaths
    for breath in talk.breaths:
        inside = slice(round(breath.start * 25) + 2, round(breath.end * 25) - 2)
        sound = talk.tracks[breath.person, round(breath.start * SAMPLE_RATE) : round(breath.end * SAMPLE_RATE)]
        assert np.abs(sound).max() > 0 and talk.masks[breath.person, inside].max() == 0
        assert any(0 < turn.start - breath.end < 0.2 for turn in talk.turns if turn.person == breath.person)
