"""Speaker diarization: from one recording to a mask per person at 25 fps and to turns (DESIGN, section 5).

Voice activity and speaker embeddings are clustered (VBx), the two speakers are given to a target-speaker VAD, and the
scores are fused. A and B are named by who speaks first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..audio import Sound
from ..audio.voice_activity import SPEECH, voice_activity
from ..motion import MOTION_FPS
from ..turns import Turn, confidence, masks_from_turns, turns_from_masks
from . import clustering, log_mel, stereo, target_speaker
from .embeddings import SpeakerEmbeddings, embed_recording
from .score_fusion import fuse

__all__ = ["Diarization", "Turn", "diarize", "masks_from_turns"]

MIN_SPEECH = 5  # frames; less in a whole recording is a click or a cough

SECTION = 1500  # frames over which the acoustics are taken to be constant: a minute
MARGIN = 96  # frames given to the network on both sides of a section
PASSES = 3  # of the target-speaker VAD; each gets the mean embeddings of the masks before

NO_VOICE = "No voice was found: both people listen. Choose another recording, or draw the turns by hand."
ONE_VOICE = "Only one voice was found: A speaks and B listens. If there are two, correct the turns by hand."
MORE_VOICES = "More than two voices were found: A and B are the two who talk most, the others are not animated."
FROM_CHANNELS = "Each person has a channel of the stereo file: the turns come from there."
FROM_TURNS = "The turn strips decide who speaks when."


@dataclass(frozen=True, eq=False)
class Diarization:
    """T frames at 25 fps; row 0 is A, who speaks first."""

    masks: np.ndarray  # (2, T) float32 in [0, 1]
    turns: list[Turn]
    notes: list[str]  # sentences for the user, like ONE_VOICE

    @property
    def confidence(self) -> np.ndarray:
        """(T,) confidence of each frame in [0, 1]: 1 where both masks are 0 or 1, 0 where one of them is 0.5."""
        return confidence(self.masks)

    def turn_confidence(self, turn: Turn) -> float:
        """Mean confidence of the frames of ``turn``, 0..1."""
        first = min(int(turn.start_s * MOTION_FPS), len(self.confidence) - 1)
        return float(self.confidence[first : max(first + 1, round(turn.end_s * MOTION_FPS))].mean())


def diarize(
    sound: Sound,
    progress: Callable[[float], None] = lambda share: None,
    embeddings: SpeakerEmbeddings | None = None,
) -> Diarization:
    """Find who of the two people in ``sound`` speaks when.

    progress:   gets the share done, 0..1, and may raise to cancel
    embeddings: of ``sound``, from embed_recording, where they are known already
    """
    masks = _from_channels(sound)
    if masks is not None:
        progress(1.0)
        return _first_speaker_is_a(masks, [FROM_CHANNELS])
    embeddings = embeddings or embed_recording(sound.mono, lambda share: progress(0.7 * share))
    if (embeddings.activity > SPEECH).sum() < MIN_SPEECH:
        return Diarization(np.zeros((2, len(embeddings.activity)), np.float32), [], [NO_VOICE])
    speech = embeddings.mean_activity() > clustering.WINDOW_SPEECH
    windows = embeddings.wide[speech] if speech.any() else embeddings.wide
    clusters = clustering.cluster_speakers(windows)
    features = log_mel.features(sound.mono, embeddings.activity, lambda share: progress(0.7 + 0.25 * share))
    masks, centres, network_masks = _refine(embeddings, features, clusters.centres)
    if len(clusters.others) and not clustering.are_three(
        embeddings.wide[speech & embeddings.single_speaker(network_masks).any(axis=0)]
    ):
        clusters = clustering.cluster_speakers(windows, most=2)
        masks, centres, _ = _refine(embeddings, features, clusters.centres)
    if clusters.single and clustering.is_one(windows, centres):
        only = np.stack([embeddings.activity, np.zeros_like(embeddings.activity)])
        return _first_speaker_is_a(only, [ONE_VOICE])
    _correct_sections(masks, embeddings, features, clusters)
    notes = []
    if len(clusters.others):
        _suppress_others(masks, embeddings, features, clusters)
        notes.append(MORE_VOICES)
    progress(1.0)
    return _first_speaker_is_a(masks, notes)


def _refine(
    embeddings: SpeakerEmbeddings, features: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PASSES of the target-speaker VAD, which start at the speakers' (2, 256) ``centres``.

    returns: fused masks (2, T), the final centres (2, 256), and the network's own masks (2, T)
    """
    for _ in range(PASSES):
        masks, network_masks = _target_masks(embeddings, features, centres)
        centres = embeddings.centres_of(network_masks)
    return masks, centres, network_masks


def _target_masks(
    embeddings: SpeakerEmbeddings, features: np.ndarray, centres: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fused masks (2, T) of the speakers at (2, 256) ``centres``, and the network's own masks (2, T)."""
    speakers = target_speaker.speaker_features(embeddings, centres)
    network_masks = target_speaker.masks(target_speaker.load(), features, speakers)
    return fuse(network_masks, embeddings.activity, _similarity_margin(embeddings, centres)), network_masks


def _similarity_margin(embeddings: SpeakerEmbeddings, centres: np.ndarray) -> np.ndarray:
    """(T,) similarity to the first of (2, 256) speakers less that to the second; about 1 for the first, -1 for the
    second."""
    similarity = embeddings.similarity(centres)[0]  # (T, 2), of the wide windows
    return (similarity[:, 0] - similarity[:, 1]) / max(1 - float(centres[0] @ centres[1]), 0.05)


def _correct_sections(
    masks: np.ndarray, embeddings: SpeakerEmbeddings, features: np.ndarray, clusters: clustering.Clusters
) -> None:
    """Where room or microphone differ in a section of a long recording, recompute (2, T) ``masks`` there, in place."""
    frames = masks.shape[1]
    for first in range(0, frames, SECTION) if frames > 2 * SECTION else ():
        section = embeddings.part(first, min(frames, first + SECTION))
        speech = section.mean_activity() > clustering.WINDOW_SPEECH
        centres = clustering.section_centres(section.wide[speech], clusters)
        if centres is not None:
            low, high = max(0, first - MARGIN), min(frames, first + SECTION + MARGIN)
            around, _, _ = _refine(embeddings.part(low, high), features[low:high], centres)
            masks[:, first : first + SECTION] = around[:, first - low :][:, :SECTION]


def _suppress_others(
    masks: np.ndarray, embeddings: SpeakerEmbeddings, features: np.ndarray, clusters: clustering.Clusters
) -> None:
    """Lower (2, T) ``masks``, in place, to what each speaker has against every other voice too."""
    for other in clusters.others:
        for own, centre in zip(masks, clusters.centres, strict=True):
            np.minimum(own, _target_masks(embeddings, features, np.stack([centre, other]))[0][0], out=own)


def _from_channels(sound: Sound) -> np.ndarray | None:
    """(2, T) masks of a stereo file with one person on each channel, else None."""
    if len(sound.channels) != 2:
        return None
    activity = np.stack([voice_activity(channel) for channel in sound.channels])
    return stereo.masks(sound.channels, activity) if stereo.one_person_each(sound.channels, activity) else None


def _first_speaker_is_a(masks: np.ndarray, notes: list[str]) -> Diarization:
    """The diarization of (2, T) ``masks``, exchanged where B would speak first."""
    turns = turns_from_masks(masks)
    if turns and turns[0].speaker == "B":
        masks = masks[::-1]
        turns = turns_from_masks(masks)
    return Diarization(np.ascontiguousarray(masks, np.float32), turns, notes)
