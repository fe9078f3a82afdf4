"""Dialogues joined from test recordings with phone labels; none of their speakers is in a training set."""

from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME, Sound
from core.diarization.diarize import diarize
from core.motion import MOTION_FPS

from ...corpora import augment, recordings
from ...corpora.recordings import Phone, Recording
from ...simulator.dialogue import Dialogue
from ...simulator.tracks import Span
from .labels import MouthLabels, from_narrow, from_phones, read_narrow

PAUSE = 0.4  # s between turns
LEVEL = 0.05  # RMS re full scale to which every voice is normalized
NON_NATIVE = "speechocean762"  # learners of English, half of them children: not used to evaluate lips


@dataclass(frozen=True, eq=False)
class LabelledDialogue:
    """Two people taking turns, and the lip targets of each."""

    dialogue: Dialogue
    labels: tuple[MouthLabels, MouthLabels]
    estimated_masks: np.ndarray | None = None  # (2, T) of the diarization; None: the true ones are used

    @property
    def masks(self) -> np.ndarray:
        """(2, T) speaker masks that are given to the system."""
        return self.dialogue.masks if self.estimated_masks is None else self.estimated_masks


@dataclass(frozen=True)
class LabelledRecording(Recording):
    """A recording whose phone labels are in another folder."""

    labels: Path = Path()

    @property
    def phones_path(self) -> Path:
        return self.labels / f"{self.path.stem}.phones.csv"


def english(data: Path) -> list[Recording]:
    """Test split of native English readers, labels by forced alignment."""
    chosen = recordings.aligned(recordings.read_speech(data))
    return [r for r in chosen if r.split == "test" and r.corpus != NON_NATIVE]


def german(data: Path) -> list[Recording]:
    """EmoDB: acted emotions, manual labels."""
    return [r for r in recordings.read_corpus(Path(data) / "speech" / "emodb") if narrow_path(r).is_file()]


def foreign(data: Path, labels: Path) -> list[Recording]:
    """Spanish, French, Italian and Russian, one voice each, labels of "evaluate labels"."""
    every = recordings.read_corpus(Path(data) / "speech" / "asterisk_voices")
    labelled = [LabelledRecording(**vars(r), labels=Path(labels)) for r in every if r.language != "en"]
    return [r for r in labelled if r.phones_path.is_file()]


def narrow_path(recording: Recording) -> Path:
    return recording.path.with_suffix(".phones_raw.csv")


def phones_of(recording: Recording) -> list[Phone]:
    """ARPAbet, or EmoDB's narrow phones, that end before the audio does: most EmoDB files are cut short."""
    narrow = narrow_path(recording)
    phones = read_narrow(narrow) if narrow.is_file() else recordings.read_phones(recording.phones_path)
    return [phone for phone in phones if phone.end <= recording.seconds]


def pair_speakers(chosen: list[Recording], overlap: float = 0.0, turns: int = 12) -> list[LabelledDialogue]:
    """Dialogues of two speakers, one utterance each in turn.

    overlap: share of an utterance that overlaps the partner's next one
    turns:   utterances in a dialogue, at most
    """
    by_speaker: dict[str, list[Recording]] = {}
    for recording in chosen:
        by_speaker.setdefault(recording.speaker, []).append(recording)
    speakers = sorted(by_speaker)
    result = []
    for first, second in zip(speakers[::2], speakers[1::2], strict=False):
        utterances = [r for pair in zip_longest(by_speaker[first], by_speaker[second]) for r in pair if r]
        result += [_join(utterances[i : i + turns], overlap) for i in range(0, len(utterances), turns)]
    return result


def with_noise(labelled: LabelledDialogue, noise: np.ndarray, decibels: float, seed: int = 0) -> LabelledDialogue:
    """The dialogue with ``noise`` (N,) added to the mix at a signal-to-noise ratio of ``decibels``."""
    mix = augment.add_noise(labelled.dialogue.mix, noise, decibels, np.random.default_rng(seed))
    return replace(labelled, dialogue=replace(labelled.dialogue, mix=mix))


def with_estimated_masks(labelled: LabelledDialogue) -> LabelledDialogue:
    """The dialogue with speaker masks estimated from the mix, assigned to A and B as agrees best with the truth."""
    mix, truth = labelled.dialogue.mix, labelled.dialogue.masks
    masks = diarize(Sound(mix, mix[None], "")).masks
    if (masks * truth).sum() < (masks * truth[::-1]).sum():
        masks = masks[::-1]
    return replace(labelled, estimated_masks=np.ascontiguousarray(masks))


def one_speaker(labelled: LabelledDialogue, person: int) -> LabelledDialogue:
    """The dialogue with the speech of ``person`` alone, as on a channel of its own."""
    silent: list = [(), ()]
    silent[person] = labelled.dialogue.phones[person]
    tracks = np.zeros_like(labelled.dialogue.tracks)
    tracks[person] = labelled.dialogue.tracks[person]
    own = tuple(turn for turn in labelled.dialogue.turns if turn.person == person)
    dialogue = replace(
        labelled.dialogue,
        mix=tracks[person],
        tracks=tracks,
        phones=tuple(silent),
        turns=own,
        speech=own,
    )
    labels = [MouthLabels(), MouthLabels()]
    labels[person] = labelled.labels[person]
    return LabelledDialogue(dialogue, tuple(labels))


def _join(utterances: list[Recording], overlap: float) -> LabelledDialogue:
    tracks = np.zeros((2, int(SAMPLE_RATE * (sum(r.seconds + PAUSE for r in utterances) + 1))), np.float32)
    phones: tuple[list[Phone], list[Phone]] = ([], [])
    turns, at = [], PAUSE
    for recording in utterances:
        samples, person = recordings.read_samples(recording.path), int(recording.speaker != utterances[0].speaker)
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
    narrow = narrow_path(utterances[0]).is_file()
    labels = tuple((from_narrow if narrow else from_phones)(own) for own in phones)
    dialogue = Dialogue(
        mix=tracks.sum(axis=0),
        tracks=tracks,
        turns=tuple(turns),
        backchannels=(),
        speech=tuple(turns),
        phones=tuple(tuple((p.start, p.end, p.name) for p in own) for own in phones),
        speakers=(utterances[0].speaker, utterances[-1].speaker),
        seed=0,
    )
    return LabelledDialogue(dialogue, labels)
