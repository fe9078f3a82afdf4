from research.evaluation.mouth import clip_labels
from research.evaluation.mouth.video_clips import speaker_of


def test_clips_that_are_named_after_their_words_tell_them():
    assert clip_labels.words_of("grid_pwij3p") == "place white in j three please"
    assert clip_labels.words_of("lipread_s_lets_get_dessert") == "let's get dessert"
    assert clip_labels.words_of("vlog_man") is None


def test_sentences_are_read_by_clip(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text("clip,start_s,end_s,text\nvlog_man,0,1.5,hello\nvlog_man,2,3,there\n")

    assert clip_labels.read_list(path) == {"vlog_man": [(0.0, 1.5, "hello"), (2.0, 3.0, "there")]}


def test_clips_of_one_speaker_are_never_in_both_halves():
    assert speaker_of("lipread_w_nicole_world") == speaker_of("lipread_w_nicole_against") != speaker_of("vlog_man")
    assert speaker_of("msdwild_speaking_1") != speaker_of("msdwild_speaking_2")
