import pytest

from core.prompt.translation import to_english


def english(text: str) -> str:
    return to_english(text)(text)


@pytest.mark.parametrize(
    "text, translated",
    [
        ("Zwei Freunde sitzen drei Meter voneinander entfernt", "two friends sit three metres apart"),
        ("sie streiten am Tisch", "they argue at the table"),
        ("ils sont assis face à face", "they sit face to face"),
        ("A regarde B, deux mètres", "A looks at B, two metres"),
        ("dos amigos hablan en un café", "two friends talk in a cafe"),
        ("A mira a B", "A looks at B"),  # the person A, not the preposition
        ("zwei Freunde: small talk, coffee", "two friends: small talk, coffee"),  # more English words than German ones
    ],
)
def test_german_french_and_spanish_are_translated_phrase_by_phrase(text, translated):
    assert english(text) == translated


def test_the_language_is_that_of_the_whole_prompt():
    to = to_english("sie streiten am Tisch, A sitzt")
    assert to("A sitzt") == "A sits"
    assert to_english("they argue at the table")("A sitzt") == "A sitzt"


def test_capitals_alone_are_read_like_lower_case():
    assert english("THEY STAND THREE METRES APART") == "they stand three metres apart"
