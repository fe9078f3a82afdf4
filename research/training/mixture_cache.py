"""Cache of mixtures: the inputs of target-speaker VAD and the true masks."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from core.diarization import log_mel
from core.diarization.embeddings import SpeakerEmbeddings, embed_recording
from core.errors import UserError
from core.files import replacing

from ..corpora import surroundings
from ..corpora.surroundings import Surroundings
from ..corpora.voices import Voice, read_fillers, read_voices
from ..simulator import mixtures


@dataclass(frozen=True, eq=False)
class CachedMixture:
    """One mixture as the network sees it."""

    embeddings: SpeakerEmbeddings
    log_mel: np.ndarray  # (T, WIDTH) of log_mel.features
    truth: np.ndarray  # (2, T) share of each frame


def prepare(data: Path, cache: Path, split: str, count: int, report: Callable[[str], None] = print) -> None:
    """Write ``count`` mixtures of ``split`` under ``cache``; existing files are skipped, so a stopped run resumes."""
    folder = Path(cache) / split
    folder.mkdir(parents=True, exist_ok=True)
    voices, around = read_voices(data, split), read_surroundings(data)
    for number in range(count):
        path = folder / f"{number:05d}.npz"
        if path.exists():
            continue
        _save(_features_of(number, split, voices, around), path)
        if number % 50 == 49:
            report(f"{split}: {number + 1} of {count} mixtures")


def paths(cache: Path, split: str, count: int | None = None) -> list[Path]:
    """The first ``count`` mixtures of ``split`` that ``prepare`` wrote, or all of them."""
    found = sorted((Path(cache) / split).glob("*.npz"))[:count]
    if not found:
        raise UserError(f'There is no mixture under "{cache}/{split}". Run the training with --mixtures above 0 first.')
    return found


def read_surroundings(data: Path) -> Surroundings:
    """Noises, room responses and fillers whose licence allows training of shipped weights."""
    return replace(surroundings.read_surroundings(data), fillers=read_fillers(data))


def _features_of(number: int, split: str, voices: list[Voice], around: Surroundings) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([number, sum(map(ord, split))])
    first, second, third = draw_three(voices, rng)
    recipe = mixtures.draw_recipe(rng)
    mixture = mixtures.mix((first, second), around, recipe, third, int(rng.integers(2**31)))
    embeddings = embed_recording(mixture.mono)
    return {
        "voice": embeddings.activity.astype(np.float16),
        "wide": embeddings.wide.astype(np.float16),
        "narrow": embeddings.narrow.astype(np.float16),
        "picture": log_mel.features(mixture.mono, embeddings.activity),
        "truth": mixture.truth.astype(np.float16),
        "recipe": np.array(json.dumps({**asdict(recipe), "voices": [first.speaker, second.speaker]})),
    }


def draw_three(voices: list[Voice], rng: np.random.Generator) -> tuple[Voice, Voice, Voice]:
    """Three different voices, the first two of one sex every other time."""
    first, third = (voices[i] for i in rng.choice(len(voices), 2, replace=False))
    same = rng.random() < 0.5
    fitting = [v for v in voices if v not in (first, third) and (v.sex == first.sex) == same]
    return first, fitting[rng.integers(len(fitting))], third


def _save(arrays: dict[str, np.ndarray], path: Path) -> None:
    with replacing(path) as file:
        np.savez(file, **arrays)


def load(path: Path) -> CachedMixture:
    """One mixture of the cache."""
    with np.load(path, allow_pickle=False) as file:
        parts = {name: file[name].astype(np.float32) for name in ("voice", "wide", "narrow", "truth")}
        features = file["picture"]
    return CachedMixture(SpeakerEmbeddings(parts["voice"], parts["wide"], parts["narrow"]), features, parts["truth"])
