"""From many short windows to the two voices that talk (SPEECH, mask network recipe)."""

from dataclasses import dataclass

import numpy as np

from . import lda, vbx

SPEECH = 0.6  # mean probability of a voice that a window needs to take part in finding the two voices
ROUNDS = 3  # of sharpening
MOST = 3_000  # windows looked at; of an hour every fifth is plenty
FEWEST = 8  # windows (2 s of speech) to look for two voices at all

APART, LEAST = 2.0, 4  # spreads of one voice between two, and windows of each, for turns to have shown two

# log evidence of two voices over one: of two that nobody knows yet, and of the two that the mask network hears; chosen
# on 84 recordings of one validation reader (62 % are recognised) and 111 of two (3 are lost, no whole real recording)
ONE_UNKNOWN, ONE_HEARD = -2.0, 3.0
# A third voice: with it the recording is better explained (log evidence a window), it lies so many spreads of one voice
# from both, is heard in so many windows (2.4 s), and nearly all of these have both others within 20 s of talk; else the
# room changed, not who talks. Chosen on validation readers: of 47 minutes of three who talk 5 s or more each, 35 are
# found; three are heard in 1 of 281 recordings of two or one, 1 of 42 whose room changes every minute, and, with
# ``are_three``, in none of 20 whose people talk at once a fifth to two fifths of the time
THIRD_EVIDENCE, THIRD_APART, THIRD_LEAST = 0.06, 4.4, 10
THIRD_NEAR, THIRD_AMONG = 83, 0.9  # windows; share
# a section lies so many spreads of one voice from where its voices lie on the whole, where rooms change; in one call
# never more than 1.5; and the two must differ from each other much as they do on the whole (cosine)
MOVED, ALIKE = 1.8, 0.6


@dataclass(frozen=True, eq=False)
class Voices:
    """The two voices of a recording, and who else there is."""

    centres: np.ndarray  # (2, 256) unit vectors, each a voice at its purest
    places: np.ndarray  # (2, WIDTH) where in voice_space each voice lies on the whole
    others: np.ndarray  # (K, 256) unit vectors of further voices, K is mostly 0
    single: bool  # it may be one voice only: both centres are hers or his


def cluster_voices(windows: np.ndarray, most: int = 3, seed: int = 0) -> Voices:
    """Find the two voices that talk most in (W, 256) unit vectors of windows that hold speech, in order of time, and
    who else is heard; ``most`` 2 where nobody else is."""
    every = max(1, len(windows) // MOST)
    windows = windows[::every].astype(np.float32)
    if len(windows) < FEWEST:
        centres = k_means(windows, 2, seed)
        return Voices(centres, lda.project(centres), windows[:0], True)
    one, two = (_fit(windows, voices, every, seed) for voices in (1, 2))
    third = _third(two, _fit(windows, 3, every, seed), every) if most > 2 else None
    if third is not None:
        others, windows = unit(windows[third].mean(0))[None], windows[~third]
        two = _fit(windows, 2, every, seed)
        return Voices(_two(windows, two, seed), _places(windows, two), others, False)
    single = two.score - one.score < ONE_UNKNOWN
    return Voices(_two(windows, two, seed), _places(windows, two), windows[:0], single)


def is_one(windows: np.ndarray, centres: np.ndarray) -> bool:
    """Whether (W, 256) windows that hold speech are better explained by one voice than by the two at ``centres``,
    (2, 256), that the mask network made of them."""
    every = max(1, len(windows) // MOST)
    windows = windows[::every].astype(np.float32)
    points = lda.project(windows)
    two = vbx.known(points, lda.project(centres), every)[1]
    one = vbx.known(points, lda.project(windows.mean(0))[None], every)[1]
    return len(windows) < FEWEST or two - one < ONE_HEARD


def are_three(windows: np.ndarray, seed: int = 0) -> bool:
    """Whether (W, 256) windows, in each of which the mask network hears one voice alone, are better explained by three
    voices: two who talk at once sound like a third."""
    every = max(1, len(windows) // MOST)
    windows = windows[::every].astype(np.float32)
    return len(windows) >= FEWEST and _fit(windows, 3, every, seed).score > _fit(windows, 2, every, seed).score


def find_moved(windows: np.ndarray, voices: Voices, seed: int = 0) -> np.ndarray | None:
    """The two voices, (2, 256), in a section of a long recording, (W, 256) windows that hold speech, where they sound
    unlike the rest of it: another room or microphone. None where they do not, or where the section does not tell."""
    if len(windows) < 3 * FEWEST:
        return None
    windows = windows.astype(np.float32)
    points = lda.project(windows)
    moved = (points - vbx.known(points, voices.places)[0] @ voices.places).mean(0)
    if np.linalg.norm(moved) < MOVED:
        return None
    one, two = (_fit(windows, count, 1, seed) for count in (1, 2))
    here, whole = two.centres[0] - two.centres[1], voices.places[0] - voices.places[1]
    alike = here @ whole / max(np.linalg.norm(here) * np.linalg.norm(whole), 1e-9)
    if two.score < one.score or abs(alike) < ALIKE:
        return None
    centres = _two(windows, two, seed)
    return centres if alike > 0 else centres[::-1]


def _places(windows: np.ndarray, fit: vbx.Fit) -> np.ndarray:
    return lda.project(windows.mean(0)) + fit.centres


def _fit(windows: np.ndarray, voices: int, every: int, seed: int) -> vbx.Fit:
    """``voices`` who take turns in (W, 256) windows that are every ``every``-th of the recording."""
    return vbx.fit(_points(windows), lda.space()[1], voices, every, seed)


def _points(windows: np.ndarray) -> np.ndarray:
    return lda.project(windows - windows.mean(0))


def _third(two: vbx.Fit, three: vbx.Fit, every: int) -> np.ndarray | None:
    """Which of W windows hold a third voice, the one who talks least: (W,) bool; None where there are two."""
    who = three.shares.argmax(1)
    least = np.bincount(who, minlength=3).argmin()
    apart = min(np.linalg.norm(three.centres[a] - three.centres[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    gain = (three.score - two.score) / (len(who) * min(every, 1 / vbx.INDEPENDENT))
    talks = every * (who == least).sum() >= THIRD_LEAST
    found = talks and gain > THIRD_EVIDENCE and apart > THIRD_APART and _among(who, least, every) > THIRD_AMONG
    return who == least if found else None


def _among(who: np.ndarray, least: int, every: int) -> float:
    """In what share of the windows of ``least`` both of the others talk nearby (``LEAST`` windows each)."""
    radius = max(1, round(THIRD_NEAR / every))
    near = [np.convolve(who == other, np.ones(2 * radius + 1))[radius:-radius] for other in {0, 1, 2} - {least}]
    return float((np.min(near, axis=0) * every >= LEAST)[who == least].mean())


def _two(windows: np.ndarray, fit: vbx.Fit, seed: int) -> np.ndarray:
    """The two voices, (2, 256), of (W, 256) windows: each the mean of the half of its windows that are least like the
    other's. Where turns alone do not show a second voice, windows that are alike are one."""
    apart = fit.centres[0] - fit.centres[1]
    if np.linalg.norm(apart) < APART or (fit.shares > 0.5).sum(0).min() < LEAST:
        return sharpened(windows, k_means(windows, 2, seed))
    lead = (_points(windows) - fit.centres.mean(0)) @ apart
    centres = []
    for share, own in zip(fit.shares.T, (lead, -lead), strict=True):
        mine = share > 0.5
        centres.append(unit(windows[mine & (own >= np.median(own[mine]))].mean(0)))
    return np.stack(centres)


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
