"""Labels of other languages: what a word is made of, and what the packages' lists say."""

import gzip

import pytest

from core.errors import UserError
from research.evaluation.mouth import foreign_labels

LIST = "; Sounds in Italian\nvm-intro: Prego, lasciare un messaggio. (poi un beep).\nbeep: (this is a beep)\n"


def test_lips_that_close_are_found_whatever_the_language():
    assert foreign_labels.pronounce("tambjˈen") == "T AA M B Y EH N"
    assert foreign_labels.pronounce("pʌdʌʒdʲˈitʲi").split()[0] == "P"
    assert "B" not in foreign_labels.pronounce("βˈoθ").split()  # a Spanish v between vowels leaves the lips apart


def test_texts_are_read_from_the_list_without_what_is_not_said(tmp_path):
    folder = tmp_path / "usr" / "share" / "doc"
    folder.mkdir(parents=True)
    with gzip.open(folder / "core-sounds-it.txt.gz", "wt", encoding="utf-8") as file:
        file.write(LIST)

    texts = foreign_labels.read_texts(tmp_path, "it")

    assert texts == {"vm-intro": "Prego, lasciare un messaggio. .", "beep": ""}


def test_a_folder_without_lists_is_said(tmp_path):
    with pytest.raises(UserError, match="core-sounds-fr"):
        foreign_labels.read_texts(tmp_path, "fr")
