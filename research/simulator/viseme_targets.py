"""Articulatory targets and dominance of each phone (Cohen and Massaro 1993)."""

import numpy as np

from ..corpora.phones import DIPHTHONGS, SILENT

# Channels of coarticulation.py; left and right are one here.
ARTICULATORS = (
    "jawOpen mouthFunnel mouthPucker mouthStretch mouthLowerDown mouthUpperUp mouthRollLower mouthShrugUpper jawForward"
).split()

# jaw, funnel, pucker, stretch, lower lip down, upper lip up, lower lip in, upper shrug, jaw forward
_TARGETS = {
    "AA": (0.62, 0.00, 0.00, 0.06, 0.32, 0.16, 0, 0, 0),
    "AE": (0.57, 0.00, 0.00, 0.34, 0.38, 0.26, 0, 0, 0),
    "AH": (0.48, 0.00, 0.00, 0.10, 0.28, 0.16, 0, 0, 0),
    "AO": (0.32, 0.16, 0.26, 0.00, 0.14, 0.08, 0, 0, 0),
    "EH": (0.36, 0.00, 0.00, 0.30, 0.30, 0.18, 0, 0, 0),
    "ER": (0.10, 0.08, 0.30, 0.00, 0.10, 0.06, 0, 0.05, 0.05),
    "IH": (0.28, 0.00, 0.00, 0.32, 0.32, 0.18, 0, 0, 0),
    "IY": (0.25, 0.00, 0.00, 0.52, 0.48, 0.32, 0, 0, 0),
    "UH": (0.08, 0.05, 0.50, 0.00, 0.06, 0.03, 0, 0, 0),
    "UW": (0.08, 0.03, 0.90, 0.00, 0.03, 0.02, 0, 0, 0.05),
    "OH": (0.17, 0.14, 0.60, 0.00, 0.06, 0.04, 0, 0, 0),  # the first half of OW
    "W": (0.07, 0.00, 0.95, 0.00, 0.02, 0.01, 0, 0, 0),
    "R": (0.07, 0.08, 0.40, 0.00, 0.10, 0.06, 0, 0.05, 0.05),
    "Y": (0.18, 0.00, 0.00, 0.40, 0.36, 0.22, 0, 0, 0),
    "L": (0.25, 0.00, 0.00, 0.10, 0.24, 0.14, 0, 0, 0),
    "SH": (0.05, 0.40, 0.20, 0.00, 0.20, 0.20, 0, 0.10, 0.14),
    "S": (0.03, 0.00, 0.00, 0.34, 0.75, 0.45, 0, 0, 0.05),
    "T": (0.21, 0.00, 0.00, 0.12, 0.30, 0.16, 0, 0, 0),
    "TH": (0.18, 0.00, 0.00, 0.10, 0.24, 0.14, 0, 0, 0),
    "K": (0.40, 0.00, 0.00, 0.10, 0.28, 0.14, 0, 0, 0),
    "HH": (0.40, 0.00, 0.00, 0.06, 0.20, 0.12, 0, 0, 0),
    "F": (0.10, 0.00, 0.00, 0.08, 0.00, 0.36, 0.72, 0, 0),
    "P": (0.07, 0.00, 0.00, 0.00, 0.00, 0.00, 0.10, 0, 0),
    "LAUGH": (0.24, 0.00, 0.00, 0.10, 0.20, 0.36, 0, 0, 0),
    "PAUSE": (0.12, 0.00, 0.00, 0.00, 0.06, 0.03, 0, 0, 0),
    "SIL": (0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0, 0, 0),
}
# Dominance by class, in the order of ARTICULATORS; 1 is about that of a vowel.
_DOMINANCE = {
    "vowel": (1.2, 0.9, 0.9, 1.1, 0.9, 0.9, 1, 0.5, 0.5),
    "rounded": (1.2, 1.9, 2.2, 1.1, 0.8, 0.8, 1, 0.5, 0.5),
    "postalveolar": (8.0, 1.7, 1.6, 1.0, 0.8, 0.8, 1, 0.6, 0.8),
    "close rounded": (1.7, 1.6, 2.8, 1.3, 1.0, 1.0, 1, 0.5, 0.5),
    "sibilant": (14.0, 0.15, 0.15, 0.5, 0.8, 0.6, 1, 0.6, 0.8),
    "alveolar": (0.7, 0.08, 0.08, 0.2, 0.4, 0.3, 1, 0.3, 0.3),
    "velar": (0.5, 0.06, 0.06, 0.15, 0.2, 0.2, 1, 0.3, 0.3),
    "glottal": (0.1, 0.03, 0.03, 0.05, 0.1, 0.1, 1, 0.3, 0.3),
    "labial": (1.4, 0.12, 0.12, 0.2, 1.2, 1.2, 2, 0.3, 0.3),
    "pause": (0.55, 0.5, 0.5, 0.5, 0.6, 0.6, 1, 0.5, 0.5),
    "silence": (2.2, 2.0, 2.0, 2.0, 2.4, 2.4, 4, 2.0, 2.0),
}
_CLASSES = {
    "vowel": "AA AE AH EH IH IY Y LAUGH",
    "rounded": "AO ER UH OH R",
    "postalveolar": "SH",
    "close rounded": "UW W",
    "sibilant": "S",
    "alveolar": "T TH L",
    "velar": "K",
    "glottal": "HH",
    "labial": "F P",
    "pause": "PAUSE",
    "silence": "SIL",
}
_SAME_AS = {
    "T": "D N DX EN",
    "S": "Z", "SH": "ZH CH JH", "K": "G NG", "TH": "DH", "F": "V", "P": "B M EM", "L": "EL", "AH": "AX",
}  # fmt: skip
_SHAPE_OF = {other: own for own, others in _SAME_AS.items() for other in others.split()}
_CLASS_OF = {name: kind for kind, names in _CLASSES.items() for name in names.split()}

# s, reach of anticipatory and of carryover coarticulation, by articulator
REACH_AHEAD = np.array([0.075, 0.13, 0.15, 0.10, 0.075, 0.075, 0.03, 0.06, 0.08])
REACH_AFTER = np.array([0.085, 0.09, 0.10, 0.09, 0.085, 0.085, 0.03, 0.06, 0.08])


PAUSE = 0.6  # s, shorter silences are pauses within an utterance


def segments(phones, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Contiguous segments of ``phones``: diphthongs in two, silence and pauses in between.

    returns: starts (P,), ends (P,), rows (P,) into TARGETS, names of the phones
    """
    spans, cursor = [], 0.0
    for start, end, name in sorted(phones):
        start = max(start, cursor)
        if name in SILENT or end <= start:
            continue
        if start - cursor > 0.015:
            inside = spans and start - cursor < PAUSE  # the mouth does not close in a pause
            spans.append((cursor, start, "PAUSE" if inside else "SIL", "SIL"))
        if name in DIPHTHONGS:
            middle = start + 0.55 * (end - start)
            spans.append((start, middle, DIPHTHONGS[name][0], name))
            spans.append((middle, end, DIPHTHONGS[name][1], name))
        else:
            spans.append((start, end, _SHAPE_OF.get(name, name), name))
        cursor = end
    spans.append((cursor, max(seconds, cursor) + 1.0, "SIL", "SIL"))
    starts, ends, shapes, names = zip(*spans, strict=True)
    return np.array(starts), np.array(ends), np.array([ROWS.get(s, ROWS["AH"]) for s in shapes]), list(names)


ROWS = {name: row for row, name in enumerate(_TARGETS)}
TARGETS = np.array(list(_TARGETS.values()))  # (rows, articulators) at usual effort
DOMINANCE = np.array([_DOMINANCE[_CLASS_OF[name]] for name in _TARGETS])
# factor on the reach: sibilants and postalveolars are local
SPREAD = np.array([{"sibilant": 0.6, "postalveolar": 0.7}.get(_CLASS_OF[name], 1.0) for name in _TARGETS])
