"""What the panel shows about a scene's heads, computed once for each time it is drawn."""

from dataclasses import asdict, dataclass

import bpy
import numpy as np

from ....core.layout import MOOD, Layout
from ..rig import rigs
from .advice import Advice, advise


@dataclass(frozen=True)
class Facts:
    """The heads of a scene as plain data."""

    layout: Layout | None  # how the two heads stand; None while one is missing
    advice: Advice | None  # what the active take needs


def read(scene: bpy.types.Scene) -> Facts:
    """The facts of ``scene``; evaluates one view layer, once."""
    pair = rigs.find_pair(scene)
    if pair is None:
        return Facts(None, None)
    poses = rigs.pair_poses(pair)
    return Facts(_layout(scene, poses), advise(scene.dyad, poses))


def current_layout(scene: bpy.types.Scene) -> Layout:
    """How the two heads stand, or the default positions while one is missing, with the mood of the settings."""
    pair = rigs.find_pair(scene)
    return _layout(scene, rigs.pair_poses(pair) if pair else None)


def _layout(scene: bpy.types.Scene, poses: np.ndarray | None) -> Layout:
    layout = Layout(**{name: getattr(scene.dyad, name) for name in MOOD})
    if poses is not None:
        layout = rigs.read_layout(poses, layout)
    # Blender stores float32: rounded, a value that was stored and read back requests the same take
    return Layout(**{k: v if isinstance(v, bool) else round(v, 4) for k, v in asdict(layout).items()})
