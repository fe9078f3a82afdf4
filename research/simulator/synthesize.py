"""The teacher: how two people would look while saying a dialogue in a scene."""

import numpy as np

from core.gaze import INTENT_CHANNELS, INTENT_WIDTH
from core.layout import Layout
from core.motion import column

from .coarticulation import SPEECH_JAW, articulate, heard_openings
from .dialogue import Dialogue
from .facial_expression import animate_faces
from .gaze_behaviour import look
from .head_motion import move_heads
from .person import draw_person
from .prosodic_cues import Heard, hear

TURNS = slice(INTENT_CHANNELS["neck"].start, INTENT_CHANNELS["head"].stop)


def synthesize(dialogue: Dialogue, layout: Layout, seed: int, heard: Heard | None = None) -> np.ndarray:
    """What two people mean to do while saying ``dialogue`` in ``layout``; ``seed`` draws the people and the moment.

    heard:   hear(dialogue), where several performances share it
    returns: (2, T, 56) float32, columns as in core.gaze.INTENT_CHANNELS
    """
    heard = heard or hear(dialogue)
    rng = np.random.default_rng([seed, dialogue.seed])
    people = (draw_person(rng), draw_person(rng))
    looking = look(dialogue, heard, layout, people, rng)
    faces = animate_faces(dialogue, heard, layout, people, looking, rng)
    bodies = move_heads(dialogue, heard, layout, people, looking, rng)
    openings = heard_openings(dialogue)
    intents = np.zeros((2, len(looking[0].contact), INTENT_WIDTH), np.float32)
    for i in (0, 1):
        breaths = [(breath.start, breath.end) for breath in dialogue.breaths if breath.person == i]
        mouth = articulate(dialogue.phones[i], heard.loudness[i], openings[i], people[i], layout.energy, breaths, rng)
        intents[i, :, INTENT_CHANNELS["expression"]] = _together(mouth, faces[i])
        intents[i, :, TURNS] = bodies[i][:, :6]
        intents[i, :, INTENT_CHANNELS["gaze"]] = np.column_stack([looking[i].offset, looking[i].contact])
        intents[i, :, INTENT_CHANNELS["translation"]] = bodies[i][:, 6:]
    return intents


def _together(mouth: np.ndarray, face: np.ndarray) -> np.ndarray:
    """A talking mouth and a face (T, 44 each) as one: talking takes some of the smile, and the limits hold."""
    busy = _lasting(np.clip(mouth[:, column("jawOpen")] * 10 + mouth[:, column("mouthClose")] * 20, 0, 1))
    rounded = np.clip(mouth[:, [column("mouthFunnel"), column("mouthPucker")]].sum(1), 0, 1)
    face = face.copy()
    for side in ("Left", "Right"):
        face[:, column(f"mouthSmile{side}")] *= 1 - 0.6 * rounded
    for name in ("mouthShrugLower", "mouthRollLower", "mouthPressLeft", "mouthPressRight"):
        face[:, column(name)] *= 1 - busy  # nobody presses the lips together while talking
    whole = np.clip(mouth + face, 0, 1)
    jaw = column("jawOpen")
    whole[:, jaw] = np.minimum(whole[:, jaw], SPEECH_JAW)
    whole[:, column("mouthClose")] = np.minimum(whole[:, column("mouthClose")], whole[:, jaw])
    return whole


def _lasting(use: np.ndarray, reach: int = 9) -> np.ndarray:
    """(T,) the most of ``use`` within ``reach`` frames, eased."""
    width = 2 * reach + 1
    most = np.lib.stride_tricks.sliding_window_view(np.pad(use, reach, mode="edge"), width).max(axis=1)
    kernel = np.hanning(reach + 2)[1:-1]
    return np.convolve(np.pad(most, reach // 2, mode="edge"), kernel / kernel.sum(), mode="valid")[: len(use)]
