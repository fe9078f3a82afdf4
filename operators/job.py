"""Base of operators with a long job: run it step by step under a timer, show its progress, cancel it. Without bpy."""

import functools
from collections.abc import Callable

from ..core.errors import UserError
from ..core.service.jobs import Job, Progress, finish, is_ready

TICK = 0.1  # s between two steps of a job in the window
# Where panels show the progress; not the 3D view itself, which takes long to draw
WITH_PROGRESS = {("VIEW_3D", "UI"), ("SEQUENCE_EDITOR", "UI"), ("PREFERENCES", "WINDOW")}
PATIENCE = 0.3  # s that Adjust Last Operation and Repeat Last may freeze the window


def reports_user_errors(execute):
    """Decorate an operator's ``execute`` to report a UserError and cancel."""

    @functools.wraps(execute)
    def reporting(self, context):
        try:
            return execute(self, context)
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    return reporting


class JobOperator:
    """Mix-in for an operator: ``start(context)`` returns a job whose result is a sentence to report."""

    background = False  # Blender runs without a window; set when the operators are registered
    running: Progress | None = None  # of the running job, drawn by the panels
    cancelling = False  # set by the Cancel button
    # Continues a slow job of F9 or Shift R in the window; False where it is prepared already (adjust_last_operation)
    hand_on: Callable[["JobOperator", Job], bool]

    def start(self, context) -> Job[str]:
        """The job to run; called once, raises UserError when it cannot begin."""
        raise NotImplementedError

    @reports_user_errors
    def execute(self, context):
        """Run the job to its end: in scripts, batch and tests, and for F9 and Shift R when that is quick."""
        job = self.start(context)
        repeated = self.options.is_repeat or self.options.is_repeat_last
        slow = repeated and not JobOperator.background and not is_ready(job, PATIENCE)
        if slow and JobOperator.hand_on(self, job):
            return {"CANCELLED"}  # for now: Blender restores the previous state
        message = finish(job)
        if message:  # None when is_ready ran the job to its end
            self.report({"INFO"}, message)
        return {"FINISHED"}

    def invoke(self, context, event):
        """Run the job in the window while the user works on."""
        if JobOperator.background:
            return self.execute(context)
        if JobOperator.running:
            self.report({"WARNING"}, "Another job is running. Wait for it, or cancel it first.")
            return {"CANCELLED"}
        try:
            self._job = self.start(context)
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        JobOperator.running, JobOperator.cancelling = Progress("Starting", 0.0), False
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        context.window_manager.progress_begin(0, 100)
        context.window_manager.modal_handler_add(self)
        self._show(context, JobOperator.running)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Blender calls this on every event: one step of the job on each tick of the timer."""
        if event.type == "ESC" or JobOperator.cancelling:
            return self._stop(context, {"CANCELLED"})
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            self._show(context, next(self._job))
        except StopIteration as end:
            self.report({"INFO"}, end.value)
            return self._stop(context, {"FINISHED"})
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return self._stop(context, {"CANCELLED"})
        except Exception:
            self._stop(context, {"CANCELLED"})
            raise
        return {"PASS_THROUGH"}

    def cancel(self, context):
        """Blender calls this when it drops the operator, as on opening another file."""
        self._stop(context, {"CANCELLED"})

    def _show(self, context, step: Progress) -> None:
        JobOperator.running = step
        context.window_manager.progress_update(round(100 * step.share))
        context.workspace.status_text_set(f"{step.label}: {step.share:.0%}. Esc to cancel.")
        _redraw(context)

    def _stop(self, context, result: set[str]) -> set[str]:
        self._job.close()
        JobOperator.running, JobOperator.cancelling = None, False
        context.window_manager.event_timer_remove(self._timer)
        context.window_manager.progress_end()
        context.workspace.status_text_set(None)
        _redraw(context)
        return result


def _redraw(context) -> None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions:
                if (area.type, region.type) in WITH_PROGRESS:
                    region.tag_redraw()
