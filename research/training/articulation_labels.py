"""Training labels of the articulation head from phones: visemes, bilabial closures and mouth shapes.

The mouth shapes use the dominance model as the simulator does (simulator/coarticulation.py), with four dimensions by
viseme instead of nine articulators by phone: they are what the audio determines, without person and scene.
"""

import numpy as np

from core.engine.networks.articulation import SHAPES, VISEMES

from ..corpora.phones import BILABIALS, DIPHTHONGS, VISEME_OF, dominance
from ..corpora.recordings import Phone

RATE = 100  # labels a second
SECOND_HALF = 0.6  # of a diphthong's length, where its second viseme begins

# aperture, width, protrusion, jaw of each viseme, and its dominance over each
TARGETS = {
    "silence": ((0.03, 0.0, 0.0, 0.03), (1, 1, 1, 1)),
    "PBM": ((0.0, 0.0, 0.1, 0.12), (8, 0.5, 0.3, 1)),
    "FV": ((0.08, 0.05, 0.05, 0.12), (5, 0.7, 0.7, 1.5)),
    "TH": ((0.25, 0.1, 0.0, 0.2), (1, 0.4, 0.4, 1)),
    "TDN": ((0.25, 0.15, 0.0, 0.18), (0.7, 0.3, 0.3, 1)),
    "SZ": ((0.2, 0.25, 0.0, 0.08), (1, 0.5, 0.4, 2)),
    "SH": ((0.25, -0.35, 0.6, 0.12), (1.5, 1.5, 2, 2)),
    "KG": ((0.35, 0.1, 0.0, 0.3), (0.5, 0.2, 0.2, 0.5)),
    "L": ((0.35, 0.1, 0.0, 0.3), (0.7, 0.3, 0.3, 0.7)),
    "R": ((0.25, -0.25, 0.4, 0.2), (1, 0.8, 1, 1)),
    "OO": ((0.18, -0.7, 0.9, 0.15), (2, 2, 2.5, 1)),
    "O": ((0.55, -0.5, 0.6, 0.55), (2, 2, 2, 2)),
    "AA": ((0.9, 0.0, 0.0, 0.9), (2, 1, 1, 2)),
    "EH": ((0.6, 0.2, 0.0, 0.5), (1.5, 1, 1, 1.5)),
    "EE": ((0.35, 0.6, 0.0, 0.2), (1.5, 1.5, 1, 1.5)),
}
SPREAD = 0.05  # s, reach of anticipatory and of carryover coarticulation
EFFORT = 0.3  # gain of aperture and jaw by 10 dB more loudness
SEAL_SPREAD = 0.015  # s


def visemes_at(phones: list[Phone], count: int) -> np.ndarray:
    """(count,) int64 index into VISEMES, 100 a second; silence where no phone is."""
    labels = np.zeros(count, np.int64)
    for start, end, viseme in spans(phones):
        labels[round(start * RATE) : round(end * RATE)] = VISEMES.index(viseme)
    return labels


def spans(phones: list[Phone]) -> list[tuple[float, float, str]]:
    """start, end (s), viseme; diphthongs in two."""
    result = []
    for phone in phones:
        viseme = VISEME_OF[phone.name]
        if phone.name in DIPHTHONGS:
            turn = phone.start + SECOND_HALF * (phone.end - phone.start)
            result += [(phone.start, turn, viseme), (turn, phone.end, VISEME_OF[DIPHTHONGS[phone.name][1]])]
        else:
            result.append((phone.start, phone.end, viseme))
    return result


def closures(phones: list[Phone]) -> list[tuple[float, float]]:
    """start, end (s) of bilabial closures: adjacent ones joined, the aspiration of a P left out."""
    closed_spans: list[tuple[float, float]] = []
    for before, phone in zip([None, *phones], phones, strict=False):
        if phone.name not in BILABIALS:
            continue
        length = phone.end - phone.start
        end = phone.end - (0.3 * length if phone.name == "P" else 0)
        # after a pause the aligner labels the burst only; the closure begins before it
        start = phone.start - (0.04 if phone.name != "M" and before is not None and before.name == "SIL" else 0)
        if closed_spans and start - closed_spans[-1][1] < 0.01:
            start, _ = closed_spans.pop()
        closed_spans.append((start, end))
    return closed_spans


def closure_labels(phones: list[Phone], count: int) -> tuple[np.ndarray, np.ndarray]:
    """closed (count,) in {0, 1} and seal (count,) in [0, 1], a Gaussian at the middle of each closure; 100 a second."""
    times = (np.arange(count) + 0.5) / RATE
    closed, seal = np.zeros(count, np.float32), np.zeros(count, np.float32)
    for start, end in closures(phones):
        closed[(times >= start) & (times < end)] = 1
        seal = np.maximum(seal, np.exp(-0.5 * ((times - (start + end) / 2) / SEAL_SPREAD) ** 2))
    return closed, seal.astype(np.float32)


def shapes_at(phones: list[Phone], level: np.ndarray) -> np.ndarray:
    """Mouth shapes with coarticulation: means of viseme targets, weighted by dominance (Cohen and Massaro 1993).

    level:   (count,) loudness over the usual, 10 dB is 1; 100 a second
    returns: (count, 4) as SHAPES
    """
    count = len(level)
    times = (np.arange(count) + 0.5) / RATE
    weighted, total = np.zeros((count, len(SHAPES))), np.full((count, len(SHAPES)), 1e-3)
    for start, end, viseme in spans(phones):
        target, peak = (np.array(x) for x in TARGETS[viseme])
        first, last = np.searchsorted(times, [start - 6 * SPREAD, end + 6 * SPREAD])
        ahead, after = (np.maximum(0, x)[:, None] for x in (start - times[first:last], times[first:last] - end))
        weight = dominance(ahead, after, peak, SPREAD, SPREAD)
        weighted[first:last] += weight * target
        total[first:last] += weight
    shapes = weighted / total
    effort = 1 + EFFORT * np.convolve(level.clip(-2, 1), np.ones(15) / 15, "same")
    shapes[:, [0, 3]] *= effort[:, None]
    shapes[:, 0] *= 1 - closure_labels(phones, count)[0]
    return shapes.clip(-1, 1.2).astype(np.float32)
