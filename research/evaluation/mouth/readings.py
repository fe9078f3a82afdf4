"""Test recordings with known phones, joined into talks of two people: no speaker of them has taught any weight."""

from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME, Sound
from core.diarization.diarize import diarize
from core.motion import MOTION_FPS

from ...corpora import augment
from ...corpora import recordings as corpora
from ...corpora.recordings import Phone, Recording
from ...simulator.dialogue import Dialogue, Span
from .labels import MouthLabels, from_narrow, from_phones, read_narrow

PAUSE = 0.4  # s between turns
LEVEL = 0.05  # of full scale that every voice is brought to
ACCENTED = "speechocean762"  # half children, learners of English: not what lips are judged by


@dataclass(frozen=True, eq=False)
class Talk:
    """Two people taking turns, and what their mouths must do."""

    dialogue: Dialogue
    labels: tuple[MouthLabels, MouthLabels]
    found: np.ndarray | None = None  # (2, T) who speaks as the speaker network says; None: it is told

    @property
    def masks(self) -> np.ndarray:
        """(2, T) who speaks, as the lips are told."""
        return self.dialogue.masks if self.found is None else self.found


@dataclass(frozen=True)
class Labelled(Recording):
    """A recording whose phones lie in another folder."""

    labels: Path = Path()

    @property
    def phones_path(self) -> Path:
        return self.labels / f"{self.path.stem}.phones.csv"


def english(data: Path) -> list[Recording]:
    """Held-out native readers, labels by forced alignment."""
    chosen = corpora.aligned(corpora.read_speech(data))
    return [r for r in chosen if r.split == "test" and r.corpus != ACCENTED]


def german(data: Path) -> list[Recording]:
    """EmoDB: acted emotions, labels by hand."""
    return [r for r in corpora.read_corpus(Path(data) / "speech" / "emodb") if narrow_path(r).is_file()]


def foreign(data: Path, labels: Path) -> list[Recording]:
    """Spanish, French, Italian and Russian, one voice each, labels as "evaluate labels" makes them."""
    every = corpora.read_corpus(Path(data) / "speech" / "asterisk_voices")
    told = [Labelled(**vars(r), labels=Path(labels)) for r in every if r.language != "en"]
    return [r for r in told if r.phones_path.is_file()]


def narrow_path(recording: Recording) -> Path:
    return recording.path.with_suffix(".phones_raw.csv")


def phones_of(recording: Recording) -> list[Phone]:
    """ARPAbet, or EmoDB's narrow phones; those that end before the sound does, for most EmoDB files are cut short."""
    narrow = narrow_path(recording)
    phones = read_narrow(narrow) if narrow.is_file() else corpora.read_phones(recording.phones_path)
    return [phone for phone in phones if phone.end <= recording.seconds]


def talks(recordings: list[Recording], overlap: float = 0.0, turns: int = 12) -> list[Talk]:
    """Speakers in pairs, one utterance each in turn.

    overlap: share of an utterance that the partner's next one runs into
    turns:   utterances in a talk, at most
    """
    by_speaker: dict[str, list[Recording]] = {}
    for recording in recordings:
        by_speaker.setdefault(recording.speaker, []).append(recording)
    speakers = sorted(by_speaker)
    result = []
    for first, second in zip(speakers[::2], speakers[1::2], strict=False):
        said = [r for pair in zip_longest(by_speaker[first], by_speaker[second]) for r in pair if r]
        result += [_join(said[i : i + turns], overlap) for i in range(0, len(said), turns)]
    return result


def disturbed(talk: Talk, noise: np.ndarray, decibels: float, seed: int = 0) -> Talk:
    """The same talk with ``noise`` (N,), ``decibels`` under the voices, in the mix."""
    mix = augment.add_noise(talk.dialogue.mix, noise, decibels, np.random.default_rng(seed))
    return replace(talk, dialogue=replace(talk.dialogue, mix=mix))


def as_found(talk: Talk) -> Talk:
    """The same talk, with who speaks found in the mix; who is A there is whoever fits the truth."""
    mix, truth = talk.dialogue.mix, talk.dialogue.masks
    masks = diarize(Sound(mix, mix[None], "")).masks
    if (masks * truth).sum() < (masks * truth[::-1]).sum():
        masks = masks[::-1]
    return replace(talk, found=np.ascontiguousarray(masks))


def alone(talk: Talk, person: int) -> Talk:
    """Only what one person says, on a channel of its own."""
    silent: list = [(), ()]
    silent[person] = talk.dialogue.phones[person]
    tracks = np.zeros_like(talk.dialogue.tracks)
    tracks[person] = talk.dialogue.tracks[person]
    own = tuple(turn for turn in talk.dialogue.turns if turn.person == person)
    dialogue = replace(
        talk.dialogue,
        mix=tracks[person],
        tracks=tracks,
        phones=tuple(silent),
        turns=own,
        stretches=own,
    )
    labels = [MouthLabels(), MouthLabels()]
    labels[person] = talk.labels[person]
    return Talk(dialogue, tuple(labels))


def _join(said: list[Recording], overlap: float) -> Talk:
    tracks = np.zeros((2, int(SAMPLE_RATE * (sum(r.seconds + PAUSE for r in said) + 1))), np.float32)
    phones: tuple[list[Phone], list[Phone]] = ([], [])
    turns, at = [], PAUSE
    for recording in said:
        samples, person = corpora.read_samples(recording.path), int(recording.speaker != said[0].speaker)
        first = int(at * SAMPLE_RATE)
        tracks[person, first : first + len(samples)] += samples * (LEVEL / augment.level_of(samples))
        own = [Phone(p.start + at, p.end + at, p.name) for p in phones_of(recording)]
        phones[person].extend(own)
        spoken = [p for p in own if p.name != "SIL"]
        turns.append(Span(spoken[0].start, spoken[-1].end, person))
        length = len(samples) / SAMPLE_RATE
        at += length * (1 - overlap) if overlap else length + PAUSE
    frames = int((at + 3 * PAUSE + overlap * 10) * MOTION_FPS)
    tracks = tracks[:, : min(frames, tracks.shape[1] // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME]  # whole motion frames
    narrow = narrow_path(said[0]).is_file()
    labels = tuple((from_narrow if narrow else from_phones)(own) for own in phones)
    dialogue = Dialogue(
        mix=tracks.sum(axis=0),
        tracks=tracks,
        turns=tuple(turns),
        backchannels=(),
        stretches=tuple(turns),
        phones=tuple(tuple((p.start, p.end, p.name) for p in own) for own in phones),
        speakers=(said[0].speaker, said[-1].speaker),
        seed=0,
    )
    return Talk(dialogue, labels)
