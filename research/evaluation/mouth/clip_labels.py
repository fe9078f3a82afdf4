"""Phone labels of the video clips whose words are known, for the upper bound in "evaluate mouths --labels".

python -m research evaluate clips --data ../shared/data --out cache/clips

The words of some clips are in their names; those of others in a list (clip, start_s, end_s, text). Phones are
force-aligned with PocketSphinx. The labels are used for evaluation only.
"""

import csv
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE

from ...corpora import align

GRID = {  # file names of the GRID corpus: a letter a word; the spoken letter stands for itself
    "verb": {"b": "bin", "l": "lay", "p": "place", "s": "set"},
    "colour": {"b": "blue", "g": "green", "r": "red", "w": "white"},
    "place": {"a": "at", "b": "by", "i": "in", "w": "with"},
    "digit": dict(zip("z123456789", "zero one two three four five six seven eight nine".split(), strict=True)),
    "end": {"a": "again", "n": "now", "p": "please", "s": "soon"},
}
TRANSCRIPTS = {"vidtimit_fadg0_sa1": "she had your dark suit in greasy wash water all year"}  # TIMIT's first sentence

Sentence = tuple[float, float, str]  # start s, end s, words


def words_of(name: str) -> str | None:
    """The words spoken in the clip called ``name``; None where its name does not give them.

    >>> words_of("grid_bbaf2n"), words_of("lipread_s_are_you_well"), words_of("news_man_us")
    ('bin blue at f two now', 'are you well', None)
    """
    if name.startswith("grid_"):
        verb, colour, place, letter, digit, end = name.removeprefix("grid_")
        codes = {"verb": verb, "colour": colour, "place": place, "digit": digit, "end": end}
        words = {kind: GRID[kind][code] for kind, code in codes.items()}
        return " ".join([words["verb"], words["colour"], words["place"], letter, words["digit"], words["end"]])
    if name.startswith("lipread_s_"):
        return name.removeprefix("lipread_s_").rstrip("0123456789").replace("_", " ").replace("lets", "let's")
    return TRANSCRIPTS.get(name)


def read_list(path: Path) -> dict[str, list[Sentence]]:
    """Sentences by clip, from a .csv of clip, start_s, end_s, text."""
    found: dict[str, list[Sentence]] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["clip"], []).append((float(row["start_s"]), float(row["end_s"]), row["text"]))
    return found


def label(samples: np.ndarray, sentences: list[Sentence]) -> list[tuple[float, float, str]]:
    """(start s, end s, phone) of the sentences that can be aligned; samples: (N,) of one clip."""
    engine, phones = align.decoder(), []
    for start, end, text in sentences:
        part = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        try:
            found = align.align(engine, part, text)
        except RuntimeError:  # raised where the words do not match the audio
            found, engine = None, align.decoder()
        phones += align.in_file_time(found[0], start, end) if found else []
    return phones


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate clips``."""
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/liptruth")
    parser.add_argument("--texts", type=Path, help="transcripts of other clips, .csv: clip, start_s, end_s, text")
    parser.add_argument("--out", type=Path, required=True, help="folder for the labels")


def main(arguments) -> None:
    """Label every clip whose words are known."""
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
