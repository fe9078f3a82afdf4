"""The Adjust sliders: the heads follow at once, or, where that takes long, when the hand rests.

What the heads show then is not in Blender's undo step of the slider. So every action of a take says which adjustments
it shows, and after undo and redo those that show others than the sliders say are made anew.
"""

import bpy
from bpy.app.handlers import persistent

from ..rig import rigs
from . import adjustments, keyframes, takes

REST = 0.3  # s without a change after which a long take follows its sliders
LONG = 2500  # scene frames; a shorter take follows in about 0.1 s


def follow(scene: bpy.types.Scene) -> None:
    """A slider of ``scene`` was moved."""
    if waits(scene):
        _soon(REST)
    else:
        takes.show_again(scene)


def catch_up() -> None:
    """Show what the sliders say in every scene whose heads show something else."""
    for scene in bpy.data.scenes:
        if is_behind(scene):
            takes.show_again(scene)


def waits(scene: bpy.types.Scene) -> bool:
    """Whether the take of ``scene`` is so long that the window would stand still under a slider that is dragged."""
    pair = rigs.find_pair(scene)
    first, last = (pair and keyframes.take_range(pair[0])) or (0, 0)
    return not bpy.app.background and last - first > LONG


def is_behind(scene: bpy.types.Scene) -> bool:
    """Whether the heads of ``scene`` show other adjustments than its sliders say."""
    said, pair = adjustments.as_text(scene.dyad), rigs.find_pair(scene)
    actions = [action for head in pair or () for action in keyframes.actions(head)]
    return any(action.get(takes.PLAYED, said) != said for action in actions)


def _soon(seconds: float) -> None:
    if bpy.app.timers.is_registered(catch_up):
        bpy.app.timers.unregister(catch_up)
    bpy.app.timers.register(catch_up, first_interval=seconds)


@persistent
def _after_undo(*_) -> None:
    if not bpy.app.background:
        _soon(0.0)


HANDLERS = (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post)


def register():
    for handlers in HANDLERS:
        handlers.append(_after_undo)


def unregister():
    for handlers in HANDLERS:
        handlers.remove(_after_undo)
    if bpy.app.timers.is_registered(catch_up):
        bpy.app.timers.unregister(catch_up)
