"""Phone labels of the Asterisk voices in Spanish, French, Italian and Russian, to evaluate bilabial closures.

    apt-get download asterisk-core-sounds-{es,fr,it,ru}; dpkg-deb -x … texts
    python -m research evaluate labels --data ../shared/data --texts texts --out cache/foreign

Transcripts come with the packages, pronunciations from espeak-ng, times from forced alignment with PocketSphinx. The
acoustic model is English: vowels are approximate, bilabial closures sound alike in these languages. The labels are used
for evaluation only.
"""

import gzip
import re
import subprocess
from pathlib import Path

from core.errors import UserError

from ...corpora import align, recordings

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
    """ARPAbet of one word's IPA, without stress, length and palatalization, which do not move the lips.

    >>> pronounce("bonʒˈuʁ"), pronounce("kwˈattʃo")
    ('B AO N ZH UW HH', 'K W AA T CH AO')
    """
    return " ".join(PHONES[sign] for sign in SIGN.findall(ipa))


def read_texts(folder: Path, language: str) -> dict[str, str]:
    """Sentences by the name of their sound file, from the package's list. Raises UserError where it is missing."""
    lists = sorted(Path(folder).glob(f"**/core-sounds-{language}.txt*"))
    if not lists:
        raise UserError(f'There is no core-sounds-{language}.txt under "{folder}". Unpack the packages there first.')
    opened = gzip.open if lists[0].suffix == ".gz" else open
    with opened(lists[0], "rt", encoding="utf-8") as file:
        pairs = [line.split(":", 1) for line in file if ":" in line and not line.startswith(";")]
    return {name.strip(): re.sub(r"\([^)]*\)", "", text).strip() for name, text in pairs}


def words_of(text: str, language: str) -> list[tuple[str, str]]:
    """A dictionary key and the ARPAbet pronunciation of each word of ``text``."""
    words = re.findall(r"\w+(?:['’]\w+)*", text)
    ipa_lines = subprocess.run(
        ["espeak-ng", "-q", "--ipa", "-v", language], input="\n".join(words), capture_output=True, text=True, check=True
    ).stdout.split("\n")
    spoken = [pronounce(re.sub(r"\([a-z-]+\)", "", ipa)) for ipa in ipa_lines[: len(words)]]
    return [(f"{language}{re.sub('[^a-z]', '', phones.lower())}", phones) for phones in spoken if phones]


def label(engine, recording: recordings.Recording, text: str) -> list[tuple[float, float, str]] | None:
    """Phones of one recording, None where text and audio do not match.

    Raises RuntimeError where the decoder fails; a new decoder is needed then.
    """
    words = words_of(text, recording.language)
    for name, phones in words:
        if engine.lookup_word(name) is None:
            engine.add_word(name, phones, True)
    found = align.align(engine, recordings.read_samples(recording.path), " ".join(name for name, _ in words))
    return align.in_file_time(found[0], 0.0, recording.seconds) if found else None


def label_all(chosen: list[recordings.Recording], texts: dict[str, str], out: Path) -> int:
    """Write ``<file>.phones.csv`` for every recording whose text is known and aligns; returns how many there are."""
    engine = align.decoder()
    for recording in chosen:
        text = texts.get(recording.path.stem.removeprefix(f"{recording.language}_"))
        path = out / f"{recording.path.stem}.phones.csv"
        if not text or path.exists():
            continue
        try:
            phones = label(engine, recording, text)
        except RuntimeError:  # raised where the words do not match the audio
            phones, engine = None, align.decoder()
        if phones:
            align.write(path, "phone", phones)
    return sum((out / f"{recording.path.stem}.phones.csv").exists() for recording in chosen)


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate labels``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--texts", type=Path, required=True, help="the unpacked packages asterisk-core-sounds-*")
    parser.add_argument("--out", type=Path, required=True, help="folder for the labels")


def main(arguments) -> None:
    """Label the recordings that have no labels yet."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    corpus = recordings.read_corpus(arguments.data / "speech" / CORPUS)
    for language in LANGUAGES:
        own = [r for r in corpus if r.language == language]
        done = label_all(own, read_texts(arguments.texts, language), arguments.out)
        print(f"{language}: {done} of {len(own)} recordings labelled")
