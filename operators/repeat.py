"""What Blender repeats by itself, Adjust Last Operation (F9) and Repeat Last (Shift R), where it takes long.

Blender calls ``execute`` for both and waits for it. Before F9 it undoes the last operation, and puts it back when the
operator says that it was cancelled. So the work is done in the window, with progress and Esc, and up to where the scene
would change; then Blender is asked to adjust once more, and what was made is there at once.
"""

import bpy

from ..core.service.jobs import Job, prepared
from .job import JobOperator


class DYAD_OT_prepare(JobOperator, bpy.types.Operator):
    """Does the slow part of a job and keeps what comes of it."""

    bl_idname = "dyad.prepare"
    bl_label = "Adjust Last Operation"
    bl_description = "Generate with the changed values while you continue to work"
    bl_options = {"INTERNAL"}

    job: Job | None = None  # to do
    wanted = ("", {})  # whose job that is: the operator's class and its properties
    made = ("", {})  # the same while Blender adjusts it at the end

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
    """Go on with ``job`` of ``operator`` in the window, and do what Blender wanted when the slow part is done.

    returns: False where it was done just now, and Blender asks again
    """
    window, wanted = bpy.context.window, (operator.bl_rna.identifier, operator.as_keywords())
    if operator.options.is_repeat_last:
        job.close()
        _soon(window, lambda: _button(wanted[0])("INVOKE_DEFAULT", **wanted[1]))
        return True
    if wanted == DYAD_OT_prepare.made:
        return False
    DYAD_OT_prepare.job, DYAD_OT_prepare.wanted = job, wanted
    _soon(window, lambda: bpy.ops.dyad.prepare("INVOKE_DEFAULT"))
    return True


def _adjust() -> None:
    """Let Blender adjust the last operation again, if that is still the one that was prepared."""
    DYAD_OT_prepare.made = DYAD_OT_prepare.wanted
    if _is_still_last():
        bpy.ops.ed.undo_redo("EXEC_DEFAULT", True)  # True: with a step of undo, as if the user had adjusted it
    DYAD_OT_prepare.made = ("", {})


def _is_still_last() -> bool:
    last = bpy.context.window_manager.operators[-1:]
    return bool(last) and last[0].bl_rna.identifier == DYAD_OT_prepare.wanted[0]


def _button(identifier: str):
    """The function of bpy.ops that presses the button of an operator's class, as DYAD_OT_generate."""
    module, name = identifier.lower().split("_ot_")
    return getattr(getattr(bpy.ops, module), name)


def _soon(window: bpy.types.Window, call) -> None:
    """Do something in ``window`` once Blender is done with what it does now."""

    def run() -> None:
        area = max(window.screen.areas, key=lambda one: one.width * one.height)
        region = next(one for one in area.regions if one.type == "WINDOW")
        # Without an area and a region Blender 5.2 crashes when it adjusts an operation
        with bpy.context.temp_override(window=window, area=area, region=region):
            call()

    bpy.app.timers.register(run, first_interval=0.0)


CLASSES = (DYAD_OT_prepare,)
