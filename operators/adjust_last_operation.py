"""Adjust Last Operation (F9) and Repeat Last (Shift R) of a job that takes long, without freezing the window.

Blender calls ``execute`` for both and waits for it. Before F9 it undoes the last operation, and redoes it when the
operator returns CANCELLED. So the job runs in the window, with progress and Esc, up to where it would change the scene;
then Adjust Last Operation is triggered again and finds the result in the cache.
"""

import bpy

from ..core.service.jobs import Job, prepared
from .job import JobOperator


class DYAD_OT_prepare(JobOperator, bpy.types.Operator):
    """Runs the slow part of a job, whose result stays in the cache."""

    bl_idname = "dyad.prepare"
    bl_label = "Adjust Last Operation"
    bl_description = "Generate with the changed values while you continue to work"
    bl_options = {"INTERNAL"}

    job: Job | None = None  # to run
    wanted = ("", {})  # the operator of that job: its class and properties
    adjusting = ("", {})  # the same while Blender adjusts it at the end

    def start(self, context):
        yield from prepared(DYAD_OT_prepare.job)
        if _is_still_last():
            return "Generated with the changed values."
        return (
            "Generated, but you did something else meanwhile. Press the button again with the same values to apply it."
        )

    def modal(self, context, event):
        result = super().modal(context, event)
        if result == {"FINISHED"}:
            _soon(context.window, _adjust)
        return result


def hand_on(operator, job: Job) -> bool:
    """Continue ``job`` of ``operator`` in the window, and repeat Blender's request when its slow part is done.

    returns: False where the slow part was just done and Blender has repeated the request
    """
    window, wanted = bpy.context.window, (operator.bl_rna.identifier, operator.as_keywords())
    if operator.options.is_repeat_last:
        job.close()
        _soon(window, lambda: _button(wanted[0])("INVOKE_DEFAULT", **wanted[1]))
        return True
    if wanted == DYAD_OT_prepare.adjusting:
        return False
    DYAD_OT_prepare.job, DYAD_OT_prepare.wanted = job, wanted
    _soon(window, lambda: bpy.ops.dyad.prepare("INVOKE_DEFAULT"))
    return True


def _adjust() -> None:
    """Let Blender adjust the last operation again, if it is still the operation that was prepared."""
    DYAD_OT_prepare.adjusting = DYAD_OT_prepare.wanted
    if _is_still_last():
        bpy.ops.ed.undo_redo("EXEC_DEFAULT", True)  # True: with an undo step
    DYAD_OT_prepare.adjusting = ("", {})


def _is_still_last() -> bool:
    last = bpy.context.window_manager.operators[-1:]
    return bool(last) and last[0].bl_rna.identifier == DYAD_OT_prepare.wanted[0]


def _button(identifier: str):
    """The function of bpy.ops for an operator class like DYAD_OT_generate."""
    module, name = identifier.lower().split("_ot_")
    return getattr(getattr(bpy.ops, module), name)


def _soon(window: bpy.types.Window, call) -> None:
    """Call ``call`` in ``window`` after Blender has finished the present operation."""

    def run() -> None:
        area = max(window.screen.areas, key=lambda one: one.width * one.height)
        region = next(one for one in area.regions if one.type == "WINDOW")
        # Without an area and a region Blender 5.2 crashes when it adjusts an operation
        with bpy.context.temp_override(window=window, area=area, region=region):
            call()

    bpy.app.timers.register(run, first_interval=0.0)


CLASSES = (DYAD_OT_prepare,)
