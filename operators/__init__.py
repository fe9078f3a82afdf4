"""The buttons: one file each, all work in ``scene``."""

import bpy

from . import (
    add_heads,
    add_recording,
    adjust_last_operation,
    cancel,
    export_take,
    find_turns,
    generate,
    menus,
    place_heads,
    presets,
    reaim,
    regenerate,
    remove_take,
    render_preview,
    reset_adjustments,
    use_rig,
)
from .job import JobOperator
from .scene.take import child_process, slider_rebake

CLASSES = [
    operator
    for module in (
        generate,
        cancel,
        add_recording,
        add_heads,
        use_rig,
        place_heads,
        presets,
        reaim,
        reset_adjustments,
        find_turns,
        regenerate,
        remove_take,
        render_preview,
        export_take,
        adjust_last_operation,
    )
    for operator in module.CLASSES
]


def register():
    JobOperator.background, JobOperator.hand_on = bpy.app.background, staticmethod(adjust_last_operation.hand_on)
    for operator in CLASSES:
        bpy.utils.register_class(operator)
    menus.register()
    slider_rebake.register()


def unregister():
    slider_rebake.unregister()
    menus.unregister()
    child_process.stop_worker()
    for operator in reversed(CLASSES):
        bpy.utils.unregister_class(operator)
