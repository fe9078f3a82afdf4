"""Classes of ARPAbet phones, their visemes, and the dominance of a phone over time."""

import numpy as np

SILENT = ("SIL", "SPN", "NSN")
BILABIALS = frozenset("P B M".split())
LABIODENTALS = frozenset("F V".split())
# First and second half; OH is the first half of OW alone.
DIPHTHONGS = {"AY": ("AA", "IH"), "AW": ("AA", "UH"), "EY": ("EH", "IY"), "OW": ("OH", "UW"), "OY": ("AO", "IH")}
VISEME_OF = {  # names of core.engine.networks.articulation.VISEMES; of a diphthong, its first half
    phone: viseme
    for viseme, phones in {
        "silence": "SIL",
        "PBM": "P B M",
        "FV": "F V",
        "TH": "TH DH",
        "TDN": "T D N",
        "SZ": "S Z",
        "SH": "SH ZH CH JH",
        "KG": "K G NG HH",
        "L": "L",
        "R": "R ER",
        "OO": "W UW UH",
        "O": "AO OW OY",
        "AA": "AA AE AW AY",
        "EH": "EH AH EY LAUGH",
        "EE": "IY IH Y",
    }.items()
    for phone in phones.split()
}


def dominance(ahead: np.ndarray, after: np.ndarray, peak, reach_ahead, reach_after, scale=1.0) -> np.ndarray:
    """Dominance of a phone over an articulator: exponential decay outside its own time (Cohen and Massaro 1993, eq. 1).

    ahead, after: s until the phone begins and since it ended, 0 inside it
    peak:         dominance inside the phone
    reach_ahead, reach_after: s, time constants of anticipatory and of carryover coarticulation; times ``scale``
    returns:      the broadcast shape of all arguments
    """
    return peak * np.exp(-(ahead / reach_ahead + after / reach_after) / scale)
