"""``python -m core`` as a user types it, from the repository's root (DESIGN, contract: command line)."""

import csv
import json
import subprocess
import sys
import wave

import numpy as np
import pytest

from core.__main__ import main
from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME, decoding, frame_count
from core.diarization.diarize import ONE_VOICE
from core.turns import masks_from_turns, read_csv


@pytest.fixture
def core(capsys):
    """``python -m core`` in this process, which has loaded the networks already."""

    def run(*arguments) -> subprocess.CompletedProcess:
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, said.out, said.err)

    return run


@pytest.fixture
def core_process(root):
    """``python -m core`` as a user starts it."""

    def run(*arguments) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "core", *map(str, arguments)]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600)

    return run


@pytest.fixture(scope="module")
def sample(request, tmp_path_factory):
    """The first twelve seconds of the bundled dialogue."""
    path = tmp_path_factory.mktemp("sample") / "dialogue.wav"
    write(path, decoding.load(request.config.rootpath / "assets/sample/dialogue.flac", duration=12.0).mono)
    return path


def write(path, mono: np.ndarray) -> None:
    """Write (N,) samples at 16 kHz as a sound file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((32767 * mono).astype(np.int16).tobytes())


def says_one_line(done, text):
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert text in done.stderr


def test_generate_writes_a_take_of_the_recording_and_says_so(core_process, sample, tmp_path):
    done = core_process("generate", sample, "--out", tmp_path / "take.npz", "--seed", 3)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) == 1
    with np.load(tmp_path / "take.npz", allow_pickle=False) as take:
        frames = take["expression"].shape[1]
        assert take["speaking"].shape == (2, frames) and int(take["seed"]) == 3
    import av

    with av.open(str(sample)) as container:
        seconds = container.duration / av.time_base
    assert frames == pytest.approx(seconds * 25, abs=1)


def test_a_part_of_a_take_is_redone_from_the_command_line(core, sample, tmp_path):
    done = core("generate", sample, "--out", tmp_path / "take.npz")
    assert done.returncode == 0, done.stderr
    again = ("generate", sample, "--out", tmp_path / "new.npz", "--seed", 7, "--take", tmp_path / "take.npz")
    done = core(*again, "--redo", "3.2:7.5", "--people", "B", "--parts", "head,eyes")
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "take.npz") as old, np.load(tmp_path / "new.npz") as new:
        changed = np.abs(old["rotation"] - new["rotation"]).max(axis=(2, 3)) > 0
        assert np.array_equal(old["expression"], new["expression"])
    assert not changed[0].any() and not changed[1, :80].any() and not changed[1, 188:].any()
    assert changed[1, 80:188].all()
    says_one_line(core(*again), "go together")
    says_one_line(core(*again, "--redo", "3"), "redo")


@pytest.mark.parametrize("command", ["generate", "turns"])
def test_a_place_where_nothing_can_be_written_is_refused_before_the_work(command, core, tmp_path):
    for place, said in ((tmp_path, "is a folder"), (tmp_path / "no" / "file", "no folder")):
        says_one_line(core(command, tmp_path / "missing.wav", "--out", place), said)


def test_turns_writes_start_end_and_speaker(core, sample, tmp_path):
    done = core("turns", sample, "--out", tmp_path / "turns.csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "turns.csv").open()))
    assert list(rows[0]) == ["start_s", "end_s", "speaker"]
    assert {row["speaker"] for row in rows} == {"A", "B"}
    assert rows[0]["speaker"] == "A"  # A is who speaks first


def test_what_was_noticed_about_the_voices_stands_under_the_summary(core, root, tmp_path):
    mono = decoding.load(root / "assets/sample/dialogue.flac").mono
    a, b = masks_from_turns(read_csv(root / "assets/sample/dialogue.turns.csv"), frame_count(len(mono)))
    only_b = mono * np.repeat(b * (1 - a), SAMPLES_PER_FRAME)[: len(mono)]
    only_b += np.random.default_rng(0).normal(0, 1e-3, len(mono))
    write(tmp_path / "one.wav", only_b)
    for command, out in (("turns", "turns.csv"), ("generate", "take.npz")):
        done = core(command, tmp_path / "one.wav", "--out", tmp_path / out)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[0].startswith(str(tmp_path / out))
        assert done.stdout.splitlines()[1:] == [ONE_VOICE]


def test_layout_prints_json_and_reads_it_back_as_a_start(core, tmp_path):
    done = core("layout", "they sit three metres apart")
    assert done.returncode == 0, done.stderr
    layout = json.loads(done.stdout)
    assert done.stderr == ""
    assert layout["distance"] == 3 and layout["height_a"] == layout["height_b"] == 1.2

    (tmp_path / "layout.json").write_text(done.stdout)
    closer = json.loads(core("layout", "50 cm closer", "--start", tmp_path / "layout.json").stdout)
    assert closer == {**layout, "distance": 2.5}


def test_bad_input_is_one_line_and_leaves_nothing_behind(core, sample, tmp_path):
    out = tmp_path / "take.npz"
    (tmp_path / "text.wav").write_text("this is no sound\n" * 100)
    (tmp_path / "layout.json").write_text('{"distance": -1}')
    (tmp_path / "turns.csv").write_text("start_s,end_s,speaker\n2,1,A\n")

    says_one_line(core("generate", tmp_path / "missing.wav", "--out", out), "missing.wav")
    says_one_line(core("generate", tmp_path / "text.wav", "--out", out), "text.wav")
    says_one_line(core("generate", sample, "--out", out, "--layout", tmp_path / "layout.json"), "distance")
    says_one_line(core("generate", sample, "--out", out, "--turns", tmp_path / "turns.csv"), "turns.csv")
    says_one_line(core("generate", sample, "--out", out, "--heads", "man"), "--heads")
    says_one_line(core("generate", sample, "--out", tmp_path / "nowhere" / "take.npz"), "nowhere")
    says_one_line(core("generate", sample), "--out")
    says_one_line(core("frobnicate"), "frobnicate")
    assert not list(tmp_path.glob("*.npz"))


def test_a_process_says_its_error_in_one_line_too(core_process, tmp_path):
    says_one_line(core_process("generate", tmp_path / "missing.wav", "--out", tmp_path / "take.npz"), "missing.wav")
