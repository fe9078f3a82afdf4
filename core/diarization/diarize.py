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
from . import clustering, log_mel, stereo
from .embeddings import SpeakerEmbeddings, embed_recording
from .mask_refinement import correct_sections, refine, suppress_others

__all__ = ["Diarization", "Turn", "diarize", "masks_from_turns"]

MIN_SPEECH = 5  # frames; less in a whole recording is a click or a cough

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
    masks, centres, network_masks = refine(embeddings, features, clusters.centres)
    if len(clusters.others) and not clustering.are_three(
        embeddings.wide[speech & embeddings.single_speaker(network_masks).any(axis=0)]
    ):
        clusters = clustering.cluster_speakers(windows, most=2)
        masks, centres, _ = refine(embeddings, features, clusters.centres)
    if clusters.single and clustering.is_one(windows, centres):
        only = np.stack([embeddings.activity, np.zeros_like(embeddings.activity)])
        return _first_speaker_is_a(only, [ONE_VOICE])
    correct_sections(masks, embeddings, features, clusters)
    notes = []
    if len(clusters.others):
        suppress_others(masks, embeddings, features, clusters)
        notes.append(MORE_VOICES)
    progress(1.0)
    return _first_speaker_is_a(masks, notes)


def _from_channels(sound: Sound) -> np.ndarray | None:
    """(2, T) masks of a stereo file with one person on each channel, else None."""
    if len(sound.channels) != 2:
        return None
    activity = np.stack([voice_activity(channel) for channel in sound.channels])
    return stereo.channel_masks(sound.channels, activity) if stereo.one_person_each(sound.channels, activity) else None


def _first_speaker_is_a(masks: np.ndarray, notes: list[str]) -> Diarization:
    """The diarization of (2, T) ``masks``, exchanged where B would speak first."""
    turns = turns_from_masks(masks)
    if turns and turns[0].speaker == "B":
        masks = masks[::-1]
        turns = turns_from_masks(masks)
    return Diarization(np.ascontiguousarray(masks, np.float32), turns, notes)
