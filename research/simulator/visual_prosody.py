"""How the head goes with the own voice: its melody, its accents, the arcs of its phrases, the breath before."""

import numpy as np

from .prosodic_cues import GRID, Heard, smooth

# Degrees at usual liveliness. People's heads follow their pitch (r about .6) and sink through a phrase as it does.
MELODY = 0.34  # per semitone
ARC = (4.6, 3.8)  # how far a long phrase sinks on either side of its middle, and how far it begins turned aside
BEAT = 1.5  # at an accent of usual strength
TWIST, LEAN = 1.2, 1.0  # of melody and beats that turn the head, of beats that tilt it
ROLE = (2.4, -1.8)  # chin while talking, while listening
TILT = 6.5  # of a listener
INHALE = 2.8  # chin, at the breath before a turn
RECOVERY = 1.0  # s after a phrase until the head is back


def follow_voice(heard: Heard, turns, who: int, lively: float, side: float, times: np.ndarray) -> np.ndarray:
    """Pitch, yaw and roll (3, T), radians, + up, own left, own left shoulder: all of it can be heard.

    turns: who has the floor
    side:  -1..1, where there is room to turn to; + is the own left
    """
    grid = heard.speaking.shape[1]
    talking = smooth((heard.floor == who).astype(float), 0.4)
    sinking, aside = _arcs(heard, who, grid)
    beats, melody = _beats(heard, who, grid), smooth(heard.pitch[who], 0.09)
    pitch = ROLE[1] + (ROLE[0] - ROLE[1]) * talking + INHALE * _breaths(turns, who, grid)
    pitch = pitch + lively * (MELODY * melody + ARC[0] * sinking + BEAT * beats)
    yaw = side * lively * (ARC[1] * aside + TWIST * (MELODY * melody - BEAT * beats))
    roll = side * (lively * (0.4 * smooth(heard.pitch[who], 0.25) + LEAN * BEAT * beats) - TILT * (1 - talking))
    place = np.minimum(np.round(times * GRID).astype(int), grid - 1)
    return np.radians(np.stack([pitch, yaw, roll]))[:, place]


def _arcs(heard: Heard, who: int, grid: int) -> tuple[np.ndarray, np.ndarray]:
    """(G,) each: from 1 to -1 through every phrase and back to 0, and from 1 to 0; shorter phrases less."""
    time = np.arange(grid) / GRID
    sinking, aside = np.zeros(grid), np.zeros(grid)
    for phrase in heard.phrases:
        if phrase.person != who:
            continue
        length = phrase.end - phrase.start
        size = min(1.0, length / 1.6)
        first, last, rest = np.searchsorted(time, [phrase.start - 0.1, phrase.end, phrase.end + RECOVERY])
        through = np.clip((time[first:last] - phrase.start) / max(length, 0.1), 0, 1)
        sinking[first:last] = size * np.cos(np.pi * through)
        aside[first:last] = size * (1 + np.cos(np.pi * through)) / 2
        sinking[last:rest] = -size * (1 - (time[last:rest] - phrase.end) / RECOVERY)
        aside[last:rest] = 0
    return smooth(sinking, 0.16), smooth(aside, 0.22)


def _beats(heard: Heard, who: int, grid: int) -> np.ndarray:
    """(G,) the head dips on the accents, after a little upbeat; where the pitch jumps up it rises instead."""
    beats, time = np.zeros(grid), np.arange(grid) / GRID
    for accent in heard.accents:
        if accent.person != who:
            continue
        width = 0.11
        near = slice(*np.searchsorted(time, [accent.time - 6 * width, accent.time + 6 * width]))
        x = (time[near] - accent.time - 0.03) / width
        dip = np.exp(-0.5 * x**2) - 0.4 * np.exp(-0.5 * ((x + 2.2) / 1.2) ** 2)
        beats[near] += (0.7 if accent.rise > 0.75 else -1.0) * accent.strength * dip
    return beats


def _breaths(turns, who: int, grid: int) -> np.ndarray:
    """(G,) 0..1: air is drawn in before a turn, more before a long one."""
    breaths, time = np.zeros(grid), np.arange(grid) / GRID
    for turn in turns:
        if turn.person == who:
            size = min(1.0, (turn.end - turn.start) / 3)
            breaths = np.maximum(breaths, size * np.exp(-0.5 * ((time - turn.start + 0.3) / 0.17) ** 2))
    return breaths


def lungs(heard: Heard, who: int, times: np.ndarray, rhythm: float, begun: float) -> np.ndarray:
    """(T,) -1..1, how full they are: filled before every phrase, used up by it, and quiet waves while listening.

    rhythm: Hz; begun: radians, both of the quiet breathing
    """
    grid = heard.speaking.shape[1]
    sinking, _ = _arcs(heard, who, grid)
    busy = smooth(heard.speaking[who].astype(float), 0.5)[np.minimum(np.round(times * GRID).astype(int), grid - 1)]
    own = sinking[np.minimum(np.round(times * GRID).astype(int), grid - 1)]
    return busy * own + (1 - busy) * np.sin(2 * np.pi * times * rhythm + begun)
