"""Counts how far real people open their mouths at each sound, for research/simulator/mouth_statistics.json.

python -m research evaluate openings --data ../shared/data --write

Summary numbers of one half of the clips of ``video/liptruth``, by speaker; what is made of them is judged on the other.
Nothing is fitted: a median for each sound, and the range that makes what is heard spread as people's openings do.
"""

import json
from pathlib import Path

import numpy as np
import torch

from core.speech import articulation, features
from core.speech.articulation import VISEMES

from ...simulator import coarticulation
from .. import report
from . import real_mouths
from .real_mouths import Clip

STATISTICS = Path(coarticulation.__file__).with_name("mouth_statistics.json")
SURE = 0.7  # of a viseme's probability, from which it counts as what is said
SPREAD = (10, 90)  # percentiles of heard and real openings that are laid on each other


def openings_by_viseme(clips: list[Clip]) -> dict[str, float]:
    """Median opening over each person's own 95th percentile while each viseme surely sounds."""
    said = np.concatenate([clip.features[:, features.FEATURES["visemes"]] for clip in clips])
    real = np.concatenate([share_of_usual(clip) for clip in clips])
    return {name: round(float(np.nanmedian(real[said[:, column] > SURE])), 2) for column, name in enumerate(VISEMES)}


def heard_range(clips: list[Clip], openings: dict[str, float]) -> tuple[float, float]:
    """What the doubtful mean of ``openings`` is where people's mouths are shut, and where as wide as usual."""
    real = np.concatenate([share_of_usual(clip) for clip in clips])
    heard = np.concatenate([_usual_opening(clip, tuple(openings.values())) for clip in clips])[np.isfinite(real)]
    (low, high), (least, most) = np.percentile(heard, SPREAD), np.nanpercentile(real, SPREAD)
    slope = (high - low) / (most - least)
    return round(float(low - least * slope), 3), round(float(low + (1 - least) * slope), 3)


def share_of_usual(clip: Clip) -> np.ndarray:
    """(T,) opening over this person's 95th percentile; nan where unknown."""
    return clip.opening / np.nanpercentile(clip.opening, 95)


def _usual_opening(clip: Clip, openings: tuple[float, ...]) -> np.ndarray:
    """(T,) articulation.usual_opening of the clip's probabilities, two tokens a frame."""
    said = np.log(clip.features[:, features.FEATURES["visemes"]].clip(1e-9, 1)).repeat(2, axis=0)
    return articulation.usual_opening(torch.from_numpy(said)[None], openings)[0].reshape(-1, 2).mean(1).numpy()


def add_arguments(parser) -> None:
    """Arguments of ``python -m research evaluate openings``."""
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/liptruth")
    parser.add_argument("--write", action="store_true", help="into mouth_statistics.json")


def main(arguments) -> None:
    """Print the numbers beside the constants in use, and how what is heard fits the half that was not counted."""
    clips = real_mouths.read_clips(arguments.data)
    counted = [clip for clip in clips if clip.counted]
    openings = openings_by_viseme(counted)
    shut, wide = heard_range(counted, openings)
    for name, used in zip(VISEMES, articulation.OPENINGS, strict=True):
        print(f"{name:10}{openings[name]:8.2f}   in use {used}")
    print(f"shut at {shut}, wide at {wide}; in use {articulation.SHUT}, {articulation.WIDE}")
    print(report.table(real_mouths.agreement("head's aperture", real_mouths.aperture, clips)))
    if arguments.write:
        known = json.loads(STATISTICS.read_text("utf-8"))
        known["opening_by_viseme"] = openings
        known["heard_where_shut_and_wide"] = [shut, wide]
        known["opening_by_viseme_how"] = (
            f"Median over {len(counted)} of {len(clips)} clips: {', '.join(clip.name for clip in counted)}; where the "
            f"articulation head gives the viseme over {SURE}. The range lays the {SPREAD[0]}th and {SPREAD[1]}th "
            "percentile of what is heard on people's."
        )
        STATISTICS.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
