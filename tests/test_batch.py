"""The batch as it is started: a process of its own, with its exit code and its files."""

import subprocess
import sys
import wave
from pathlib import Path

import bpy
import numpy as np
import pytest

from talking_together.core.audio import SAMPLE_RATE, decoding
from talking_together.core.errors import UserError
from talking_together.core.layout import Layout
from talking_together.core.motion import WIDTH, HeadMotion, Take, load_take, save_take
from talking_together.operators import batch, batch_resume
from talking_together.operators.batch_table import read_rows, row_from
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.take import keyframes

HAS_SOUND = bpy.app.version >= (4, 3)
needs_sound = pytest.mark.skipif(not HAS_SOUND, reason="the bpy 4.2 wheel cannot make a sound strip")
JOBS = """audio,prompt,seed,heads,output,still,take
{audio},two metres apart,1,"woman,man",made/one.blend,,made/one.npz
{folder}/nothing.wav,,,,made/two.blend,,
{folder}/text.wav,,,,made/three.blend,,
{audio},,,,{folder}/text.wav/four.blend,,
"""


def run(root, *arguments):
    done = subprocess.run(
        [sys.executable, str(root / "batch.py"), *map(str, arguments)], capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """A table with one good row, of six seconds, and three bad ones."""
    folder = tmp_path_factory.mktemp("batch")
    root = Path(__file__).resolve().parent.parent
    (folder / "text.wav").write_text("this is no sound")
    path = folder / "jobs.csv"
    with wave.open(str(folder / "talk.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        mono = decoding.load(root / "assets/sample/dialogue.flac", duration=6.0).mono
        file.writeframes((32767 * mono).astype(np.int16).tobytes())
    path.write_text(JOBS.format(audio=folder / "talk.wav", folder=folder))
    return path


@needs_sound
def test_a_bad_row_is_one_line_and_the_others_are_written(root, table):
    code, said, complained = run(root, table)

    assert code == 1, said + complained
    assert "Row 1 (talk.wav): wrote one.blend, one.npz." in said
    failures = [line for line in complained.splitlines() if "FAILED" in line]
    assert [line.split(" (")[0] for line in failures] == ["Row 2", "Row 3", "Row 4"]
    assert load_take(table.parent / "made/one.npz").seed == 1
    bpy.ops.wm.open_mainfile(filepath=str(table.parent / "made/one.blend"))
    pair = rigs.find_pair(bpy.context.scene)
    assert [rigs.head_name(head) for head in pair] == ["woman", "man"]
    assert bpy.context.scene.frame_end == keyframes.take_range(pair[0])[1]


@needs_sound
def test_a_second_run_skips_unchanged_rows(root, table):
    code, said, complained = run(root, table)

    assert code == 1
    assert "Row 1 (talk.wav): unchanged, skipped." in said


@needs_sound
def test_an_existing_take_is_baked_in_its_own_layout(root, table, tmp_path):
    made, talk = table.parent / "made/one.npz", table.parent / "talk.wav"

    code, said, complained = run(root, "--audio", talk, "--play", made, "--output", tmp_path / "played.blend")

    assert code == 0, said + complained
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "played.blend"))
    scene = bpy.context.scene
    pair = rigs.find_pair(scene)
    assert (pair[0].location - pair[1].location).length == pytest.approx(2.0, abs=1e-3)
    assert keyframes.take_range(pair[0]) == (1, scene.frame_end)


def test_a_take_of_another_length_is_refused(root, tmp_path):
    motion = HeadMotion(np.zeros((30, WIDTH), np.float32))
    save_take(Take((motion, motion), np.zeros((2, 30), np.float32), Layout(), "", 0, ""), tmp_path / "short.npz")
    talk, out = root / "assets/sample/dialogue.flac", tmp_path / "played.blend"

    code, said, complained = run(root, "--audio", talk, "--play", tmp_path / "short.npz", "--output", out)

    assert code == 1 and not out.exists()
    if HAS_SOUND:
        assert "The take is 1.2 s long" in complained


def test_a_folder_in_the_place_of_a_file_is_refused_before_any_work(root, tmp_path):
    talk = root / "assets/sample/dialogue.flac"

    code, said, complained = run(root, "--audio", talk, "--output", tmp_path, "--still", tmp_path / "still.png")

    assert code == 2 and not list(tmp_path.iterdir())
    assert complained.strip() == (
        f'The output "{tmp_path}" is a folder. Name a file in it, like {tmp_path / "talk.blend"}.'
    )


def test_a_table_with_a_cell_for_a_single_row_is_refused(root, table):
    code, said, complained = run(root, table, "--seed", 4)

    assert code == 2
    assert complained.strip() == "--seed is for a single row. Write it into the table, or leave the table out."


def test_a_table_without_rows_is_refused(root, tmp_path):
    (tmp_path / "jobs.csv").write_text("audio,output\n")

    code, said, complained = run(root, tmp_path / "jobs.csv")

    assert code == 2
    assert "has no rows" in complained and "Traceback" not in complained


@pytest.mark.parametrize(
    "cells,reason",
    [
        ("audio,colour\ntalk.wav,red\n", "has an unknown column colour"),
        ("audio,output\n,a.blend\n", "Row 1 of"),
        ("audio,output\ntalk.wav,\n", "No output is named"),
        ("audio,output,seed\ntalk.wav,a.blend,many\n", 'The seed "many" is not a whole number'),
        ("audio,output,seed\ntalk.wav,a.blend,-1\n", 'The seed "-1" is not a whole number'),
        ("audio,output,seed\ntalk.wav,a.blend,3000000000\n", "from 0 to 2147483647"),
        ("audio,output\ntalk.wav,.\n", "is a folder. Name a file in it, like talk.blend"),
        ("audio,preview\ntalk.wav,a.mov\n", "does not end in .mp4. Name a file like a.mp4"),
        ("audio,output,prompt\ntalk.wav,a.blend,close, at a table\n", "has too many cells"),
        ("audio,preview,view\ntalk.wav,a.mp4,above\n", 'The view "above" is unknown'),
        ("audio,output,heads\ntalk.wav,a.blend,man\n", "Write two"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path, cells, reason):
    (tmp_path / "jobs.csv").write_text(cells)
    with pytest.raises(UserError) as error:
        read_rows(str(tmp_path / "jobs.csv"))
    assert reason in str(error.value) and "\n" not in str(error.value)


def test_paths_are_relative_to_the_table(tmp_path):
    (tmp_path / "jobs.csv").write_text("audio,output\ntalk.wav,made/a.blend\n")

    (row,) = read_rows(str(tmp_path / "jobs.csv"))

    assert (row.audio, row.output) == (str(tmp_path / "talk.wav"), str(tmp_path / "made/a.blend"))


def test_a_missing_recording_is_named_before_anything_is_opened(tmp_path):
    before = bpy.context.scene.name

    with pytest.raises(UserError, match="There is no file .*nothing.wav"):
        batch.run_row(row_from({"audio": "nothing.wav", "output": "one.blend"}, tmp_path))

    assert bpy.context.scene.name == before and not list(tmp_path.iterdir())


def test_workers_share_the_rows_and_one_bad_row_fails_the_batch(root, tmp_path):
    (tmp_path / "talk.wav").write_text("recorded")
    jobs = tmp_path / "jobs.csv"
    jobs.write_text("audio,output\ntalk.wav,one.blend\ntalk.wav,two.blend\n")
    rows = read_rows(str(jobs))
    for row in rows:
        row.outputs[0].write_text("made")
        batch_resume.mark_done(row.outputs, batch_resume.row_key(row, ""))

    code, said, complained = run(root, jobs, "--workers", 2)
    assert code == 0, said + complained
    assert said.count("unchanged, skipped.") == 2

    rows[1].outputs[0].unlink()
    code, said, complained = run(root, jobs, "--workers", 2)
    assert code == 1 and said.count("unchanged, skipped.") == 1 and complained.count("Row 2 (talk.wav): FAILED") == 1
