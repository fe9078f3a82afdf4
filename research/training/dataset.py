"""Make the dialogues that the generator learns from: real voices, simulated motion, one .npz per rendering.

    python -m research train align --data ../shared/data --out cache/alignment
    python -m research train dataset --data ../shared/data --alignment cache/alignment --out cache/dialogues --jobs 2

A stopped one goes on: a file that is there is not made again. With ``--heard`` the talks of an earlier folder are acted
anew in a third of the time: what is heard there is taken over.
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

from ..corpora import augment
from ..corpora import recordings as corpora
from ..corpora.cast import Voice, gather_voices
from ..simulator.dialogue import Dialogue, Room, default_statistics, make_dialogue
from ..simulator.laughter import with_breath, with_laughter
from ..simulator.person import random_layout
from ..simulator.prosodic_cues import hear
from ..simulator.synthesize import synthesize

SECONDS = 60.0  # of each dialogue
PERFORMANCES = 2  # of each dialogue: other people, another scene, the same sound
BESIDE_TALK = {"mfa_laughter": with_laughter, "mfa_breaths": with_breath}  # recordings of nothing else
ROUND = 12  # dialogues are made in this many, so that whoever holds out every twelfth file holds out whole dialogues


@dataclass(frozen=True, eq=False)
class Encoded:
    """Both voices of a dialogue as they are heard with some masks."""

    masks: np.ndarray  # (2, T) float32
    features: np.ndarray  # (2, T, WIDTH)


def cast_for(data: Path, split: str, alignment: Path | None = None) -> list[Voice]:
    """Aligned voices of one split that weights may learn from by their licence."""
    recordings = [r for r in corpora.trainable(corpora.read_speech(data)) if r.split == split]
    voices = gather_voices(recordings, alignment)
    for name, able in BESIDE_TALK.items():
        heard = [corpora.read_samples(r.path) for r in recordings if r.path.stem == name]
        voices = able(voices, heard[0]) if heard else voices
    return voices


def room_of(data: Path) -> Room:
    """Noises and room responses under ``data/noise_rir`` that weights may learn from."""
    kept = [r for r in corpora.read_corpus(Path(data) / "noise_rir") if corpora.may_train(r.licence)]
    sounds = {kind: tuple(corpora.read_samples(r.path) for r in kept if r.speaker == kind) for kind in ("noise", "rir")}
    return Room(noises=sounds["noise"], responses=sounds["rir"])


def write_dialogue(
    path: Path, dialogue: Dialogue, heard: Encoded, intents, layout: Layout, with_sound: bool, mixed=None
) -> None:
    """One performance.

    features (2, T, WIDTH) and told (2, T), the masks they were made with; masks (2, T), the true ones;
    intents (2, T, 56), layout as JSON; turns and stretches (n, 3) start s, end s, person; phones as JSON, by person;
    speakers, seed; for tests sound (N,) int16; mixed (T, WIDTH), for an ablation: what is heard with nobody turned down
    """
    extra = {"sound": np.round(dialogue.mix * 32767).astype(np.int16)} if with_sound else {}
    extra |= {} if mixed is None else {"mixed": np.asarray(mixed, np.float16)}
    with replacing(path) as file:
        np.savez(
            file,
            features=np.asarray(heard.features, np.float16),
            told=heard.masks,
            masks=dialogue.masks,
            intents=intents,
            layout=np.array(json.dumps(asdict(layout))),
            turns=_rows(dialogue.turns),
            stretches=_rows(dialogue.stretches),
            phones=_phones(dialogue),
            speakers=np.array(dialogue.speakers),
            seed=np.int64(dialogue.seed),
            **extra,
        )


def _rows(spans: Sequence) -> np.ndarray:
    return np.array([(span.start, span.end, span.person) for span in spans], np.float32).reshape(-1, 3)


def _phones(dialogue: Dialogue) -> np.ndarray:
    return np.array(json.dumps([[[round(s, 3), round(e, 3), p] for s, e, p in own] for own in dialogue.phones]))


def heard_before(dialogue: Dialogue, path: Path) -> tuple[Encoded, np.ndarray | None]:
    """What ``path`` says of the same talk: how its voices are heard, and the unmasked mix where it is there.

    Raises UserError when it is missing or holds another talk.
    """
    if not path.is_file():
        raise UserError(f'There is no "{path}" to take the voices from. Leave --heard out to hear them anew.')
    with np.load(path, allow_pickle=False) as file:
        if str(file["phones"]) != str(_phones(dialogue)) or not np.array_equal(file["masks"], dialogue.masks):
            raise UserError(f'"{path}" holds another talk. Leave --heard out to hear the voices anew.')
        return Encoded(file["told"], file["features"]), file["mixed"] if "mixed" in file.files else None


def encoded(dialogue: Dialogue, exact: bool) -> Encoded:
    """The voices heard with the true masks, or with such as a speaker network gives: late, soft, unsure."""
    from core.speech.features import encode

    masks = dialogue.masks
    if not exact:
        masks = augment.soften_masks((masks >= 0.5).astype(np.float32), np.random.default_rng([dialogue.seed, 2]))
    return Encoded(masks, encode(dialogue.mix, masks))


def mix_of(dialogue: Dialogue) -> np.ndarray:
    """(T, WIDTH) the recording as it is heard with nobody turned down."""
    from core.speech.features import encode

    return encode(dialogue.mix, np.ones_like(dialogue.masks))[0]


def performances_of(dialogue: Dialogue, count: int, people: int = 0):
    """The layout and the intents (2, T, 56) of ``count`` performances of one dialogue.

    people: another number is other people in the same scenes
    """
    heard = hear(dialogue)
    for number in range(count):
        layout = random_layout(np.random.default_rng([dialogue.seed, number, 1]))
        yield layout, synthesize(dialogue, layout, number + 101 * people, heard)


@dataclass(frozen=True, eq=False)
class Maker:
    """What every process that makes dialogues needs."""

    voices: list[Voice]
    room: Room
    out: Path
    split: str
    performances: int
    people: int  # another number is other people
    seed: int
    heard: Path | None = None  # folder of an earlier run with the same talks

    def paths(self, number: int, folder: Path | None = None) -> list[Path]:
        """The files of one dialogue, a performance each."""
        return [(folder or self.out) / f"{self.split}_{p}_{number:05d}.npz" for p in range(self.performances)]

    def make(self, number: int) -> None:
        """Write all performances of one dialogue; for training every other is heard with imprecise masks."""
        dialogue = make_dialogue(self.voices, default_statistics(), 1_000_000 * self.seed + number, SECONDS, self.room)
        test, paths = self.split == "test", self.paths(number)
        ways = 1 if test or len(paths) == 1 else 2
        if self.heard:
            known = [heard_before(dialogue, path) for path in self.paths(number, self.heard)[:ways]]
            heard, mixed = [voices for voices, _ in known], known[0][1]
        else:
            heard = [encoded(dialogue, exact) for exact in (True, False)[:ways]]
            mixed = None if self.people else mix_of(dialogue)
        for k, (layout, intents) in enumerate(performances_of(dialogue, len(paths), self.people)):
            once = mixed if k == 0 else None  # once a dialogue is enough
            write_dialogue(paths[k], dialogue, heard[k % ways], intents, layout, test, once)


_maker: Maker | None = None  # of this process, so that a job is only a number


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
    parser.add_argument("--people", type=int, default=0, help="another number is other people in the same scenes")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="train", help="of the voices")
    parser.add_argument("--heard", type=Path, help="folder made before: the same talks, acted anew")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes that make dialogues")


def main(arguments) -> None:
    """Make what is not there yet."""
    started, split = time.perf_counter(), arguments.split
    count = arguments.hours * 3600 / SECONDS / arguments.performances
    count = max(1, round(count)) if split == "test" else ROUND * max(1, round(count / ROUND))
    voices, room = cast_for(arguments.data, split, arguments.alignment), room_of(arguments.data)
    arguments.out.mkdir(parents=True, exist_ok=True)
    told = arguments.performances, arguments.people, arguments.seed, arguments.heard
    maker = Maker(voices, room, arguments.out, split, *told)
    missing = [number for number in range(count) if not all(path.exists() for path in maker.paths(number))]
    with multiprocessing.Pool(arguments.jobs, _begin, (maker,)) as pool:
        for made, number in enumerate(pool.imap_unordered(_make, missing), 1):
            if made % 10 == 0:
                print(f"{number + 1} of {count}, {time.perf_counter() - started:.0f} s", flush=True)
    minutes, took = count * arguments.performances * SECONDS / 60, time.perf_counter() - started
    print(f"{arguments.out}: {minutes:.0f} min of {len(voices)} voices, {len(missing)} made in {took:.0f} s")
