"""The progress bar of the job that runs."""

import bpy

from ..operators.job import JobOperator


def draw_progress(layout: bpy.types.UILayout) -> None:
    """The running job's bar with its Cancel button; nothing when none runs."""
    step = JobOperator.running
    if step:
        row = layout.row(align=True)
        row.progress(factor=step.share, text=step.label)
        row.operator("dyad.cancel", text="", icon="X")
