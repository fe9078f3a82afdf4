"""Phones of the real mouths' clips whose words are known, for "evaluate mouths --labels": the teacher's ceiling.

python -m research evaluate clips --data ../shared/data --out cache/clips

Some clips are named after their words; what others say stands in a list that is given (clip, start_s, end_s, text).
When each sound is said is found by PocketSphinx (at build time only); nothing is taught.
"""

import csv
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE

from ...corpora import align

GRID = {  # the corpus' code: a letter for each word but the letter that is spoken itself
    "verb": {"b": "bin", "l": "lay", "p": "place", "s": "set"},
    "colour": {"b": "blue", "g": "green", "r": "red", "w": "white"},
    "place": {"a": "at", "b": "by", "i": "in", "w": "with"},
    "digit": dict(zip("z123456789", "zero one two three four five six seven eight nine".split(), strict=True)),
    "end": {"a": "again", "n": "now", "p": "please", "s": "soon"},
}
SAYS = {"vidtimit_fadg0_sa1": "she had your dark suit in greasy wash water all year"}  # TIMIT's first sentence

Sentence = tuple[float, float, str]  # start s, end s, words


def words_of(name: str) -> str | None:
    """What is said in the clip called ``name``, where its name tells.

    >>> words_of("grid_bbaf2n"), words_of("lipread_s_are_you_well"), words_of("news_man_us")
    ('bin blue at f two now', 'are you well', None)
    """
    if name.startswith("grid_"):
        verb, colour, place, letter, digit, end = name.removeprefix("grid_")
        spoken = {"verb": verb, "colour": colour, "place": place, "digit": digit, "end": end}
        said = {kind: GRID[kind][sign] for kind, sign in spoken.items()}
        return " ".join([said["verb"], said["colour"], said["place"], letter, said["digit"], said["end"]])
    if name.startswith("lipread_s_"):
        return name.removeprefix("lipread_s_").rstrip("0123456789").replace("_", " ").replace("lets", "let's")
    return SAYS.get(name)


def read_list(path: Path) -> dict[str, list[Sentence]]:
    """Sentences by clip."""
    found: dict[str, list[Sentence]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["clip"], []).append((float(row["start_s"]), float(row["end_s"]), row["text"]))
    return found


def label(samples: np.ndarray, sentences: list[Sentence]) -> list[tuple[float, float, str]]:
    """Phones of what can be aligned of one clip (N,)."""
    engine, phones = align.decoder(), []
    for start, end, text in sentences:
        part = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        try:
            found = align.align(engine, part, text)
        except RuntimeError:  # its way to say that the words do not fit the sound
            found, engine = None, align.decoder()
        phones += align.in_file_time(found[0], start, end) if found else []
    return phones


def add_arguments(parser) -> None:
    """Arguments of ``python -m research evaluate clips``."""
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/liptruth")
    parser.add_argument("--texts", type=Path, help="list of what other clips say: clip, start_s, end_s, text")
    parser.add_argument("--out", type=Path, required=True, help="folder for the labels")


def main(arguments) -> None:
    """Label what can be labelled."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    listed, done = read_list(arguments.texts) if arguments.texts else {}, 0
    paths = sorted((arguments.data / "video" / "liptruth").glob("*.npz"))
    for path in paths:
        with np.load(path, allow_pickle=False) as file:
            samples = file["wav"].astype(np.float32) / 32768
        words = words_of(path.stem)
        sentences = [(0.0, len(samples) / SAMPLE_RATE, words)] if words else listed.get(path.stem, [])
        phones = label(samples, sentences) if sentences else []
        if phones:
            align.write(arguments.out / f"{path.stem}.phones.csv", "phone", phones)
            done += 1
    print(f"{done} of {len(paths)} clips labelled")
