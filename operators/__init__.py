"""The buttons: one file each, all work in ``scene``."""

import bpy

from . import (
    add_heads,
    add_recording,
    adjust_last,
    cancel,
    direct,
    export_take,
    find_turns,
    generate,
    install,
    menus,
    presets,
    reaim,
    regenerate,
    remove_take,
    render_preview,
    reset_adjustments,
    use_rig,
)
from .job import JobOperator
from .scene.take import child, sliders

CLASSES = [
    operator
    for module in (
        generate,
        cancel,
        add_recording,
        add_heads,
        use_rig,
        direct,
        presets,
        reaim,
        reset_adjustments,
        find_turns,
        regenerate,
        remove_take,
        render_preview,
        export_take,
        install,
        adjust_last,
    )
    for operator in module.CLASSES
]


def register():
    JobOperator.background, JobOperator.hand_on = bpy.app.background, staticmethod(adjust_last.hand_on)
    for operator in CLASSES:
        bpy.utils.register_class(operator)
    menus.register()
    sliders.register()


def unregister():
    sliders.unregister()
    menus.unregister()
    child.stop_worker()
    for operator in reversed(CLASSES):
        bpy.utils.unregister_class(operator)
