"""Statistics of people's lip opening by viseme, for research/simulator/mouth_statistics.json.

python -m research evaluate openings --data ../shared/data --write

Summary statistics of one half of the clips of ``video/liptruth``, split by speaker; the other half evaluates what is
derived from them. A median per viseme, and the range by which the predicted openings are spread as people's are.
"""

import json
from pathlib import Path

import numpy as np
import torch

from core.engine.networks import articulation
from core.engine.networks.articulation import VISEMES
from core.speech import features

from ...simulator import coarticulation
from .. import report
from .real_mouths import agreement, aperture
from .video_clips import Clip, read_clips

STATISTICS = Path(coarticulation.__file__).with_name("mouth_statistics.json")
CONFIDENT = 0.7  # probability from which a frame counts as a viseme's
SPREAD = (10, 90)  # percentiles at which predicted and real openings are matched


def openings_by_viseme(clips: list[Clip]) -> dict[str, float]:
    """Median opening over the person's own 95th percentile, in the frames whose viseme is certain."""
    probabilities = np.concatenate([clip.features[:, features.FEATURES["visemes"]] for clip in clips])
    real = np.concatenate([share_of_usual(clip) for clip in clips])
    openings = {}
    for column, name in enumerate(VISEMES):
        own = real[(probabilities[:, column] > CONFIDENT) & np.isfinite(real)]
        openings[name] = round(float(np.median(own)), 2) if len(own) else float("nan")
    return openings


def predicted_range(clips: list[Clip], openings: dict[str, float]) -> tuple[float, float]:
    """The probability-weighted mean of ``openings`` where people's mouths are closed, and where open as usual."""
    real = np.concatenate([share_of_usual(clip) for clip in clips])
    predicted = np.concatenate([_usual_opening(clip, tuple(openings.values())) for clip in clips])[np.isfinite(real)]
    (low, high), (least, most) = np.percentile(predicted, SPREAD), np.nanpercentile(real, SPREAD)
    slope = (high - low) / (most - least)
    return round(float(low - least * slope), 3), round(float(low + (1 - least) * slope), 3)


def share_of_usual(clip: Clip) -> np.ndarray:
    """(T,) opening over the person's 95th percentile; nan where unknown."""
    return clip.opening / np.nanpercentile(clip.opening, 95)


def _usual_opening(clip: Clip, openings: tuple[float, ...]) -> np.ndarray:
    """(T,) articulation.usual_opening of the clip's probabilities, two tokens a frame."""
    logits = np.log(clip.features[:, features.FEATURES["visemes"]].clip(1e-9, 1)).repeat(2, axis=0)
    return articulation.usual_opening(torch.from_numpy(logits)[None], openings)[0].reshape(-1, 2).mean(1).numpy()


def add_arguments(parser) -> None:
    """Options of ``python -m research evaluate openings``."""
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/liptruth")
    parser.add_argument("--write", action="store_true", help="write them into mouth_statistics.json")


def main(arguments) -> None:
    """Print the statistics, the constants in use, and the correlation of the predicted opening with the clips."""
    clips = read_clips(arguments.data)
    counted = [clip for clip in clips if clip.in_statistics]
    openings = openings_by_viseme(counted)
    shut, wide = predicted_range(counted, openings)
    for name, used in zip(VISEMES, articulation.OPENINGS, strict=True):
        print(f"{name:10}{openings[name]:8.2f}   in use {used}")
    print(f"shut at {shut}, wide at {wide}; in use {articulation.SHUT}, {articulation.WIDE}")
    print(report.table(agreement("articulation head", aperture, clips)))
    if arguments.write:
        known = json.loads(STATISTICS.read_text("utf-8"))
        known["opening_by_viseme"] = openings
        known["heard_where_shut_and_wide"] = [shut, wide]
        known["opening_by_viseme_how"] = (
            f"Median over {len(counted)} of {len(clips)} clips: {', '.join(clip.name for clip in counted)}; where the "
            f"articulation head gives the viseme over {CONFIDENT}. The range lays the {SPREAD[0]}th and {SPREAD[1]}th "
            "percentile of the predicted opening on people's."
        )
        STATISTICS.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
