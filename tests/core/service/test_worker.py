import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.engine import AUTOMATIC, ONNX_RUNTIME, PYTORCH
from core.errors import UserError
from core.generate import ENCODING, SAMPLING
from core.layout import Layout
from core.motion import load_take
from core.service import client
from core.service import worker as child
from core.service.client import Interpreter, Worker, find_interpreter
from core.service.jobs import Progress, finish, part
from core.service.protocol import (
    AssessRecording,
    Excerpt,
    Failure,
    FindTurns,
    GenerateTake,
    Notices,
    ReadPrompt,
    Selection,
)
from core.turns import Turn


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


def turns_of(path) -> FindTurns:
    return FindTurns(Excerpt(str(path), duration=4.0))


def test_a_prompt_is_read_in_the_child(worker):
    reading = finish(worker.run(ReadPrompt("three metres apart", Layout(energy=0.9))))

    assert reading.layout == Layout(distance=3.0, energy=0.9)
    assert reading.clauses[0].text == "three metres apart" and reading.clauses[0].sets == {"distance": 3.0}


def test_a_take_and_then_a_part_of_it_are_generated_and_every_step_names_its_stage(worker, root, tmp_path):
    turns = (Turn(0.0, 1.5, "A"), Turn(1.5, 3.0, "B"))
    whole = GenerateTake(
        Excerpt(str(root / "assets/sample/dialogue.flac"), start=1.0, duration=3.0),
        Layout(distance=1.5),
        seed=2,
        turns=turns,
        directions=((2.0, Layout(contact_b=0.1)),),
        out=str(tmp_path / "take.npz"),
    )
    steps = []
    done = finish(worker.run(whole), steps.append)
    labels = list(dict.fromkeys(step.label for step in steps))
    assert labels[1:] == [ENCODING, SAMPLING], "nobody has to be found where turns are given"
    assert max(step.share for step in steps if step.label == ENCODING) > 0.3
    assert done.notices.voices == ("The turn strips decide who speaks when.",) and done.notices.quality

    part = Selection(whole.out, 1.5, 3.0, "B", ("head",))
    again = finish(worker.run(replace(whole, seed=3, selection=part, out=str(tmp_path / "new.npz"))))
    assert again.notices == Notices(quality=None, voices=done.notices.voices), "the sound was not examined again"
    old, new = (load_take(tmp_path / name) for name in ("take.npz", "new.npz"))
    assert old.layout.distance == 1.5 and old.seed == 2 and len(old) == 75
    changed = [np.abs(a.packed - b.packed).max() > 0 for a, b in zip(old.motions, new.motions, strict=True)]
    assert changed == [False, True]


def test_progress_comes_before_the_result(worker, root):
    steps = []
    reply = finish(worker.run(turns_of(root / "assets/sample/dialogue.flac")), steps.append)

    assert reply.turns
    shares = [step.share for step in steps]
    assert shares == sorted(shares) and 0 <= shares[0] and shares[-1] <= 1
    assert steps[-1].label == "Finding who speaks"


def test_the_child_stays_warm(worker, root):
    finish(worker.run(ReadPrompt("closer")))
    first = worker.process_id
    finish(worker.run(ReadPrompt("closer")))

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
    assert finish(worker.run(AssessRecording(Excerpt(str(root / "assets/sample/dialogue.flac"), 0.0, 4.0)))).quality
    assert worker.process_id != killed


def test_a_crash_of_the_child_is_told_in_one_line(worker):
    with pytest.raises(UserError) as error:
        finish(worker.run(Failure("is no request")))

    assert "stopped unexpectedly (KeyError" in str(error.value) and "\n" not in str(error.value)
    assert worker.process_id is None


def test_a_python_without_the_packages_names_the_missing_one(empty_python, root):
    worker = Worker(Interpreter(empty_python))
    with pytest.raises(UserError, match='package "numpy" is missing .* choose another Python'):
        finish(worker.run(turns_of(root / "assets/sample/dialogue.flac")))
    worker.stop()


def test_the_chosen_python_goes_before_all_others(empty_python):
    assert find_interpreter(str(empty_python)) == Interpreter(empty_python)


def test_a_chosen_python_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="no Python at"):
        find_interpreter(str(tmp_path / "python"))


@pytest.mark.parametrize("wanted, package", [(AUTOMATIC, "onnxruntime"), (PYTORCH, "torch")])
def test_the_packages_of_the_extension_are_taken_with_this_python(tmp_path, monkeypatch, wanted, package):
    """As the wheels of the zip are in Blender: beside its own packages."""
    for name in ("onnxruntime", "torch"):
        (tmp_path / "of" / name / name).mkdir(parents=True)
        (tmp_path / "of" / name / name / "__init__.py").touch()
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "of" / name) for name in ("onnxruntime", "torch")])

    assert find_interpreter("", wanted) == Interpreter(Path(sys.executable), tmp_path / "of" / package, wanted)


def test_without_any_packages_the_zip_for_this_system_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(client.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(UserError, match="ONNX Runtime is missing.*Install the zip for yours"):
        find_interpreter(root=tmp_path)


@pytest.mark.parametrize("wanted, title", [(ONNX_RUNTIME, "ONNX Runtime"), (PYTORCH, "PyTorch")])
def test_the_child_says_which_engine_it_starts(wanted, title):
    worker, steps = Worker(find_interpreter(engine=wanted)), []
    finish(worker.run(ReadPrompt("closer", Layout())), steps.append)
    worker.stop()

    assert worker.engine.startswith(f"{title} ")
    assert f"Starting {worker.engine}" in [step.label for step in steps]


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


def test_turns_come_with_their_confidence_and_the_quality_of_the_recording(worker, root):
    found = finish(worker.run(turns_of(root / "assets/sample/dialogue.flac")))

    assert len(found.confidence) == len(found.turns)
    assert all(0 <= confidence <= 1 for confidence in found.confidence)
    assert found.notices.quality == ("A good recording: clear voices, little noise.",)
    assert found.notices.voices == ()


def test_a_recording_is_judged_before_any_work(worker, root):
    assessed = finish(worker.run(AssessRecording(Excerpt(str(root / "assets/sample/dialogue.flac"), 0.0, 4.0))))

    assert assessed.quality == ("A good recording: clear voices, little noise.",)


def test_a_recording_is_decoded_once_until_its_file_changes(root, tmp_path):
    path = tmp_path / "talk.flac"
    path.write_bytes((root / "assets/sample/dialogue.flac").read_bytes())
    first = child._sound(Excerpt(str(path), 1.0, 2.0))

    assert child._sound(Excerpt(str(path), 1.0, 2.0)) is first
    other = child._sound(Excerpt(str(path), 2.0, 2.0))
    assert other is not first
    os.utime(path, (1, 1))
    assert child._sound(Excerpt(str(path), 2.0, 2.0)) is not other
    assert len(child._decoded) == 1
