import pytest

from core.prompt.spelling import spell_checked


@pytest.mark.parametrize(
    "text, corrected",
    [
        ("Two freinds sit close", "Two friends sit close"),  # letters out of order
        ("Emma whispres to Xiulan", "Emma whispers to Xiulan"),  # a name is no mistake
        ("They luagh togehter", "They laugh together"),
        ("in a restaurnt", "in a restaurant"),
        ("on a parkbench", "on a park bench"),
        ("they sitt", "they sitt"),  # shorter than SHORTEST_MISTAKE
    ],
)
def test_spelling_mistakes_become_the_word_they_resemble(text, corrected):
    assert spell_checked(text) == corrected


def test_correct_english_stays_as_it_is():
    text = "Two friends sit in a restaurant, not looking at each other"
    assert spell_checked(text) == text
