import time
from types import SimpleNamespace

import bpy
import pytest

from talking_together.core.errors import UserError
from talking_together.core.service.jobs import WRITING, Progress, finish, prepared
from talking_together.operators.job import PATIENCE, JobOperator


class Said:
    """What an operator keeps of its reports."""

    def __init__(self):
        self.reports = []
        self.options = SimpleNamespace(is_repeat=False, is_repeat_last=False)

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


@pytest.fixture
def window(monkeypatch):
    """As if there were a window: what is handed on to it, in a list."""
    handed = []

    def take(operator, job) -> bool:
        handed.append(job)
        return True

    monkeypatch.setattr(JobOperator, "background", False)
    monkeypatch.setattr(JobOperator, "hand_on", staticmethod(take), raising=False)
    return handed


@pytest.mark.parametrize("repeated", ["is_repeat", "is_repeat_last"])
def test_what_blender_repeats_is_handed_on_to_the_window_where_it_takes_long(window, repeated):
    done = []

    def steps():
        yield Progress("working", 0.1)
        time.sleep(PATIENCE + 0.05)
        yield Progress("working", 0.5)
        done.append("worked")
        yield WRITING
        done.append("written")
        return "Made it."

    button = operator_for(steps)
    setattr(button.options, repeated, True)

    assert button.execute(bpy.context) == {"CANCELLED"}
    assert (done, button.reports) == ([], [])

    finish(prepared(window[0]))
    assert done == ["worked"], "the scene is left alone"


def test_what_blender_repeats_is_done_at_once_where_it_is_there(window):
    def steps():
        yield Progress("working", 0.5)
        yield WRITING
        return "Made it."

    button = operator_for(steps)
    button.options.is_repeat = True

    assert button.execute(bpy.context) == {"FINISHED"}
    assert (window, button.reports) == ([], [("INFO", "Made it.")])
