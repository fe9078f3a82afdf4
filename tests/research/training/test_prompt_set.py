from core import PROMPTS
from research.evaluation.prompts import read_cases
from research.training.prompt_set import DRAWS, prompt_set, read_lines


def test_a_line_with_braces_is_read_several_times_in_other_words_and_always_the_same(tmp_path):
    (tmp_path / "scenes_x.txt").write_text("[table] d=1.2 h=1.2\n{pair} sit at {table}.\nThey sit down.\n", "utf-8")
    lines = read_lines(tmp_path / "scenes_x.txt")
    assert 2 < len(lines) <= DRAWS + 1 and len({line.text for line in lines}) == len(lines)
    assert not any("{" in line.text for line in lines)
    assert all(line.values == {"distance": 1.2, "height_1": 1.2, "height_2": 1.2} for line in lines)
    assert lines == read_lines(tmp_path / "scenes_x.txt")


def test_the_prompt_set_is_large_and_no_test_part_is_learnt_from():
    learnt = {line.text.lower().strip(" .!") for line in prompt_set()}
    tested = {
        case.prompt.lower().strip(" .!") for path in (PROMPTS / "held_out").glob("*.txt") for case in read_cases(path)
    }
    assert len(learnt) > 5000 and len(tested) > 900
    assert not [text for text in tested & learnt if len(text.split()) > 3]
