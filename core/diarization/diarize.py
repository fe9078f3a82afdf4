"""Who speaks when: from one recording to a mask per person at 25 fps and to turns (DESIGN, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..audio import Sound
from ..audio.voice_activity import SPEECH, voice_activity
from ..motion import MOTION_FPS
from ..turns import Turn, confidence, masks_from_turns, turns_from_masks
from . import clustering, embeddings, log_mel, stereo
from . import target_speaker as mask_network
from .score_fusion import fuse

__all__ = ["Diarization", "Turn", "diarize", "masks_from_turns"]

LEAST_SPEECH = 5  # frames; less in a whole recording is a click or a cough

SECTION = 1500  # frames over which a voice is taken to sound the same: a minute
MARGIN = 96  # frames seen to both sides of a section
PASSES = 3  # each hears the two voices more purely, where the one before was sure that they speak alone

NO_VOICE = "No voice was found: both people listen. Choose another recording, or draw the turns by hand."
ONE_VOICE = "Only one voice was found: A speaks and B listens. If there are two, correct the turns by hand."
MORE_VOICES = "More than two voices were found: A and B are the two who talk most, the others move nobody's mouth."
FROM_CHANNELS = "Each person has a channel of the stereo file: the turns come from there."
FROM_TURNS = "The turn strips decide who speaks when."


@dataclass(frozen=True, eq=False)
class Diarization:
    """T frames at 25 fps; row 0 is A, who speaks first."""

    masks: np.ndarray  # (2, T) float32 in [0, 1]
    turns: list[Turn]
    notes: list[str]  # sentences for the user, e.g. that only one voice was found

    @property
    def confidence(self) -> np.ndarray:
        """(T,) how sure each frame is: 1 both masks at 0 or 1, 0 one of them undecided."""
        return confidence(self.masks)

    def turn_confidence(self, turn: Turn) -> float:
        """How sure it is that ``turn`` is its speaker's, 0..1: the mean confidence of its frames."""
        first = min(int(turn.start_s * MOTION_FPS), len(self.confidence) - 1)
        return float(self.confidence[first : max(first + 1, round(turn.end_s * MOTION_FPS))].mean())


def diarize(
    sound: Sound,
    progress: Callable[[float], None] = lambda share: None,
    evidence: embeddings.SpeakerEmbeddings | None = None,
) -> Diarization:
    """Tell apart the two people in ``sound``.

    progress: gets the share done, 0..1, and may raise to cancel
    evidence: what hearing.listen heard in it, where that is known already
    """
    apart = _by_channel(sound)
    if apart is not None:
        progress(1.0)
        return _ordered(apart, [FROM_CHANNELS])
    evidence = evidence or embeddings.listen(sound.mono, lambda share: progress(0.7 * share))
    if (evidence.voice > SPEECH).sum() < LEAST_SPEECH:
        return Diarization(np.zeros((2, len(evidence.voice)), np.float32), [], [NO_VOICE])
    speech = evidence.spoken() > clustering.SPEECH
    windows = evidence.wide[speech] if speech.any() else evidence.wide
    voices = clustering.cluster_voices(windows)
    picture = log_mel.picture(sound.mono, evidence.voice, lambda share: progress(0.7 + 0.25 * share))
    found, centres, heard = _apart(evidence, picture, voices.centres)
    if len(voices.others) and not clustering.are_three(evidence.wide[speech & evidence.alone(heard).any(axis=0)]):
        voices = clustering.cluster_voices(windows, most=2)
        found, centres, _ = _apart(evidence, picture, voices.centres)
    if voices.single and clustering.is_one(windows, centres):
        return _ordered(np.stack([evidence.voice, np.zeros_like(evidence.voice)]), [ONE_VOICE])
    _mend_sections(found, evidence, picture, voices)
    notes = []
    if len(voices.others):
        _leave_out_others(found, evidence, picture, voices)
        notes.append(MORE_VOICES)
    progress(1.0)
    return _ordered(found, notes)


def _apart(
    evidence: embeddings.SpeakerEmbeddings, picture: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(2, T) masks of the two voices that lie near ``centres``, where they lie in the end, (2, 256), and what the
    network alone hears of them, (2, T)."""
    for _ in range(PASSES):
        found, heard = _told(evidence, picture, centres)
        centres = evidence.centres_of(heard)
    return found, centres, heard


def _told(
    evidence: embeddings.SpeakerEmbeddings, picture: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(2, T) masks of the voices at ``centres``, (2, 256), and what the network alone hears of them, (2, T)."""
    heard = mask_network.masks(mask_network.load(), picture, mask_network.inputs(evidence, centres))
    return fuse(heard, evidence.voice, _lead(evidence, centres)), heard


def _mend_sections(
    found: np.ndarray, evidence: embeddings.SpeakerEmbeddings, picture: np.ndarray, voices: clustering.Voices
) -> None:
    """Where the voices sound otherwise for a while, tell them apart by how they sound there: in place of ``found``."""
    frames = found.shape[1]
    for first in range(0, frames, SECTION) if frames > 2 * SECTION else ():
        own = evidence.part(first, min(frames, first + SECTION))
        centres = clustering.find_moved(own.wide[own.spoken() > clustering.SPEECH], voices)
        if centres is not None:
            low, high = max(0, first - MARGIN), min(frames, first + SECTION + MARGIN)
            apart, _, _ = _apart(evidence.part(low, high), picture[low:high], centres)
            found[:, first : first + SECTION] = apart[:, first - low :][:, :SECTION]


def _leave_out_others(
    found: np.ndarray, evidence: embeddings.SpeakerEmbeddings, picture: np.ndarray, voices: clustering.Voices
) -> None:
    """What is theirs is so against each other voice too: take the rest from ``found``, (2, T), in place."""
    for other in voices.others:
        for own, centre in zip(found, voices.centres, strict=True):
            np.minimum(own, _told(evidence, picture, np.stack([centre, other]))[0][0], out=own)


def _lead(evidence: embeddings.SpeakerEmbeddings, centres: np.ndarray) -> np.ndarray:
    """(T,) how much more like the first voice than the second it sounds: 1 is the voice itself, -1 the other."""
    wide = evidence.likeness(centres)[0]  # (T, 2)
    return (wide[:, 0] - wide[:, 1]) / max(1 - float(centres[0] @ centres[1]), 0.05)


def _by_channel(sound: Sound) -> np.ndarray | None:
    """(2, T) masks where a stereo file holds one person a channel, else None."""
    if len(sound.channels) != 2:
        return None
    voice = np.stack([voice_activity(channel) for channel in sound.channels])
    return stereo.masks(sound.channels, voice) if stereo.one_person_each(sound.channels, voice) else None


def _ordered(found: np.ndarray, notes: list[str]) -> Diarization:
    """A is who speaks first, whatever the order was."""
    turns = turns_from_masks(found)
    if turns and turns[0].speaker == "B":
        found = found[::-1]
        turns = turns_from_masks(found)
    return Diarization(np.ascontiguousarray(found, np.float32), turns, notes)
