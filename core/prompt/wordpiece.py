"""BERT's tokenizer, uncased: text to the numbers MiniLM reads."""

import unicodedata
from pathlib import Path

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100  # characters; anything longer is one unknown piece


def read_vocabulary(path: Path) -> dict[str, int]:
    """The pieces of ``vocab.txt``, one a line, and their numbers."""
    return {piece: i for i, piece in enumerate(path.read_text("utf-8").splitlines())}


def tokens(text: str, vocabulary: dict[str, int], most: int = 256) -> list[int]:
    """The numbers of a text's pieces between START and END, at most ``most`` of them.

    >>> tokens("Hi", {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "hi": 3})
    [1, 3, 2]
    """
    pieces = [vocabulary[piece] for word in words(text) for piece in _pieces(word, vocabulary)]
    return [vocabulary[START], *pieces[: most - 2], vocabulary[END]]


def words(text: str) -> list[str]:
    """Lower-case words without accents; every punctuation mark and every Chinese character is a word of its own."""
    spaced = []
    for char in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(char)
        if char in "\t\n\r" or kind == "Zs":
            spaced.append(" ")
        elif char == "\ufffd" or kind[0] == "C" or kind == "Mn":
            continue
        else:
            spaced.append(f" {char} " if _stands_alone(char, kind) else char)
    return "".join(spaced).split()


def _stands_alone(char: str, kind: str) -> bool:
    ascii_mark = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
    return ascii_mark or kind[0] == "P" or "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def _pieces(word: str, vocabulary: dict[str, int]) -> list[str]:
    """The longest pieces that make up ``word``, from the left; UNKNOWN where there are none."""
    if len(word) > LONGEST_WORD:
        return [UNKNOWN]
    pieces, start = [], 0
    while start < len(word):
        end = len(word)
        while end > start and _piece(word, start, end) not in vocabulary:
            end -= 1
        if end == start:
            return [UNKNOWN]
        pieces.append(_piece(word, start, end))
        start = end
    return pieces


def _piece(word: str, start: int, end: int) -> str:
    return word[start:end] if start == 0 else "##" + word[start:end]
