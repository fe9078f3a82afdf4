"""Visual prosody: head motion that follows the own pitch, accents, phrases and breathing."""

import numpy as np

from .prosodic_cues import GRID, ProsodicCues, smooth

# Degrees at usual liveliness. Head pitch correlates with fundamental frequency (r about .6) and declines over a phrase.
PITCH_GAIN = 0.34  # per semitone
DECLINATION = (4.6, 3.8)  # of a long phrase: pitch on either side of its middle, and yaw at its start
BEAT = 1.5  # at an accent of usual strength
TWIST, LEAN = 1.2, 1.0  # yaw by pitch and beats, roll by beats
ROLE = (2.4, -1.8)  # head pitch while speaking, while listening
TILT = 6.5  # roll of a listener
INHALE = 2.8  # head pitch, at the breath before a turn
RECOVERY = 1.0  # s after a phrase until the head is at rest again


def prosodic_head_motion(
    cues: ProsodicCues, turns, who: int, lively: float, side: float, times: np.ndarray
) -> np.ndarray:
    """Pitch, yaw and roll (3, T), radians, + up, own left, own left shoulder; a function of the speech alone.

    turns: who has the floor
    side:  -1..1, preferred side of averted gaze; + is the own left
    """
    grid = cues.speaking.shape[1]
    talking = smooth((cues.floor == who).astype(float), 0.4)
    sinking, aside = _phrase_arcs(cues, who, grid)
    beats, melody = _beats(cues, who, grid), smooth(cues.pitch[who], 0.09)
    pitch = ROLE[1] + (ROLE[0] - ROLE[1]) * talking + INHALE * _breaths(turns, who, grid)
    pitch = pitch + lively * (PITCH_GAIN * melody + DECLINATION[0] * sinking + BEAT * beats)
    yaw = side * lively * (DECLINATION[1] * aside + TWIST * (PITCH_GAIN * melody - BEAT * beats))
    roll = side * (lively * (0.4 * smooth(cues.pitch[who], 0.25) + LEAN * BEAT * beats) - TILT * (1 - talking))
    place = np.minimum(np.round(times * GRID).astype(int), grid - 1)
    return np.radians(np.stack([pitch, yaw, roll]))[:, place]


def _phrase_arcs(cues: ProsodicCues, who: int, grid: int) -> tuple[np.ndarray, np.ndarray]:
    """(G,) each: from 1 to -1 through every phrase and back to 0, and from 1 to 0; shorter phrases less."""
    time = np.arange(grid) / GRID
    sinking, aside = np.zeros(grid), np.zeros(grid)
    for phrase in cues.phrases:
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


def _beats(cues: ProsodicCues, who: int, grid: int) -> np.ndarray:
    """(G,) beats: the head lowers on accents, after a small upbeat; on accents with a pitch rise it lifts."""
    beats, time = np.zeros(grid), np.arange(grid) / GRID
    for accent in cues.accents:
        if accent.person != who:
            continue
        width = 0.11
        near = slice(*np.searchsorted(time, [accent.time - 6 * width, accent.time + 6 * width]))
        x = (time[near] - accent.time - 0.03) / width
        dip = np.exp(-0.5 * x**2) - 0.4 * np.exp(-0.5 * ((x + 2.2) / 1.2) ** 2)
        beats[near] += (0.7 if accent.rise > 0.75 else -1.0) * accent.strength * dip
    return beats


def _breaths(turns, who: int, grid: int) -> np.ndarray:
    """(G,) 0..1, inhalation before the turns of ``who``, larger before long turns."""
    breaths, time = np.zeros(grid), np.arange(grid) / GRID
    for turn in turns:
        if turn.person == who:
            size = min(1.0, (turn.end - turn.start) / 3)
            breaths = np.maximum(breaths, size * np.exp(-0.5 * ((time - turn.start + 0.3) / 0.17) ** 2))
    return breaths


def lung_volume(cues: ProsodicCues, who: int, times: np.ndarray, rhythm: float, begun: float) -> np.ndarray:
    """(T,) -1..1, lung volume: decreasing over every phrase; quiet breathing while listening.

    rhythm: Hz; begun: phase in radians, both of the quiet breathing
    """
    grid = cues.speaking.shape[1]
    sinking, _ = _phrase_arcs(cues, who, grid)
    busy = smooth(cues.speaking[who].astype(float), 0.5)[np.minimum(np.round(times * GRID).astype(int), grid - 1)]
    own = sinking[np.minimum(np.round(times * GRID).astype(int), grid - 1)]
    return busy * own + (1 - busy) * np.sin(2 * np.pi * times * rhythm + begun)
