"""Phone times of the Asterisk voices in Spanish, French, Italian and Russian, to judge closures by; nothing is taught.

    apt-get download asterisk-core-sounds-{es,fr,it,ru}; dpkg-deb -x … texts
    python -m research evaluate labels --data ../shared/data --texts texts --out cache/foreign

What was said is in the packages' lists, espeak-ng says how it is spoken, PocketSphinx when (both at build time only).
The acoustic model is English: vowels are rough, but lips that close sound alike everywhere.
"""

import csv
import gzip
import re
import subprocess
from pathlib import Path

from core.errors import UserError

from ...corpora import align
from ...corpora import recordings as corpora

CORPUS = "asterisk_voices"
LANGUAGES = ("es", "fr", "it", "ru")
PHONES = {  # IPA of espeak-ng to ARPAbet; longest first
    **{"tʃ": "CH", "dʒ": "JH", "ts": "T S", "dz": "D Z", "ɑ̃": "AA", "ɛ̃": "AE", "ɔ̃": "AO", "œ̃": "AH", "tɕ": "CH"},
    **dict(zip("pbmtdnŋkɡfvsz", "P B M T D N NG K G F V S Z".split(), strict=True)),
    **dict(zip("θðʃʒɕxhχɣʁrɾɹlɫʎ", "TH DH SH ZH SH HH HH HH G R R R R L L L".split(), strict=True)),
    **dict(zip("jɥwɲβʂʐʑ", "Y Y W N V SH ZH ZH".split(), strict=True)),
    **dict(zip("aɑäɐæʌəeɛiɪɨyɯ", "AA AA AA AH AE AH AH EH EH IY IH IH UW IH".split(), strict=True)),
    **dict(zip("oɔuʊøœɵ", "AO AO UW UH ER ER UW".split(), strict=True)),
}
SIGN = re.compile("|".join(sorted(map(re.escape, PHONES), key=len, reverse=True)))


def pronounce(ipa: str) -> str:
    """ARPAbet of one word's IPA; signs of stress, length and softness say nothing about lips.

    >>> pronounce("bonʒˈuʁ"), pronounce("kwˈattʃo")
    ('B AO N ZH UW HH', 'K W AA T CH AO')
    """
    return " ".join(PHONES[sign] for sign in SIGN.findall(ipa))


def read_texts(folder: Path, language: str) -> dict[str, str]:
    """Sentence by the name of its sound, as the package's list has them."""
    lists = sorted(Path(folder).glob(f"**/core-sounds-{language}.txt*"))
    if not lists:
        raise UserError(f'There is no core-sounds-{language}.txt under "{folder}". Unpack the packages there first.')
    opened = gzip.open if lists[0].suffix == ".gz" else open
    with opened(lists[0], "rt", encoding="utf-8") as file:
        pairs = [line.split(":", 1) for line in file if ":" in line and not line.startswith(";")]
    return {name.strip(): re.sub(r"\([^)]*\)", "", text).strip() for name, text in pairs}


def words_of(text: str, language: str) -> list[tuple[str, str]]:
    """Each word of ``text`` as a made-up name that the decoder takes, and how it is spoken."""
    words = re.findall(r"\w+(?:['’]\w+)*", text)
    said = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", language], input="\n".join(words), capture_output=True, text=True, check=True
    ).stdout.split("\n")
    spoken = [pronounce(re.sub(r"\([a-z-]+\)", "", ipa)) for ipa in said[: len(words)]]
    return [(f"{language}{re.sub('[^a-z]', '', phones.lower())}", phones) for phones in spoken if phones]


def label(engine, recording: corpora.Recording, text: str) -> list[tuple[float, float, str]] | None:
    """Phones of one recording, or None where text and sound do not fit; after a RuntimeError a new engine is needed."""
    words = words_of(text, recording.language)
    for name, phones in words:
        if engine.lookup_word(name) is None:
            engine.add_word(name, phones, True)
    found = align.align(engine, corpora.read_samples(recording.path), " ".join(name for name, _ in words))
    return align.in_file_time(found[0], 0.0, recording.seconds) if found else None


def label_all(recordings: list[corpora.Recording], texts: dict[str, str], out: Path) -> int:
    """Write ``<file>.phones.csv`` for every recording whose text is known and fits; how many there are then."""
    engine = align.decoder()
    for recording in recordings:
        text = texts.get(recording.path.stem.removeprefix(f"{recording.language}_"))
        path = out / f"{recording.path.stem}.phones.csv"
        if not text or path.exists():
            continue
        try:
            phones = label(engine, recording, text)
        except RuntimeError:  # its way to say that the words do not fit the sound
            phones, engine = None, align.decoder()
        if phones:
            _write(path, phones)
    return sum((out / f"{recording.path.stem}.phones.csv").exists() for recording in recordings)


def add_arguments(parser) -> None:
    """Arguments of ``python -m research evaluate labels``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--texts", type=Path, required=True, help="the unpacked packages asterisk-core-sounds-*")
    parser.add_argument("--out", type=Path, required=True, help="folder for the labels")


def main(arguments) -> None:
    """Label what is not labelled yet."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    recordings = corpora.read_corpus(arguments.data / "speech" / CORPUS)
    for language in LANGUAGES:
        own = [r for r in recordings if r.language == language]
        done = label_all(own, read_texts(arguments.texts, language), arguments.out)
        print(f"{language}: {done} of {len(own)} recordings labelled")


def _write(path: Path, phones: list[tuple[float, float, str]]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("start_s", "end_s", "phone"), *phones])
