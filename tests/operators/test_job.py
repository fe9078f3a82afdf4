import bpy
import pytest

from talking_together.core.errors import UserError
from talking_together.core.jobs import Progress
from talking_together.operators.job import JobOperator


class Said:
    """What an operator keeps of its reports."""

    def __init__(self):
        self.reports = []

    def report(self, kind, text):
        self.reports.append((kind.pop(), text))


def operator_for(steps):
    """An operator whose job is the generator function ``steps``."""

    class Button(Said, JobOperator):
        def start(self, context):
            return steps()

    return Button()


def test_execute_runs_the_job_to_its_end_and_reports_its_result():
    def steps():
        yield Progress("working", 0.5)
        return "Made it."

    button = operator_for(steps)

    assert button.execute(bpy.context) == {"FINISHED"}
    assert button.reports == [("INFO", "Made it.")]


def test_a_users_error_is_reported_in_its_own_words_and_cancels():
    def steps():
        yield Progress("working", 0.5)
        raise UserError("There is no sound. Add one.")

    button = operator_for(steps)

    assert button.execute(bpy.context) == {"CANCELLED"}
    assert button.reports == [("ERROR", "There is no sound. Add one.")]


def test_any_other_error_is_a_bug_and_shows():
    def steps():
        yield Progress("working", 0.5)
        raise KeyError("bug")

    with pytest.raises(KeyError):
        operator_for(steps).execute(bpy.context)
