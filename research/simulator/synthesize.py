"""The procedural simulator: motion of two people who speak a dialogue in a layout."""

import numpy as np

from core.gaze import INTENT_CHANNELS, INTENT_WIDTH
from core.layout import Layout
from core.motion import column

from .coarticulation import SPEECH_JAW, acoustic_openings, articulate
from .dialogue import Dialogue
from .facial_expression import animate_faces
from .gaze_behaviour import simulate_gaze
from .head_motion import move_heads
from .person import draw_person
from .prosodic_cues import ProsodicCues, extract_cues

TURNS = slice(INTENT_CHANNELS["neck"].start, INTENT_CHANNELS["head"].stop)


def synthesize(dialogue: Dialogue, layout: Layout, seed: int, cues: ProsodicCues | None = None) -> np.ndarray:
    """Intents (motion with gaze targets) of two people who speak ``dialogue`` in ``layout``.

    seed:    draws the people and all random events
    cues:    extract_cues(dialogue), computed here when None
    returns: (2, T, 56) float32, columns as in core.gaze.INTENT_CHANNELS
    """
    cues = cues or extract_cues(dialogue)
    rng = np.random.default_rng([seed, dialogue.seed])
    people = (draw_person(rng), draw_person(rng))
    gaze = simulate_gaze(dialogue, cues, layout, people, rng)
    faces = animate_faces(dialogue, cues, layout, people, gaze, rng)
    bodies = move_heads(dialogue, cues, layout, people, gaze, rng)
    openings = acoustic_openings(dialogue)
    intents = np.zeros((2, len(gaze[0].contact), INTENT_WIDTH), np.float32)
    for i in (0, 1):
        breaths = [(breath.start, breath.end) for breath in dialogue.breaths if breath.person == i]
        mouth = articulate(dialogue.phones[i], cues.loudness[i], openings[i], people[i], layout.energy, breaths, rng)
        intents[i, :, INTENT_CHANNELS["expression"]] = _combine(mouth, faces[i])
        intents[i, :, TURNS] = bodies[i][:, :6]
        intents[i, :, INTENT_CHANNELS["gaze"]] = np.column_stack([gaze[i].offset, gaze[i].contact])
        intents[i, :, INTENT_CHANNELS["translation"]] = bodies[i][:, 6:]
    return intents


def _combine(mouth: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Articulation and expression (T, 44 each) within the face limits; articulation reduces smiles."""
    busy = _dilated(np.clip(mouth[:, column("jawOpen")] * 10 + mouth[:, column("mouthClose")] * 20, 0, 1))
    rounded = np.clip(mouth[:, [column("mouthFunnel"), column("mouthPucker")]].sum(1), 0, 1)
    face = face.copy()
    for side in ("Left", "Right"):
        face[:, column(f"mouthSmile{side}")] *= 1 - 0.6 * rounded
    for name in ("mouthShrugLower", "mouthRollLower", "mouthPressLeft", "mouthPressRight"):
        face[:, column(name)] *= 1 - busy  # no lip presses during speech
    whole = np.clip(mouth + face, 0, 1)
    jaw = column("jawOpen")
    whole[:, jaw] = np.minimum(whole[:, jaw], SPEECH_JAW)
    whole[:, column("mouthClose")] = np.minimum(whole[:, column("mouthClose")], whole[:, jaw])
    return whole


def _dilated(use: np.ndarray, reach: int = 9) -> np.ndarray:
    """(T,) maximum of ``use`` within ``reach`` frames (dilation), smoothed."""
    width = 2 * reach + 1
    most = np.lib.stride_tricks.sliding_window_view(np.pad(use, reach, mode="edge"), width).max(axis=1)
    kernel = np.hanning(reach + 2)[1:-1]
    return np.convolve(np.pad(most, reach // 2, mode="edge"), kernel / kernel.sum(), mode="valid")[: len(use)]
