"""From many short windows to the two voices that talk (SPEECH, mask network recipe)."""

from dataclasses import dataclass

import numpy as np

from . import alternation, voice_space

SPEECH = 0.6  # mean probability of a voice that a window needs to take part in finding the two voices
ROUNDS = 3  # of sharpening
MOST = 3_000  # windows looked at; of an hour every fifth is plenty
FEWEST = 8  # windows (2 s of speech) to look for two voices at all

APART, LEAST = 2.0, 4  # spreads of one voice between two, and windows of each, for turns to have shown two

# chosen on unseen readers and the open recordings: one person's two halves are closer than this and alternate at once
ONE_CLOSENESS, ONE_CHANGES = 0.87, 0.25
SURELY_ONE = 0.96
# with a third voice the recording is better explained (log evidence a window), it lies this many spreads of one voice
# from both and has this share of the talk: never so in 217 dialogues of two, in 12 of 20 of three; one voice that
# drifts through half an hour, or that is heard in several rooms, splits into parts up to 4.2 spreads apart
THIRD_EVIDENCE, THIRD_APART, THIRD_SHARE = 0.1, 5.0, 0.1
THIRD_CLOSENESS = 0.85  # cosine of two voices, what is nearer to a third by as much as lies over it is the third's


@dataclass(frozen=True, eq=False)
class Voices:
    """The two voices of a recording, and who else there is."""

    centres: np.ndarray  # (2, 256) unit vectors
    others: np.ndarray  # (K, 256) unit vectors of further voices, K is mostly 0
    single: bool  # only one voice was found: both centres are hers or his


def find_voices(windows: np.ndarray, seed: int = 0) -> Voices:
    """Find the two voices that talk most in (W, 256) unit vectors of windows that hold speech, in order of time."""
    every = max(1, len(windows) // MOST)
    windows = windows[::every]
    third = _third(windows, every, seed) if len(windows) >= 3 * FEWEST else None
    others = windows[:0]
    if third is not None:
        others, windows = unit(windows[third].mean(0))[None], windows[~third]
    rough = k_means(windows, 2, seed)
    single = third is None and _is_one(windows, rough)
    centres = _taking_turns(windows, every, seed) if len(windows) >= FEWEST else None
    return Voices(sharpened(windows, rough) if centres is None else centres, others, single)


def _third(windows: np.ndarray, every: int, seed: int) -> np.ndarray | None:
    """Which of (W, 256) windows hold a third voice, the one who talks least: (W,) bool; None where there are two."""
    points = voice_space.project(windows - windows.mean(0))
    two, three = (alternation.fit(points, voice_space.space()[1], voices, every, seed) for voices in (2, 3))
    who = three.shares.argmax(1)
    least = np.bincount(who, minlength=3).argmin()
    apart = min(np.linalg.norm(three.centres[a] - three.centres[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    gain = (three.score - two.score) / (len(windows) * min(every, 1 / alternation.INDEPENDENT))
    found = gain > THIRD_EVIDENCE and apart > THIRD_APART and (who == least).mean() > THIRD_SHARE
    return who == least if found else None


def _taking_turns(windows: np.ndarray, every: int, seed: int) -> np.ndarray | None:
    """The two voices, (2, 256), of (W, 256) windows that are every ``every``-th of the recording: each the mean of the
    half of its windows that are least like the other's. None where turns alone do not show a second voice."""
    points = voice_space.project(windows - windows.mean(0))
    fit = alternation.fit(points, voice_space.space()[1], 2, every, seed)
    apart = fit.centres[0] - fit.centres[1]
    if np.linalg.norm(apart) < APART or (fit.shares > 0.5).sum(0).min() < LEAST:
        return None
    lead = (points - fit.centres.mean(0)) @ apart
    centres = []
    for share, own in zip(fit.shares.T, (lead, -lead), strict=True):
        mine = share > 0.5
        centres.append(unit(windows[mine & (own >= np.median(own[mine]))].mean(0)))
    return np.stack(centres)


def changes(nearest: np.ndarray) -> float:
    """How often neighbours of (W,) differ, over how often they would by chance: 0 long turns, 1 chance."""
    shares = np.bincount(nearest) / len(nearest)
    return float((nearest[1:] != nearest[:-1]).mean() / max(1e-3, 1 - np.square(shares).sum()))


def _is_one(windows: np.ndarray, centres: np.ndarray) -> bool:
    if len(windows) < FEWEST:
        return True
    closeness = float(centres[0] @ centres[1])
    nearest = (windows @ centres.T).argmax(1)
    return closeness > SURELY_ONE or (closeness > ONE_CLOSENESS and changes(nearest) > ONE_CHANGES)


def k_means(windows: np.ndarray, count: int, seed: int, tries: int = 6) -> np.ndarray:
    """(count, 256) centres by cosine, the best of ``tries`` beginnings; two begin once along the widest spread."""
    generator = np.random.default_rng(seed)
    beginnings = [_far_apart(windows, count, generator) for _ in range(tries)]
    if count == 2:
        direction = np.linalg.svd(windows - windows.mean(0), full_matrices=False)[2][0]
        beginnings[0] = windows[[(windows @ direction).argmax(), (windows @ direction).argmin()]]
    found = [_settled(windows, centres) for centres in beginnings]
    return max(found, key=lambda centres: (windows @ centres.T).max(1).sum())


def _far_apart(windows: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    chosen = [int(generator.integers(len(windows)))]
    while len(chosen) < count:
        distance = np.clip(1 - (windows @ windows[chosen].T).max(1), 1e-9, None) ** 2
        chosen.append(int(generator.choice(len(windows), p=distance / distance.sum())))
    return windows[chosen]


def _settled(windows: np.ndarray, centres: np.ndarray, most: int = 30) -> np.ndarray:
    nearest = None
    for _ in range(most):
        before, nearest = nearest, (windows @ centres.T).argmax(1)
        if before is not None and np.array_equal(nearest, before):
            break
        sums = np.equal.outer(np.arange(len(centres)), nearest).astype(windows.dtype) @ windows
        centres = np.where(
            np.any(sums, axis=1, keepdims=True), unit(sums), centres
        )  # an empty group stays where it was
    return centres


def sharpened(windows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Move each of two centres to the mean of the half of its windows that are least like the other's."""
    for _ in range(ROUNDS):
        lead = (windows @ centres.T) @ np.array([1.0, -1.0], np.float32)
        moved = []
        for k, own in enumerate((lead, -lead)):
            mine = own[own > 0]
            moved.append(unit(windows[own >= np.median(mine)].mean(0)) if len(mine) else centres[k])
        centres = np.stack(moved)
    return centres


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale (..., C) vectors to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
