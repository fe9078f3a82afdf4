"""From phones to articulation: dominance coarticulation, bilabial closures, labiodental contacts and vocal effort.

The phone explains half of the variance of mouth opening. The rest is hyper- and hypoarticulation: stressed, long vowels
open further than reduced ones. The opening is estimated from the clean voice of each person by the articulation head
(core/engine/networks/articulation.py); loudness alone hardly correlates with it.
"""

from functools import lru_cache

import numpy as np

from core.heads.lip_parting import lip_parting
from core.motion import EXPRESSION_NAMES, MOTION_FPS, column
from core.speech import features
from core.timeseries import smooth_step

from ..corpora.phones import BILABIALS, LABIODENTALS, dominance
from .dialogue import Dialogue
from .laughter import LAUGH
from .person import Person
from .prosodic_cues import GRID, frame_times, smooth
from .viseme_targets import (
    ARTICULATORS,
    DOMINANCE,
    REACH_AFTER,
    REACH_AHEAD,
    ROWS,
    SPREAD,
    TARGETS,
    segments,
)

NEIGHBOURS = 5  # phones on either side that contribute to a frame
SPEECH_JAW = 0.5  # largest jaw opening of speech
APPROACH, RELEASE = 0.085, 0.06  # s, of the lips into and out of a closure
EFFORT = (0.15, 3.0)  # range of the gain on a phone's opening
MIDDLE, CONTRAST = 0.6, 0.35  # the estimate regresses to the mean: its deviation from MIDDLE is amplified
SLIGHT = 0.03  # opening, regularises the gain of small openings
USUAL_JAW = 0.9  # calibrated: the median of the largest openings equals that of people on video
NARROW = 0.12  # of the jaw, below which effort does not open it
# How much of the ARTICULATORS that open the mouth parts the lips, by their column
PARTS = {
    ARTICULATORS.index(name): lip_parting(name) for name in ("jawOpen", "mouthFunnel", "mouthLowerDown", "mouthUpperUp")
}
# f and v: the lower lip tucks under the upper teeth, the upper lip is lifted off it by 3 mm (people's: a fifth of most)
LABIODENTAL_POSE = {"jawOpen": (0.09, 0.12), "mouthRollLower": 0.6, "mouthUpperUp": 0.45}
BREATH = 0.06  # of the jaw, at the middle of a breath


@lru_cache(maxsize=12)
def acoustic_openings(dialogue: Dialogue) -> np.ndarray:
    """(2, G) mouth opening estimated from each undisturbed track, 1 is wide; on the GRID."""
    openings = features.encode(dialogue.tracks, dialogue.masks)[..., features.FEATURES["aperture"].start]
    times = (np.arange(openings.shape[1] * GRID // MOTION_FPS) + 0.5) / GRID
    frames = frame_times(openings.shape[1])
    return np.stack([np.interp(times, frames, own) for own in openings])


def articulate(
    phones, loudness: np.ndarray, openings: np.ndarray, person: Person, energy: float, breaths, rng
) -> np.ndarray:
    """Mouth, jaw and tongue channels of one person.

    phones:      (start s, end s, name) of the person
    loudness:    (G,) dB over the person's usual level, on the GRID
    openings:    (G,) estimated mouth opening, of acoustic_openings
    energy:      0..1, of the scene
    breaths:     (start s, end s) of each audible breath
    returns:     (T, 44) in [0, 1], zero in channels without articulation
    """
    grid = len(loudness)
    frames = -(-grid * MOTION_FPS // GRID)
    starts, ends, rows, names = segments(phones, grid / GRID)
    shape = _coarticulate(starts, ends, rows, grid)
    shape = _with_vocal_effort(shape, np.resize(openings, grid))
    shape = _with_style(shape, loudness, _speech_rate(starts, ends, rows, grid), person, energy)
    shape[:, 0] = np.maximum(shape[:, 0], _breathing(breaths, grid))
    shape = smooth(shape.T, 0.02).T
    times = frame_times(frames)
    at_frames = shape[np.minimum(np.round(times * GRID).astype(int), grid - 1)]
    events = [(s, e, n) for s, e, n in zip(starts, ends, names, strict=True) if n in BILABIALS | LABIODENTALS]
    laughter = _laughter_level(times, [(s, e) for s, e, n in zip(starts, ends, names, strict=True) if n == LAUGH])
    closure = _contact_curve(times, [(s, e) for s, e, n in events if n in BILABIALS], rng)
    labiodental = _contact_curve(times, [(s, e) for s, e, n in events if n in LABIODENTALS], rng)
    face = _face(dict(zip(ARTICULATORS, at_frames.T, strict=True)), closure, labiodental, person)
    return _with_laughter(face, laughter, loudness[np.minimum(np.round(times * GRID).astype(int), grid - 1)])


def _coarticulate(starts, ends, rows, grid: int) -> np.ndarray:
    """(G, R) means of the targets of neighbouring phones, weighted by dominance (Cohen and Massaro 1993)."""
    times = (np.arange(grid) / GRID)[:, None, None]
    here = np.searchsorted(starts, times[:, 0, 0], side="right") - 1
    near = np.clip(here[:, None] + np.arange(-NEIGHBOURS, NEIGHBOURS + 1), 0, len(starts) - 1)
    # the target is held over the middle of a phone; a long silence begins soon after the last phone
    silent = rows == ROWS["SIL"]
    inset = np.minimum(0.3 * (ends - starts), np.where(silent, 0.1, 0.05))
    ahead = np.maximum((starts + inset)[near] - times[..., 0], 0)[..., None]
    after = np.maximum(times[..., 0] - (ends - 0.7 * inset)[near], 0)[..., None]
    spread = SPREAD[rows[near]][..., None]
    weight = dominance(ahead, after, DOMINANCE[rows[near]], REACH_AHEAD, REACH_AFTER, spread)
    first = np.concatenate([np.ones((grid, 1), bool), np.diff(near, axis=1) > 0], axis=1)  # each phone counts once
    weight = weight * first[..., None]
    return (weight * TARGETS[rows[near]]).sum(1) / weight.sum(1)


def _speech_rate(starts, ends, rows, grid: int) -> np.ndarray:
    """(G,) local speech rate over 12 phones a second."""
    voiced = rows != ROWS["SIL"]
    count = np.zeros(grid)
    middles = ((starts + ends) / 2 * GRID).astype(int)[voiced]
    np.add.at(count, np.minimum(middles, grid - 1), GRID / 12.0)
    return smooth(count, 0.35)


def _with_vocal_effort(shape: np.ndarray, openings: np.ndarray) -> np.ndarray:
    """(G, R) with the lip opening scaled to the estimate ``openings``; other articulators are unchanged."""
    opening = sum(share * shape[:, column] for column, share in PARTS.items())
    voiced = opening > SLIGHT
    usual = np.percentile(opening[voiced], 95) if voiced.any() else 1.0
    openings = smooth(openings, 0.03)
    wanted = (openings + CONTRAST * (openings - MIDDLE)).clip(0.1, 1.5)
    effort = smooth(np.clip((wanted * usual + SLIGHT) / (opening + SLIGHT), *EFFORT), 0.02)
    narrow = np.clip(1.3 - shape[:, 0] / NARROW, 0, 1)  # a narrow jaw stays narrow: the lips open instead
    shape = shape.copy()
    shape[:, 0] *= np.minimum(effort, effort ** (1 - narrow))
    shape[:, [1, 4, 5]] *= effort[:, None]
    return shape


def _with_style(
    shape: np.ndarray, loudness: np.ndarray, speech_rate: np.ndarray, person: Person, energy: float
) -> np.ndarray:
    """(G, R) in [0, 1], scaled by person, scene energy, loudness of the phrase and speech rate."""
    phrase = np.clip(1 + 0.015 * smooth(np.clip(loudness, -20, 12), 0.4), 0.75, 1.25)
    mumbled = 1 - 0.3 * person.reduction * np.clip(speech_rate - 0.9, 0, 1)
    size = (phrase * mumbled * (0.8 + 0.4 * energy))[:, None]
    shape = shape.copy()
    shape[:, :1] *= USUAL_JAW * person.articulation * size
    shape[:, 1:4] *= person.lips
    shape[:, 4:6] *= person.lips * np.sqrt(size)
    return np.clip(shape, 0, 1)


def _breathing(breaths, grid: int) -> np.ndarray:
    """(G,) jaw opening of ``breaths``, (start, end) s, largest at their middle."""
    times, opening = np.arange(grid) / GRID, np.zeros(grid)
    for start, end in breaths:
        through = np.clip((times - start) / (end - start), 0, 1)
        opening = np.maximum(opening, BREATH * np.sin(np.pi * through) ** 2)
    return opening


def _contact_curve(times: np.ndarray, spans, rng) -> np.ndarray:
    """(T,) contact of ``spans`` in [0, 1], with eased onset and release: 1 at least in the frame nearest a middle."""
    level = np.zeros(len(times))
    for start, end in spans:
        middle = (start + end) / 2
        hold = max(0.01, min(0.35 * (end - start), 0.055))
        nearest = times[min(np.abs(times - middle).argmin(), len(times) - 1)]
        first, last = min(middle - hold, nearest), max(middle + hold * 0.8, nearest)
        pace = rng.uniform(0.85, 1.25)
        into = np.clip((times - (first - APPROACH * pace)) / (APPROACH * pace), 0, 1)
        out = np.clip(((last + RELEASE * pace) - times) / (RELEASE * pace), 0, 1)
        eased = np.minimum(into, out)
        level = np.maximum(level, eased**2)  # velocity is largest at contact
    return level


def _laughter_level(times: np.ndarray, spans) -> np.ndarray:
    """(T,) 0..1 level of laughter, with an onset of 0.2 s and an offset of 0.5 s."""
    level = np.zeros(len(times))
    for start, end in spans:
        level = np.maximum(level, np.clip(np.minimum((times - start + 0.1) / 0.2, (end + 0.3 - times) / 0.5), 0, 1))
    return smooth_step(level)


def _with_laughter(face: np.ndarray, laughter: np.ndarray, loudness: np.ndarray) -> np.ndarray:
    """``face`` (T, 44) with laughter: the jaw follows the loudness of the bursts, the mouth smiles and stays open.

    loudness: (T,) dB over the usual
    """
    face, burst = face.copy(), np.clip((loudness + 20) / 20, 0, 1)
    values = {"jawOpen": 0.12 + 0.2 * burst}
    for side in ("Left", "Right"):
        values |= {f"mouthSmile{side}": 0.4, f"cheekSquint{side}": 0.35, f"mouthUpperUp{side}": 0.3}
    for name, value in values.items():
        face[:, column(name)] += laughter * (np.maximum(face[:, column(name)], value) - face[:, column(name)])
    return face


def _face(shape: dict[str, np.ndarray], closure: np.ndarray, labiodental: np.ndarray, person: Person) -> np.ndarray:
    """Articulators, closure and lip-to-teeth contact as ARKit channels (T, 44), within the face limits."""
    face = np.zeros((len(closure), len(EXPRESSION_NAMES)))
    free = 1 - closure  # opening channels are suppressed by a closure
    firm = closure**4  # lips are pressed at contact only, so that short vowels beside it open
    apart = free * (1 - labiodental)
    jaw = shape["jawOpen"] * (1 + (shape["jawOpen"] / SPEECH_JAW) ** 8) ** -0.125 * (1 - 0.45 * closure)
    jaw = jaw * (1 - labiodental) + np.clip(jaw, *LABIODENTAL_POSE["jawOpen"]) * labiodental
    left, right = 1 + 0.12 * person.asymmetry, 1 - 0.12 * person.asymmetry
    values = {
        "jawOpen": jaw,
        "mouthClose": jaw * closure,
        "jawForward": shape["jawForward"] * free,
        "mouthFunnel": shape["mouthFunnel"] * apart,
        "mouthPucker": shape["mouthPucker"] * (1 - 0.3 * closure) * (1 - 0.8 * labiodental),
        "mouthRollLower": np.maximum.reduce(
            [shape["mouthRollLower"] * free * 0.2, 0.3 * firm, LABIODENTAL_POSE["mouthRollLower"] * labiodental * free]
        ),
        "mouthRollUpper": 0.28 * firm,
        "cheekPuff": 0.05 * firm,
        "mouthLeft" if person.asymmetry > 0 else "mouthRight": 0.25 * abs(person.asymmetry) * jaw,
        "jawLeft" if person.asymmetry < 0 else "jawRight": 0.12 * abs(person.asymmetry) * jaw,
        "mouthShrugUpper": shape["mouthShrugUpper"] * free,
    }
    for side, gain in (("Left", left), ("Right", right)):
        values[f"mouthPress{side}"] = 0.55 * firm * gain
        values[f"mouthStretch{side}"] = shape["mouthStretch"] * (1 - 0.6 * closure) * gain
        values[f"mouthLowerDown{side}"] = shape["mouthLowerDown"] * apart * gain
        values[f"mouthUpperUp{side}"] = (
            np.maximum(shape["mouthUpperUp"] * apart, LABIODENTAL_POSE["mouthUpperUp"] * labiodental * free) * gain
        )
    for name, value in values.items():
        face[:, column(name)] = np.clip(value, 0, 1)
    return face
