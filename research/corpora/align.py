"""Phone times for transcribed speech without them, by PocketSphinx (package ``pocketsphinx``, at build time only).

    python -m research train align --data ../shared/data --out cache/alignment

Reads ``utterances.csv`` of the corpora that have one (file, start_s, end_s, text: many sentences to a file) and writes
``<corpus>/<file>.phones.csv`` and ``.words.csv`` like those beside the other corpora. Sentences whose
alignment fails the check of :func:`fits` are left out: they have no phones and are not used.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.files import replacing

from . import recordings

if TYPE_CHECKING:
    from pocketsphinx import Decoder

PAD = 0.2  # s of low-level noise at both ends; without it a third of the sentences fails
FLOOR = 0.03  # s, the shortest phone of the aligner; many of them indicate a wrong transcript
MOST_AT_FLOOR = 0.3


def decoder() -> Decoder:
    """A decoder with the package's own English model. After an error a new one is needed."""
    from pocketsphinx import Config, Decoder, get_model_path  # a dependency of alignment only

    models = get_model_path() + "/en-us"
    return Decoder(Config(hmm=f"{models}/en-us", dict=f"{models}/cmudict-en-us.dict", lm=None, loglevel="FATAL"))


def align(engine: Decoder, samples: np.ndarray, text: str) -> tuple[list, list] | None:
    """Phones and words of one sentence as (start s, end s, name), or None for an unknown word or a failed alignment.

    samples: (n,) at 16 kHz
    """
    spoken = text.lower().strip()
    if not spoken or any(engine.lookup_word(word) is None for word in spoken.split()):
        return None
    noise = np.random.default_rng(0).normal(0, 1e-4, round(PAD * recordings.SAMPLE_RATE))
    padded = np.concatenate([noise, samples / max(1e-6, np.abs(samples).max()) * 0.5, noise])
    pcm = (padded * 32767).astype(np.int16).tobytes()
    for prepare in (lambda: engine.set_align_text(spoken), engine.set_alignment):
        prepare()
        engine.start_utt()
        engine.process_raw(pcm, full_utt=True)
        engine.end_utt()
    phones, words = [], []
    for word in engine.get_alignment().words():
        words.append(_timed(word, word.name.split("(")[0]))
        phones.extend(_timed(phone, phone.name) for phone in word)
    return (phones, words) if fits(phones) else None


def _timed(part, name: str) -> tuple[float, float, str]:
    return part.start / 100 - PAD, (part.start + part.duration) / 100 - PAD, name


def fits(phones: list[tuple[float, float, str]]) -> bool:
    """Whether the transcript matches: of a wrong one, most phones have the shortest duration."""
    spoken = [end - start for start, end, name in phones if name != "SIL"]
    return bool(spoken) and np.mean(np.array(spoken) <= FLOOR + 0.005) <= MOST_AT_FLOOR


def align_file(path: Path, sentences: list[tuple[float, float, str]]) -> tuple[list, list, int]:
    """Phones and words of a whole file, in its own time, and how many sentences were left out."""
    samples, engine = recordings.read_samples(path), decoder()
    phones, words, left_out = [], [], 0
    for start, end, text in sentences:
        part = samples[round(start * recordings.SAMPLE_RATE) : round(end * recordings.SAMPLE_RATE)]
        try:
            found = align(engine, part, text)
        except RuntimeError:  # raised when the words do not match the audio
            found, engine = None, decoder()
        if found is None:
            left_out += 1
            continue
        phones.extend(in_file_time(found[0], start, end))
        words.extend(in_file_time(found[1], start, end))
    return phones, words, left_out


def in_file_time(rows: list[tuple[float, float, str]], start: float, end: float) -> list[tuple[float, float, str]]:
    """``rows`` of a sentence in the time of its file, cut to the sentence; what lies outside is left out."""
    moved = [(max(0, s) + start, min(e + start, end), name) for s, e, name in rows if e > 0]
    return [row for row in moved if row[0] < row[1]]


def write(path: Path, column: str, rows: list[tuple[float, float, str]]) -> None:
    lines = [f"start_s,end_s,{column}", *(f"{start:.3f},{end:.3f},{name}" for start, end, name in rows)]
    with replacing(path) as file:
        file.write(("\n".join(lines) + "\n").encode())


def add_arguments(parser) -> None:
    """Arguments of ``python -m research train align``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech"')
    parser.add_argument("--out", type=Path, required=True, help="folder for the labels")


def main(arguments) -> None:
    """Align every corpus that has sentences and no phones; existing files are skipped."""
    started, done, left_out = time.perf_counter(), 0, 0
    for listing in sorted((arguments.data / "speech").glob("*/utterances.csv")):
        sentences: dict[str, list] = {}
        with open(listing, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                sentences.setdefault(row["file"], []).append((float(row["start_s"]), float(row["end_s"]), row["text"]))
        folder = arguments.out / listing.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, own in sorted(sentences.items()):
            target = folder / Path(name).with_suffix(".phones.csv").name
            if target.exists():
                continue
            phones, words, missing = align_file(listing.parent / name, own)
            write(target.with_suffix("").with_suffix(".words.csv"), "word", words)
            write(target, "phone", phones)
            done, left_out = done + len(own), left_out + missing
    print(f"{arguments.out}: {done - left_out} of {done} sentences aligned in {time.perf_counter() - started:.0f} s")
