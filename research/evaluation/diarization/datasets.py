"""Test recordings with true turns: open recordings, mixtures of unseen readers, and calls of an hour."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.audio import decoding
from core.timeseries import runs

from ...corpora.voices import Voice, read_voices
from ...simulator import mixtures
from ...training import mixture_cache
from .error_rates import STEP, Truth, read_rttm

BASE = mixtures.Recipe(seconds=60.0, snr=40.0, match_microphones=0.7)
# condition: recipe, and whether the two are of one sex (None: either)
CONDITIONS: dict[str, tuple[mixtures.Recipe, bool | None]] = {
    "mixed sex": (BASE, False),
    "same sex": (BASE, True),
    "no overlap": (replace(BASE, overlap=0.0), None),
    "overlap 10 %": (replace(BASE, overlap=1.3), None),
    "overlap 20 %": (replace(BASE, overlap=2.1), None),
    "overlap 40 %": (replace(BASE, overlap=3.2), None),
    "noise 20 dB": (replace(BASE, snr=20.0, noise="noise"), None),
    "noise 10 dB": (replace(BASE, snr=10.0, noise="noise"), None),
    "noise 5 dB": (replace(BASE, snr=5.0, noise="noise"), None),
    "music 10 dB": (replace(BASE, snr=10.0, noise="music"), None),
    "telephone": (replace(BASE, telephone=True), None),
    "echoing room": (replace(BASE, room="hall"), None),
}
# condition: number of readers, and seconds; recipes as in the training mixtures
OTHER_COUNTS = {"one reader, 30 s": (1, 30.0), "one reader, 2 min": (1, 120.0), "three readers": (3, 60.0)}
MIXTURES = {*CONDITIONS, *OTHER_COUNTS}  # each is one row of the table
SEED = 20261125  # of mixtures that no rule was chosen on


@dataclass(frozen=True, eq=False)
class Case:
    """One recording and its truth."""

    set: str
    name: str
    sound: decoding.Sound
    truth: Truth
    voices: int  # people in it; the truth of a mixture of three has the two with the most speech


def open_recordings(data: Path) -> Iterator[Case]:
    """The labelled recordings of data/conversations; two calls also with one person a channel."""
    folder = Path(data) / "conversations"
    with open(folder / "index.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["labels"].startswith("rttm")]
    for row in rows:
        path = folder / row["file"]
        sound = decoding.load(path)
        truth = read_rttm(path.with_suffix(".rttm"), sound.seconds)
        rough = "rough labels" if "semi" in row["labels"] else "labels"
        yield Case("meetings" if path.stem.startswith("ami") else rough, path.stem, sound, truth, len(truth.names))
        two = path.with_suffix(".AB_8k.opus")
        if two.exists():
            yield Case("stereo", f"{path.stem} (channels)", decoding.load(two), truth, 2)


def unseen_mixtures(data: Path, count: int) -> Iterator[Case]:
    """``count`` mixtures of 60 s of each condition, of the test speakers."""
    long_enough, around = _readers(data, 6), mixture_cache.read_surroundings(data)
    for name, (recipe, same_sex) in CONDITIONS.items():
        for number in range(count):
            rng = np.random.default_rng([SEED, number, len(name)])
            drawn = mixture_cache.draw_three(long_enough, rng)
            while same_sex is not None and (drawn[0].sex == drawn[1].sex) != same_sex:
                drawn = mixture_cache.draw_three(long_enough, rng)
            mixture = mixtures.mix(drawn[:2], around, recipe, drawn[2], int(rng.integers(2**31)))
            yield Case(name, f"{name} {number}", decoding.from_samples(mixture.mono), _truth(mixture), 2)


def other_counts(data: Path, count: int) -> Iterator[Case]:
    """``count`` mixtures of each condition of one test speaker and of three."""
    long_enough, around = _readers(data, 6), mixture_cache.read_surroundings(data)
    for name, (people, seconds) in OTHER_COUNTS.items():
        for number in range(count):
            rng = np.random.default_rng([SEED, number, len(name)])
            *speakers, far = (long_enough[k] for k in rng.choice(len(long_enough), people + 1, replace=False))
            recipe = replace(mixtures.draw_recipe(rng), seconds=seconds)
            if recipe.noise == "voice":  # would be one speaker more
                recipe = replace(recipe, noise="noise")
            mixture = mixtures.mix_turns(speakers, around, recipe, far, int(rng.integers(2**31)))
            truth, sound = _truth(mixture), decoding.from_samples(mixture.mono)
            yield Case(name, f"{name} {number}", sound, truth.longest_speakers(2), len(truth.names))


def long_calls(data: Path, hours: float = 1.0) -> Iterator[Case]:
    """A real call and a mixture, each repeated to ``hours``, the level of each part down by up to 6 dB.

    The room of the mixture changes every minute; its first part is shorter, so that no change is on a full minute.
    """
    call = next(case for case in open_recordings(data) if case.set == "labels")
    around, rng = mixture_cache.read_surroundings(data), np.random.default_rng(SEED)
    pair = mixture_cache.draw_three(_readers(data, 40), rng)
    seeds = [SEED + number for number in range(max(1, round(60 * hours)))]
    parts = [mixtures.mix(pair[:2], around, replace(BASE, seconds=37.0), pair[2], seeds[0])]
    parts += [mixtures.mix(pair[:2], around, BASE, pair[2], seed) for seed in seeds[1:]]
    repeats = max(1, round(hours * 3600 / call.sound.seconds))
    yield _joined(call.name, [(call.sound.mono, call.truth)] * repeats, rng)
    yield _joined("one pair of readers", [(part.mono, _truth(part)) for part in parts], rng)


def _readers(data: Path, seconds: float) -> list[Voice]:
    """The test speakers with at least ``seconds`` of speech."""
    return [voice for voice in read_voices(data, "test") if voice.seconds >= seconds]


def _joined(name: str, parts: list[tuple[np.ndarray, Truth]], rng: np.random.Generator) -> Case:
    sounds, turns, start = [], [], 0.0
    for mono, truth in parts:
        sounds.append(mono * 10 ** (rng.uniform(-6, 0) / 20))
        turns += [(a + start, b + start, who) for a, b, who in truth.turns]
        start += len(mono) / decoding.SAMPLE_RATE
    mono = np.concatenate(sounds).astype(np.float32)
    return Case("an hour", f"{name}, {start / 60:.0f} min", decoding.from_samples(mono), Truth(tuple(turns), start), 2)


def _truth(mixture: mixtures.Mixture) -> Truth:
    spans = [(a * STEP, b * STEP, str(who)) for who, row in enumerate(mixture.steps, 1) for a, b in runs(row)]
    return Truth(tuple(spans), len(mixture.mono) / decoding.SAMPLE_RATE)
