import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UserError
from core.layout import Layout
from core.service import worker as child
from core.service.client import Interpreter, Worker, find_interpreter
from core.service.jobs import Progress, finish, part


@pytest.fixture(scope="module")
def worker():
    worker = Worker(find_interpreter())
    yield worker
    worker.stop()


@pytest.fixture
def empty_python(tmp_path) -> Path:
    """A Python with nothing installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    return next((tmp_path / "bare").glob("[bS]*/python*"))


def turns_of(path) -> dict:
    return {"command": "turns", "audio": str(path), "start": 0.0, "duration": 4.0}


def test_a_prompt_is_read_in_the_child(worker):
    reply = finish(worker.run({"command": "layout", "prompt": "three metres apart", "start": None}))

    assert Layout(**reply["layout"]).distance == pytest.approx(3)
    assert reply["clauses"][0]["text"] == "three metres apart"


def test_progress_comes_before_the_result(worker, root):
    steps = []
    reply = finish(worker.run(turns_of(root / "assets/sample/dialogue.flac")), steps.append)

    assert reply["turns"]
    shares = [step.share for step in steps]
    assert shares == sorted(shares) and 0 <= shares[0] and shares[-1] <= 1
    assert steps[-1].label == "Finding who speaks"


def test_the_child_stays_warm(worker, root):
    finish(worker.run({"command": "layout", "prompt": "closer", "start": None}))
    first = worker.process_id
    finish(worker.run({"command": "layout", "prompt": "closer", "start": None}))

    assert worker.process_id == first


@pytest.mark.parametrize("content", [None, b"this is no sound", b""])
def test_a_file_that_is_no_sound_is_refused_in_the_childs_own_words(worker, tmp_path, content):
    path = tmp_path / "talk.wav"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UserError) as error:
        finish(worker.run(turns_of(path)))

    message = str(error.value)
    assert "talk.wav" in message and "\n" not in message and "stopped unexpectedly" not in message
    assert worker.process_id is not None, "the child lives on after a user's error"


def test_closing_a_job_kills_the_child_and_the_next_one_starts_another(worker, root):
    job = worker.run(turns_of(root / "assets/sample/dialogue.flac"))
    next(job)
    killed = worker.process_id
    job.close()

    assert worker.process_id is None
    assert finish(worker.run({"command": "layout", "prompt": "closer", "start": None}))
    assert worker.process_id != killed


def test_a_crash_of_the_child_is_told_in_one_line(worker):
    with pytest.raises(UserError) as error:
        finish(worker.run({"command": "no such command"}))

    assert "stopped unexpectedly (KeyError" in str(error.value) and "\n" not in str(error.value)
    assert worker.process_id is None


def test_a_python_without_torch_says_where_the_button_is(empty_python, root):
    worker = Worker(Interpreter(empty_python))
    with pytest.raises(UserError, match="Press Install PyTorch"):
        finish(worker.run(turns_of(root / "assets/sample/dialogue.flac")))
    worker.stop()


def test_the_chosen_python_goes_before_all_others(empty_python):
    assert find_interpreter(str(empty_python)) == Interpreter(empty_python)


def test_a_chosen_python_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="no Python at"):
        find_interpreter(str(tmp_path / "python"))


def test_the_installed_packages_are_taken_with_this_python(tmp_path):
    (tmp_path / "site/torch").mkdir(parents=True)

    assert find_interpreter("", tmp_path / "site") == Interpreter(Path(sys.executable), tmp_path / "site")


def test_a_part_of_a_job_fills_its_part_of_the_bar():
    def job():
        yield Progress("half", 0.5)
        return "done"

    steps = []
    assert finish(part(job(), 0.2, 0.6), steps.append) == "done"
    assert steps == [Progress("half", pytest.approx(0.4))]


def test_closing_a_part_closes_the_job_inside():
    closed = []

    def job():
        try:
            yield Progress("working", 0)
        finally:
            closed.append(True)

    outer = part(job(), 0, 1)
    next(outer)
    outer.close()

    assert closed


def test_turns_come_with_how_sure_they_are_and_what_the_recording_is_good_for(worker, root):
    reply = finish(worker.run(turns_of(root / "assets/sample/dialogue.flac")))

    assert len(reply["sure"]) == len(reply["turns"])
    assert all(0 <= sure <= 1 for sure in reply["sure"])
    assert reply["words"] == ["A good recording: clear voices, little noise."]
    assert reply["notes"] == []


def test_a_recording_is_judged_before_any_work(worker, root):
    asked = turns_of(root / "assets/sample/dialogue.flac") | {"command": "quality"}

    assert finish(worker.run(asked))["words"] == ["A good recording: clear voices, little noise."]


def test_a_recording_is_decoded_once_until_its_file_changes(root, tmp_path):
    path = tmp_path / "talk.flac"
    path.write_bytes((root / "assets/sample/dialogue.flac").read_bytes())
    asked = {"audio": str(path), "start": 1.0, "duration": 2.0}
    first = child._sound(asked)

    assert child._sound({**asked, "seed": 2}) is first
    assert child._sound({**asked, "start": 2.0}) is not first
    os.utime(path, (1, 1))
    assert child._sound(asked) is not first
    assert len(child.KEPT) == 1
