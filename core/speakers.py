"""Who speaks when: from one recording to a mask per person at 25 fps and to turns (DESIGN, section 5)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import clustering, hearing
from .audio import Sound
from .turns import Turn, masks_from_turns, turns_from_masks

__all__ = ["Speakers", "Turn", "find_speakers", "masks_from_turns"]

SPEECH = 0.6  # mean probability of a voice that a window needs to take part in finding the two voices
SMOOTH = 9  # frames over which the likeness to each voice is averaged
ON, OFF = 0.4, 0.3


@dataclass(frozen=True, eq=False)
class Speakers:
    """T frames at 25 fps; row 0 is A, who speaks first."""

    masks: np.ndarray  # (2, T) float32 in [0, 1]
    turns: list[Turn]
    notes: list[str]  # sentences for the user, e.g. that only one voice was found


def find_speakers(sound: Sound, progress: Callable[[float], None] = lambda share: None) -> Speakers:
    """Tell apart the two people in ``sound``; ``progress`` gets the share done and may raise to cancel."""
    evidence = hearing.listen(sound.mono, progress)
    speech = evidence.at_windows(evidence.voice) > SPEECH
    voices = clustering.two_voices(evidence.wide[speech] if speech.any() else evidence.wide)
    likeness = evidence.on_frames(evidence.wide @ voices.centres.T)  # (T, 2)
    smooth = np.stack([np.convolve(row, np.ones(SMOOTH) / SMOOTH, "same") for row in likeness.T])
    masks = np.stack([smooth[0] >= smooth[1], smooth[0] < smooth[1]]) * evidence.voice
    turns = turns_from_masks(masks, ON, OFF)
    if turns and turns[0].speaker == "B":
        masks = masks[::-1]
        turns = turns_from_masks(masks, ON, OFF)
    return Speakers(masks.astype(np.float32), turns, [])
