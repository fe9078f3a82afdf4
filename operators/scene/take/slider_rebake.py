"""Bake the take when a slider of the Adjust panel moves: at once, or for a long take when the slider rests.

Blender's undo step of a slider does not contain this bake. So every action of a take stores the adjustments that are
baked into it, and after undo and redo the takes whose actions differ from the sliders are baked again.
"""

import bpy
from bpy.app.handlers import persistent

from ..rig import rigs
from . import adjust_sliders, keyframes, takes

REST = 0.3  # s without a change after which a long take is baked
LONG = 2500  # scene frames; a shorter take is baked in about 0.1 s


def on_change(scene: bpy.types.Scene) -> None:
    """Called when a slider of ``scene`` moves."""
    if is_slow(scene):
        _schedule(REST)
    else:
        takes.rebake(scene)


def bake_outdated() -> None:
    """Bake the take of every scene whose heads have other adjustments than its sliders."""
    for scene in bpy.data.scenes:
        if is_outdated(scene):
            takes.rebake(scene)


def is_slow(scene: bpy.types.Scene) -> bool:
    """Whether the take of ``scene`` is so long that the window would freeze while a slider is dragged."""
    pair = rigs.find_pair(scene)
    first, last = (pair and keyframes.take_range(pair[0])) or (0, 0)
    return not bpy.app.background and last - first > LONG


def is_outdated(scene: bpy.types.Scene) -> bool:
    """Whether other adjustments are baked onto the heads of ``scene`` than its sliders have."""
    current, pair = adjust_sliders.as_text(scene.dyad), rigs.find_pair(scene)
    actions = [action for head in pair or () for action in keyframes.actions(head)]
    return any(action.get(takes.ADJUSTMENTS, current) != current for action in actions)


def _schedule(seconds: float) -> None:
    if bpy.app.timers.is_registered(bake_outdated):
        bpy.app.timers.unregister(bake_outdated)
    bpy.app.timers.register(bake_outdated, first_interval=seconds)


@persistent
def _after_undo(*_) -> None:
    if not bpy.app.background:
        _schedule(0.0)


HANDLERS = (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post)


def register():
    for handlers in HANDLERS:
        handlers.append(_after_undo)


def unregister():
    for handlers in HANDLERS:
        handlers.remove(_after_undo)
    if bpy.app.timers.is_registered(bake_outdated):
        bpy.app.timers.unregister(bake_outdated)
