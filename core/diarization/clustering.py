"""Clustering of speaker embeddings: the two speakers who talk most, and who else there is.

VBx models of one, two and three speakers are compared by their evidence.
"""

from dataclasses import dataclass

import numpy as np

from . import lda, vbx

WINDOW_SPEECH = 0.6  # mean voice activity that a window needs to be clustered
SHARPEN_ROUNDS = 3
MAX_WINDOWS = 3_000  # of longer recordings every n-th window is used; of an hour every fifth is enough
MIN_WINDOWS = 8  # 2 s of speech, to look for two speakers at all

MIN_DISTANCE = 2.0  # LDA distance of two speakers, and
MIN_EACH = 4  # windows of each, for VBx to have separated them

# log evidence of two speakers over one: of clusters, and of the speakers the target-speaker VAD finds; chosen on 84
# recordings of one validation reader (62 % are recognised) and 111 of two (3 are lost, no whole real recording)
TWO_CLUSTERS, TWO_TARGETS = -2.0, 3.0
# A third speaker: the recording is better explained with one (log evidence a window), at such an LDA distance from both
# others, in so many windows (2.4 s), and in nearly all of these both others talk within 20 s of speech; else the room
# changed, not the speaker. Chosen on validation readers: of 47 minutes of three who talk 5 s or more each, 35 are
# found; three are found in 1 of 281 recordings of two or one, 1 of 42 whose room changes every minute, and, with
# ``are_three``, in none of 20 with a fifth to two fifths of overlap
THIRD_EVIDENCE, THIRD_DISTANCE, THIRD_WINDOWS = 0.06, 4.4, 10
THIRD_NEAR, THIRD_AMONG = 83, 0.9  # windows; share
# where rooms change, a section's embeddings lie this LDA distance from the recording's speakers (in one call never more
# than 1.5), and the vector from one speaker to the other has at least this cosine similarity to the recording's
SHIFT, SHIFT_SIMILARITY = 1.8, 0.6


@dataclass(frozen=True, eq=False)
class Clusters:
    """The two speakers of a recording, and who else there is."""

    centres: np.ndarray  # (2, 256) unit vectors, each the mean of the most distinct windows
    places: np.ndarray  # (2, WIDTH) mean of each speaker in the LDA space
    others: np.ndarray  # (K, 256) unit vectors of further speakers, K is mostly 0
    single: bool  # there may be one speaker only, to whom both centres belong


def cluster_speakers(windows: np.ndarray, most: int = 3, seed: int = 0) -> Clusters:
    """Find the two speakers who talk most, and a third one.

    windows: (W, 256) unit vectors, the embeddings of windows with speech, in order of time
    most:    speakers to look for, 2 or 3
    """
    every, windows = _thinned(windows)
    if len(windows) < MIN_WINDOWS:
        centres = k_means(windows, 2, seed)
        return Clusters(centres, lda.project(centres), windows[:0], True)
    one, two = (_fit(windows, speakers, every, seed) for speakers in (1, 2))
    third = _third(two, _fit(windows, 3, every, seed), every) if most > 2 else None
    if third is not None:
        others, windows = unit(windows[third].mean(0))[None], windows[~third]
        two = _fit(windows, 2, every, seed)
        return Clusters(_two_centres(windows, two, seed), _places(windows, two), others, False)
    single = two.score - one.score < TWO_CLUSTERS
    return Clusters(_two_centres(windows, two, seed), _places(windows, two), windows[:0], single)


def is_one(windows: np.ndarray, centres: np.ndarray) -> bool:
    """Whether (W, 256) windows with speech are better explained by one speaker than by two at ``centres``, (2, 256),
    the mean embeddings that the target-speaker VAD leads to."""
    every, windows = _thinned(windows)
    points = lda.project(windows)
    two = vbx.assign(points, lda.project(centres), every)[1]
    one = vbx.assign(points, lda.project(windows.mean(0))[None], every)[1]
    return len(windows) < MIN_WINDOWS or two - one < TWO_TARGETS


def are_three(windows: np.ndarray, seed: int = 0) -> bool:
    """Whether (W, 256) windows are better explained by three speakers than by two.

    The windows are those in which the target-speaker VAD has one speaker alone: overlapping speech can form a cluster
    of its own.
    """
    every, windows = _thinned(windows)
    return len(windows) >= MIN_WINDOWS and _fit(windows, 3, every, seed).score > _fit(windows, 2, every, seed).score


def section_centres(windows: np.ndarray, clusters: Clusters, seed: int = 0) -> np.ndarray | None:
    """Centres of the two speakers in a section of a long recording whose room or microphone differs from the rest.

    windows: (W, 256) unit vectors, the embeddings of windows with speech in the section
    returns: (2, 256) unit vectors in the order of ``clusters``; None where the section does not differ or is too short
    """
    if len(windows) < 3 * MIN_WINDOWS:
        return None
    windows = windows.astype(np.float32)
    points = lda.project(windows)
    shift = (points - vbx.assign(points, clusters.places)[0] @ clusters.places).mean(0)
    if np.linalg.norm(shift) < SHIFT:
        return None
    one, two = (_fit(windows, count, 1, seed) for count in (1, 2))
    here, whole = two.centres[0] - two.centres[1], clusters.places[0] - clusters.places[1]
    similarity = here @ whole / max(np.linalg.norm(here) * np.linalg.norm(whole), 1e-9)
    if two.score < one.score or abs(similarity) < SHIFT_SIMILARITY:
        return None
    centres = _two_centres(windows, two, seed)
    return centres if similarity > 0 else centres[::-1]


def _thinned(windows: np.ndarray) -> tuple[int, np.ndarray]:
    """Every n-th of (W, 256) windows, at most about MAX_WINDOWS, as float32; and n."""
    every = max(1, len(windows) // MAX_WINDOWS)
    return every, windows[::every].astype(np.float32)


def _places(windows: np.ndarray, fit: vbx.Fit) -> np.ndarray:
    """(2, WIDTH) centres of ``fit`` in the LDA space, whose zero was the mean of ``windows``."""
    return lda.project(windows.mean(0)) + fit.centres


def _fit(windows: np.ndarray, speakers: int, every: int, seed: int) -> vbx.Fit:
    """VBx with ``speakers`` states of (W, 256) windows that are every ``every``-th of the recording."""
    return vbx.fit(_points(windows), lda.space()[1], speakers, every, seed)


def _points(windows: np.ndarray) -> np.ndarray:
    """(W, WIDTH) windows in the LDA space, of zero mean."""
    return lda.project(windows - windows.mean(0))


def _third(two: vbx.Fit, three: vbx.Fit, every: int) -> np.ndarray | None:
    """Which of W windows belong to a third speaker, who talks least: (W,) bool; None where there are two."""
    who = three.posteriors.argmax(1)
    least = np.bincount(who, minlength=3).argmin()
    distance = min(np.linalg.norm(three.centres[a] - three.centres[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    gain = (three.score - two.score) / (len(who) * min(every, 1 / vbx.ACOUSTIC_SCALE))
    talks = every * (who == least).sum() >= THIRD_WINDOWS
    found = talks and gain > THIRD_EVIDENCE and distance > THIRD_DISTANCE and _among(who, least, every) > THIRD_AMONG
    return who == least if found else None


def _among(who: np.ndarray, least: int, every: int) -> float:
    """Share of the windows of ``least`` with MIN_EACH windows of both other speakers within THIRD_NEAR."""
    radius = max(1, round(THIRD_NEAR / every))
    near = [np.convolve(who == other, np.ones(2 * radius + 1))[radius:-radius] for other in {0, 1, 2} - {least}]
    return float((np.min(near, axis=0) * every >= MIN_EACH)[who == least].mean())


def _two_centres(windows: np.ndarray, fit: vbx.Fit, seed: int) -> np.ndarray:
    """Centres of the two speakers, (2, 256), of (W, 256) windows: each the mean of the half of the own windows that is
    least similar to the other speaker. Where VBx did not separate them, k-means does."""
    difference = fit.centres[0] - fit.centres[1]
    if np.linalg.norm(difference) < MIN_DISTANCE or (fit.posteriors > 0.5).sum(0).min() < MIN_EACH:
        return sharpened(windows, k_means(windows, 2, seed))
    score = (_points(windows) - fit.centres.mean(0)) @ difference
    centres = []
    for posterior, own in zip(fit.posteriors.T, (score, -score), strict=True):
        mine = posterior > 0.5
        centres.append(unit(windows[mine & (own >= np.median(own[mine]))].mean(0)))
    return np.stack(centres)


def k_means(windows: np.ndarray, count: int, seed: int, tries: int = 6) -> np.ndarray:
    """Spherical k-means of (W, 256) unit vectors: (count, 256) centres with the highest total cosine similarity.

    tries: starts, drawn as by k-means++; of two clusters, one lies at both ends of the first principal component
    """
    generator = np.random.default_rng(seed)
    starts = [_spread_start(windows, count, generator) for _ in range(tries)]
    if count == 2:
        direction = np.linalg.svd(windows - windows.mean(0), full_matrices=False)[2][0]
        starts[0] = windows[[(windows @ direction).argmax(), (windows @ direction).argmin()]]
    found = [_converged(windows, centres) for centres in starts]
    return max(found, key=lambda centres: (windows @ centres.T).max(1).sum())


def _spread_start(windows: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """(count, 256) of the windows, drawn as by k-means++ (Arthur and Vassilvitskii 2007) with cosine distance."""
    chosen = [int(generator.integers(len(windows)))]
    while len(chosen) < count:
        distance = np.clip(1 - (windows @ windows[chosen].T).max(1), 1e-9, None) ** 2
        chosen.append(int(generator.choice(len(windows), p=distance / distance.sum())))
    return windows[chosen]


def _converged(windows: np.ndarray, centres: np.ndarray, most: int = 30) -> np.ndarray:
    """Lloyd's algorithm from ``centres``, at most ``most`` iterations."""
    nearest = None
    for _ in range(most):
        before, nearest = nearest, (windows @ centres.T).argmax(1)
        if before is not None and np.array_equal(nearest, before):
            break
        sums = np.equal.outer(np.arange(len(centres)), nearest).astype(windows.dtype) @ windows
        # an empty cluster keeps its centre
        centres = np.where(np.any(sums, axis=1, keepdims=True), unit(sums), centres)
    return centres


def sharpened(windows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Move each of two (2, 256) centres to the mean of the half of its windows that is least similar to the other."""
    for _ in range(SHARPEN_ROUNDS):
        difference = (windows @ centres.T) @ np.array([1.0, -1.0], np.float32)
        moved = []
        for k, own in enumerate((difference, -difference)):
            mine = own[own > 0]
            moved.append(unit(windows[own >= np.median(mine)].mean(0)) if len(mine) else centres[k])
        centres = np.stack(moved)
    return centres


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale (..., C) vectors to length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
