"""Make the training dialogues of the generator: recorded voices, motion of the procedural simulator, one .npz each.

    python -m research train align --data ../shared/data --out cache/alignment
    python -m research train dataset --data ../shared/data --alignment cache/alignment --out cache/dialogues --jobs 2

An interrupted run resumes: existing files are skipped. With ``--features-from`` the speech features of the same
dialogues in an earlier folder are reused and only the motion is synthesized, in a third of the time.
"""

import json
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.files import replacing
from core.layout import Layout

from ..corpora import recordings as corpora
from ..corpora.aligned_voices import aligned_voices
from ..corpora.masks import soften_masks
from ..corpora.surroundings import Surroundings, read_surroundings
from ..corpora.voices import Voice
from ..simulator.dialogue import Dialogue, make_dialogue
from ..simulator.laughter import with_breath, with_laughter
from ..simulator.person import random_layout
from ..simulator.prosodic_cues import extract_cues
from ..simulator.synthesize import synthesize
from ..simulator.tracks import Span
from ..simulator.turn_taking import default_statistics

SECONDS = 60.0  # of each dialogue
PERFORMANCES = 2  # of each dialogue: other people, another layout, the same audio
NONVERBAL = {"mfa_laughter": with_laughter, "mfa_breaths": with_breath}  # corpora of these vocalisations alone
ROUND = 12  # the number of dialogues is a multiple, so that holding out every twelfth file holds out whole dialogues


@dataclass(frozen=True, eq=False)
class Encoded:
    """Speech features of both voices of a dialogue, and the masks they were computed with."""

    masks: np.ndarray  # (2, T) float32
    features: np.ndarray  # (2, T, WIDTH)


def read_dialogue_voices(data: Path, split: str, alignment: Path | None = None) -> list[Voice]:
    """Aligned voices of one split whose licence allows training of shipped weights, with laughs and breaths."""
    recordings = [r for r in corpora.trainable(corpora.read_speech(data)) if r.split == split]
    voices = aligned_voices(recordings, alignment)
    for name, add in NONVERBAL.items():
        found = [corpora.read_samples(r.path) for r in recordings if r.path.stem == name]
        voices = add(voices, found[0]) if found else voices
    return voices


def write_dialogue(
    path: Path, dialogue: Dialogue, encoded: Encoded, intents, layout: Layout, with_sound: bool, mixed=None
) -> None:
    """Write one performance as .npz.

    features (2, T, WIDTH) and told (2, T), the masks they were computed with; masks (2, T), the true ones;
    intents (2, T, 56), layout as JSON; turns and stretches (n, 3) start s, end s, person; phones as JSON, by person;
    speakers, seed; for tests sound (N,) int16; mixed (T, WIDTH), for an ablation: features of the ungated mix
    """
    extra = {"sound": np.round(dialogue.mix * 32767).astype(np.int16)} if with_sound else {}
    extra |= {} if mixed is None else {"mixed": np.asarray(mixed, np.float16)}
    with replacing(path) as file:
        np.savez(
            file,
            features=np.asarray(encoded.features, np.float16),
            told=encoded.masks,
            masks=dialogue.masks,
            intents=intents,
            layout=np.array(json.dumps(asdict(layout))),
            turns=_rows(dialogue.turns),
            stretches=_rows(dialogue.speech),
            phones=_phones(dialogue),
            speakers=np.array(dialogue.speakers),
            seed=np.int64(dialogue.seed),
            **extra,
        )


def _rows(spans: Sequence[Span]) -> np.ndarray:
    return np.array([(span.start, span.end, span.person) for span in spans], np.float32).reshape(-1, 3)


def _phones(dialogue: Dialogue) -> np.ndarray:
    return np.array(json.dumps([[[round(s, 3), round(e, 3), p] for s, e, p in own] for own in dialogue.phones]))


def stored_features(dialogue: Dialogue, path: Path) -> tuple[Encoded, np.ndarray | None]:
    """Features of the same dialogue in the file ``path``, and those of the ungated mix or None.

    Raises UserError when the file is missing or holds another dialogue.
    """
    if not path.is_file():
        raise UserError(f'There is no "{path}" to read features from. Leave --features-from out to compute them.')
    with np.load(path, allow_pickle=False) as file:
        if str(file["phones"]) != str(_phones(dialogue)) or not np.array_equal(file["masks"], dialogue.masks):
            raise UserError(f'"{path}" holds another dialogue. Leave --features-from out to compute the features.')
        return Encoded(file["told"], file["features"]), file["mixed"] if "mixed" in file.files else None


def encode_voices(dialogue: Dialogue, exact: bool) -> Encoded:
    """Features of both voices with the true masks, or with masks as imprecise as those of diarization."""
    from core.speech.features import encode

    masks = dialogue.masks
    if not exact:
        masks = soften_masks((masks >= 0.5).astype(np.float32), np.random.default_rng([dialogue.seed, 2]))
    return Encoded(masks, encode(dialogue.mix, masks))


def encode_mix(dialogue: Dialogue) -> np.ndarray:
    """(T, WIDTH) features of the ungated recording."""
    from core.speech.features import encode

    return encode(dialogue.mix, np.ones_like(dialogue.masks))[0]


def performances_of(dialogue: Dialogue, count: int, people: int = 0):
    """The layout and the intents (2, T, 56) of ``count`` performances of one dialogue.

    people: another number draws other people for the same layouts
    """
    cues = extract_cues(dialogue)
    for number in range(count):
        layout = random_layout(np.random.default_rng([dialogue.seed, number, 1]))
        yield layout, synthesize(dialogue, layout, number + 101 * people, cues)


@dataclass(frozen=True, eq=False)
class Maker:
    """Settings of the processes that make dialogues."""

    voices: list[Voice]
    surroundings: Surroundings
    out: Path
    split: str
    performances: int
    people: int  # another number draws other people
    seed: int
    features_from: Path | None = None  # folder of an earlier run with the same dialogues

    def paths(self, number: int, folder: Path | None = None) -> list[Path]:
        """The files of one dialogue, a performance each."""
        return [(folder or self.out) / f"{self.split}_{p}_{number:05d}.npz" for p in range(self.performances)]

    def make(self, number: int) -> None:
        """Write all performances of one dialogue; every other one for training has features with imprecise masks."""
        dialogue = make_dialogue(
            self.voices, default_statistics(), 1_000_000 * self.seed + number, SECONDS, self.surroundings
        )
        test, paths = self.split == "test", self.paths(number)
        ways = 1 if test or len(paths) == 1 else 2
        if self.features_from:
            stored = [stored_features(dialogue, path) for path in self.paths(number, self.features_from)[:ways]]
            versions, mixed = [features for features, _ in stored], stored[0][1]
        else:
            versions = [encode_voices(dialogue, exact) for exact in (True, False)[:ways]]
            mixed = None if self.people else encode_mix(dialogue)
        for k, (layout, intents) in enumerate(performances_of(dialogue, len(paths), self.people)):
            once = mixed if k == 0 else None  # once a dialogue
            write_dialogue(paths[k], dialogue, versions[k % ways], intents, layout, test, once)


_maker: Maker | None = None  # of this process; a job is a number only


def _begin(maker: Maker) -> None:
    import torch

    global _maker
    _maker = maker
    torch.set_num_threads(1)  # the processes share the cores


def _make(number: int) -> int:
    _maker.make(number)
    return number


def add_arguments(parser) -> None:
    """Arguments of ``python -m research train dataset``."""
    parser.add_argument("--data", type=Path, required=True, help='the folder that holds "speech" and "noise_rir"')
    parser.add_argument("--out", type=Path, required=True, help="folder for the dialogues, .npz")
    parser.add_argument("--alignment", type=Path, help='labels made by "train align", for more voices')
    parser.add_argument("--hours", type=float, default=6.0, help="of motion in all")
    parser.add_argument("--performances", type=int, default=PERFORMANCES, help="of each recording")
    parser.add_argument("--people", type=int, default=0, help="another number draws other people for the same layouts")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="train", help="of the voices")
    parser.add_argument(
        "--features-from", type=Path, help="folder with the same dialogues, whose speech features are reused"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes that make dialogues")


def main(arguments) -> None:
    """Make the dialogues that are missing in the folder."""
    started, split = time.perf_counter(), arguments.split
    count = arguments.hours * 3600 / SECONDS / arguments.performances
    count = max(1, round(count)) if split == "test" else ROUND * max(1, round(count / ROUND))
    voices, surroundings = (
        read_dialogue_voices(arguments.data, split, arguments.alignment),
        read_surroundings(arguments.data),
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = arguments.performances, arguments.people, arguments.seed, arguments.features_from
    maker = Maker(voices, surroundings, arguments.out, split, *settings)
    missing = [number for number in range(count) if not all(path.exists() for path in maker.paths(number))]
    with multiprocessing.Pool(arguments.jobs, _begin, (maker,)) as pool:
        for made, number in enumerate(pool.imap_unordered(_make, missing), 1):
            if made % 10 == 0:
                print(f"{number + 1} of {count}, {time.perf_counter() - started:.0f} s", flush=True)
    minutes, took = count * arguments.performances * SECONDS / 60, time.perf_counter() - started
    print(f"{arguments.out}: {minutes:.0f} min of {len(voices)} voices, {len(missing)} made in {took:.0f} s")
