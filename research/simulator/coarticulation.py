"""From phones to the mouth: coarticulation that looks ahead and back, lips that really meet, and effort that is heard.

Which sound it is explains half of how far people open their mouths. The rest is effort: a vowel that is stressed, long
and clear opens far, the same vowel swallowed in a quick word hardly. How far is heard in the clean voice of each person
(core/speech/articulation.py); loudness alone says next to nothing of it.
"""

from functools import lru_cache

import numpy as np

from core.heads.lip_parting import lip_parting
from core.motion import EXPRESSION_NAMES, MOTION_FPS, column
from core.speech import features
from core.timeseries import smooth_step

from .dialogue import Dialogue
from .laughter import LAUGH
from .person import Person
from .prosodic_cues import GRID, frame_times, smooth
from .viseme_targets import (
    ARTICULATORS,
    CLOSED,
    INSISTS,
    LIP_TO_TEETH,
    REACH_AFTER,
    REACH_AHEAD,
    ROWS,
    SPREAD,
    TARGETS,
    segments,
)

NEIGHBOURS = 5  # sounds on either side that a moment feels
SPEECH_JAW = 0.5  # no talk opens wider
APPROACH, RELEASE = 0.085, 0.06  # s, lips on their way into and out of a closure
EFFORT = (0.15, 3.0)  # least and most of a sound's own opening
MIDDLE, CONTRAST = 0.6, 0.35  # what is heard is a mean of what may be; people's mouths go further to both sides
SLIGHT = 0.03  # of an opening: under it nothing is multiplied up
USUAL_JAW = 0.9  # with it the widest that people open on film is the widest here, in the median
NARROW = 0.12  # of the jaw, under which effort does not open it
# How much of the ARTICULATORS that open the mouth parts the lips, by their column
PARTS = {
    ARTICULATORS.index(name): lip_parting(name) for name in ("jawOpen", "mouthFunnel", "mouthLowerDown", "mouthUpperUp")
}
# f and v: the lower lip tucks under the upper teeth, the upper lip is lifted off it by 3 mm (people's: a fifth of most)
BITE = {"jawOpen": (0.09, 0.12), "mouthRollLower": 0.6, "mouthUpperUp": 0.45}
BREATH = 0.06  # of the jaw, in the middle of a breath


@lru_cache(maxsize=12)
def heard_openings(dialogue: Dialogue) -> np.ndarray:
    """(2, G) how far apart the lips sound in each voice, 1 is far; on the GRID, from the undisturbed tracks."""
    openings = features.encode(dialogue.tracks, dialogue.masks)[..., features.FEATURES["aperture"].start]
    times = (np.arange(openings.shape[1] * GRID // MOTION_FPS) + 0.5) / GRID
    frames = frame_times(openings.shape[1])
    return np.stack([np.interp(times, frames, own) for own in openings])


def articulate(
    phones, loudness: np.ndarray, heard: np.ndarray, person: Person, energy: float, breaths, rng
) -> np.ndarray:
    """Mouth, jaw and tongue channels of one person.

    phones:      (start s, end s, name) of all that the person says
    loudness:    (G,) dB over the person's usual level, on the GRID
    heard:       (G,) how far the voice sounds open, of heard_openings
    energy:      0..1, of the scene
    breaths:     (start s, end s) of each breath that is heard
    returns:     (T, 44) in [0, 1], zero where lips.py has no say
    """
    grid = len(loudness)
    frames = -(-grid * MOTION_FPS // GRID)
    starts, ends, rows, names = segments(phones, grid / GRID)
    shape = _coarticulate(starts, ends, rows, grid)
    shape = _with_effort(shape, np.resize(heard, grid))
    shape = _in_style(shape, loudness, _haste(starts, ends, rows, grid), person, energy)
    shape[:, 0] = np.maximum(shape[:, 0], _breathing(breaths, grid))
    shape = smooth(shape.T, 0.02).T
    times = frame_times(frames)
    at_frames = shape[np.minimum(np.round(times * GRID).astype(int), grid - 1)]
    events = [(s, e, n) for s, e, n in zip(starts, ends, names, strict=True) if n in CLOSED | LIP_TO_TEETH]
    laughing = _laughing(times, [(s, e) for s, e, n in zip(starts, ends, names, strict=True) if n == LAUGH])
    seal = _events(times, [(s, e) for s, e, n in events if n in CLOSED], rng)
    touch = _events(times, [(s, e) for s, e, n in events if n in LIP_TO_TEETH], rng)
    face = _face(dict(zip(ARTICULATORS, at_frames.T, strict=True)), seal, touch, person)
    return _laugh(face, laughing, loudness[np.minimum(np.round(times * GRID).astype(int), grid - 1)])


def _coarticulate(starts, ends, rows, grid: int) -> np.ndarray:
    """Every moment is the average of its neighbours' targets, weighted by how much they insist there: (G, R)."""
    times = (np.arange(grid) / GRID)[:, None, None]
    here = np.searchsorted(starts, times[:, 0, 0], side="right") - 1
    near = np.clip(here[:, None] + np.arange(-NEIGHBOURS, NEIGHBOURS + 1), 0, len(starts) - 1)
    # a sound is in place for the middle of its time: a long silence sets in soon after the last sound
    silent = rows == ROWS["SIL"]
    inset = np.minimum(0.3 * (ends - starts), np.where(silent, 0.1, 0.05))
    ahead = np.maximum((starts + inset)[near] - times[..., 0], 0)[..., None]
    after = np.maximum(times[..., 0] - (ends - 0.7 * inset)[near], 0)[..., None]
    spread = SPREAD[rows[near]][..., None]
    dominance = INSISTS[rows[near]] * np.exp(-(ahead / REACH_AHEAD + after / REACH_AFTER) / spread)
    first = np.concatenate([np.ones((grid, 1), bool), np.diff(near, axis=1) > 0], axis=1)  # no sound counts twice
    dominance = dominance * first[..., None]
    return (dominance * TARGETS[rows[near]]).sum(1) / dominance.sum(1)


def _haste(starts, ends, rows, grid: int) -> np.ndarray:
    """How fast is spoken around every moment, against 12 sounds a second: (G,) about 1."""
    spoken = rows != ROWS["SIL"]
    count = np.zeros(grid)
    middles = ((starts + ends) / 2 * GRID).astype(int)[spoken]
    np.add.at(count, np.minimum(middles, grid - 1), GRID / 12.0)
    return smooth(count, 0.35)


def _with_effort(shape: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """(G, R) whose lips part as far as is heard; which parts do it, and what does not part them, stays the sound's."""
    said = sum(share * shape[:, column] for column, share in PARTS.items())
    spoken = said > SLIGHT
    usual = np.percentile(said[spoken], 95) if spoken.any() else 1.0
    heard = smooth(heard, 0.03)
    wanted = (heard + CONTRAST * (heard - MIDDLE)).clip(0.1, 1.5)
    effort = smooth(np.clip((wanted * usual + SLIGHT) / (said + SLIGHT), *EFFORT), 0.02)
    narrow = np.clip(1.3 - shape[:, 0] / NARROW, 0, 1)  # a narrow jaw is narrow however hard one tries: the lips do it
    shape = shape.copy()
    shape[:, 0] *= np.minimum(effort, effort ** (1 - narrow))
    shape[:, [1, 4, 5]] *= effort[:, None]
    return shape


def _in_style(shape: np.ndarray, loudness: np.ndarray, haste: np.ndarray, person: Person, energy: float) -> np.ndarray:
    """How this person speaks, in this mood: (G, R) in [0, 1]. Who shouts opens further, who hurries swallows."""
    phrase = np.clip(1 + 0.015 * smooth(np.clip(loudness, -20, 12), 0.4), 0.75, 1.25)
    mumbled = 1 - 0.3 * person.laziness * np.clip(haste - 0.9, 0, 1)
    size = (phrase * mumbled * (0.8 + 0.4 * energy))[:, None]
    shape = shape.copy()
    shape[:, :1] *= USUAL_JAW * person.articulation * size
    shape[:, 1:4] *= person.lips
    shape[:, 4:6] *= person.lips * np.sqrt(size)
    return np.clip(shape, 0, 1)


def _breathing(breaths, grid: int) -> np.ndarray:
    """Jaw opening (G,) while breath is drawn, most half-way: ``breaths`` are (start, end), s."""
    times, opening = np.arange(grid) / GRID, np.zeros(grid)
    for start, end in breaths:
        through = np.clip((times - start) / (end - start), 0, 1)
        opening = np.maximum(opening, BREATH * np.sin(np.pi * through) ** 2)
    return opening


def _events(times: np.ndarray, spans, rng) -> np.ndarray:
    """(T,) 1 in the closure of every span, in the frame nearest to its middle at the least; eased on both sides."""
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
        level = np.maximum(level, eased**2)  # lips meet and part at speed, as real ones do
    return level


def _laughing(times: np.ndarray, spans) -> np.ndarray:
    """(T,) 0..1 while somebody laughs: the face follows within a fifth of a second and lets go in half a second."""
    level = np.zeros(len(times))
    for start, end in spans:
        level = np.maximum(level, np.clip(np.minimum((times - start + 0.1) / 0.2, (end + 0.3 - times) / 0.5), 0, 1))
    return smooth_step(level)


def _laugh(face: np.ndarray, laughing: np.ndarray, loudness: np.ndarray) -> np.ndarray:
    """``face`` (T, 44) with the mouth of a laugh: open with each burst that is heard, never shut between, and smiling.

    loudness: (T,) dB over the usual
    """
    face, burst = face.copy(), np.clip((loudness + 20) / 20, 0, 1)
    values = {"jawOpen": 0.12 + 0.2 * burst}
    for side in ("Left", "Right"):
        values |= {f"mouthSmile{side}": 0.4, f"cheekSquint{side}": 0.35, f"mouthUpperUp{side}": 0.3}
    for name, value in values.items():
        face[:, column(name)] += laughing * (np.maximum(face[:, column(name)], value) - face[:, column(name)])
    return face


def _face(shape: dict[str, np.ndarray], seal: np.ndarray, touch: np.ndarray, person: Person) -> np.ndarray:
    """Articulators, closure and lip-to-teeth contact as ARKit channels (T, 44), within the limits of HEADS.md."""
    face = np.zeros((len(seal), len(EXPRESSION_NAMES)))
    free = 1 - seal  # what parts the lips yields to a closure
    firm = seal**4  # lips are pressed where they have met, or a short vowel beside a closure would never open
    apart = free * (1 - touch)
    jaw = shape["jawOpen"] * (1 + (shape["jawOpen"] / SPEECH_JAW) ** 8) ** -0.125 * (1 - 0.45 * seal)
    jaw = jaw * (1 - touch) + np.clip(jaw, *BITE["jawOpen"]) * touch
    left, right = 1 + 0.12 * person.lopsided, 1 - 0.12 * person.lopsided
    values = {
        "jawOpen": jaw,
        "mouthClose": jaw * seal,
        "jawForward": shape["jawForward"] * free,
        "mouthFunnel": shape["mouthFunnel"] * apart,
        "mouthPucker": shape["mouthPucker"] * (1 - 0.3 * seal) * (1 - 0.8 * touch),
        "mouthRollLower": np.maximum.reduce(
            [shape["mouthRollLower"] * free * 0.2, 0.3 * firm, BITE["mouthRollLower"] * touch * free]
        ),
        "mouthRollUpper": 0.28 * firm,
        "cheekPuff": 0.05 * firm,
        "mouthLeft" if person.lopsided > 0 else "mouthRight": 0.25 * abs(person.lopsided) * jaw,
        "jawLeft" if person.lopsided < 0 else "jawRight": 0.12 * abs(person.lopsided) * jaw,
        "mouthShrugUpper": shape["mouthShrugUpper"] * free,
    }
    for side, gain in (("Left", left), ("Right", right)):
        values[f"mouthPress{side}"] = 0.55 * firm * gain
        values[f"mouthStretch{side}"] = shape["mouthStretch"] * (1 - 0.6 * seal) * gain
        values[f"mouthLowerDown{side}"] = shape["mouthLowerDown"] * apart * gain
        values[f"mouthUpperUp{side}"] = (
            np.maximum(shape["mouthUpperUp"] * apart, BITE["mouthUpperUp"] * touch * free) * gain
        )
    for name, value in values.items():
        face[:, column(name)] = np.clip(value, 0, 1)
    return face
