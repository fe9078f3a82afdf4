"""Example takes, curve plots and contact sheets."""

import json
import xml.etree.ElementTree as ET
from argparse import ArgumentParser
from dataclasses import asdict
from fractions import Fraction

import av
import numpy as np
import pytest

from core import gaze
from core.audio import decoding
from core.errors import UserError
from core.layout import Layout
from core.motion import WIDTH, HeadMotion, Take, load_take
from core.speech import features
from research.evaluation import contact_sheet
from research.evaluation.dyad import curve_plot, example_takes


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Ten frames at 5 a second, each one grey."""
    path = tmp_path_factory.mktemp("film") / "grey.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(5))
        stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv420p"
        for i in range(10):
            picture = np.full((32, 64, 3), 20 * i + 20, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_a_contact_sheet_has_a_row_for_each_video_and_a_column_for_each_time(film, tmp_path):
    rows = [
        [contact_sheet.crop(p, (0, 0, 0.5, 1)) for p in contact_sheet.frames_at(film, [1.0, 0.2, 1.8])]
        for _ in range(2)
    ]
    contact_sheet.write_png(tmp_path / "sheet.png", contact_sheet.tiled(rows))

    with av.open(str(tmp_path / "sheet.png")) as file:
        picture = next(file.decode(video=0)).to_ndarray(format="rgb24")
    assert picture.shape == (2 * 32 + contact_sheet.GAP, 3 * 32 + 2 * contact_sheet.GAP, 3)
    assert picture[16, [16, 52, 88], 0] == pytest.approx([120, 40, 200], abs=6)


def test_a_time_after_the_end_raises(film):
    with pytest.raises(UserError, match="no frame at 2 s"):
        contact_sheet.frames_at(film, [0.0, 2.0])


def test_curves_show_what_both_do_and_who_speaks():
    packed = np.zeros((50, WIDTH), np.float32)
    packed[20:25, 0] = 1  # eyeBlinkLeft
    take = Take((HeadMotion(packed), HeadMotion(0 * packed)), np.repeat([[1.0], [0.0]], 50, 1), Layout(), "", 0, "")

    found = curve_plot.curves(take, 0)
    estimates = ET.fromstring(curve_plot.drawing({"one": take, "two": take}))

    names = list(curve_plot.ROWS)
    np.testing.assert_array_equal(found[names.index("blink")], packed[:, 0])
    assert found[names.index("gaze off the partner's eyes, degrees")].max() < 1
    lines = estimates.findall(".//{*}polyline")
    assert len(lines) == 2 * 2 * len(curve_plot.ROWS)
    behind = [box.get("fill") for box in estimates.findall(".//{*}g/{*}rect")]
    assert behind.count(curve_plot.GREEN) == behind.count(curve_plot.RED) == 2 * len(curve_plot.ROWS)


@pytest.fixture
def dialogues(tmp_path):
    """A folder with one dialogue of four seconds, as the dataset has them."""
    frames, folder = 100, tmp_path / "dialogues"
    intents = np.zeros((2, frames, gaze.INTENT_WIDTH), np.float32)
    intents[0, :, 9] = np.linspace(0, 0.4, frames)  # jawOpen
    folder.mkdir()
    np.savez(
        folder / "test_0_00000.npz",
        features=np.zeros((2, frames, features.WIDTH), np.float16),
        masks=np.repeat([[1.0], [0.0]], frames, 1).astype(np.float32),
        intents=intents,
        layout=np.array(json.dumps(asdict(Layout(distance=1.5)))),
        turns=np.array([[0, 4, 0]], np.float32),
        phones=np.array("[[], []]"),
        sound=np.random.default_rng(0).integers(-3000, 3000, frames * decoding.SAMPLES_PER_FRAME).astype(np.int16),
    )
    return folder


def test_one_dialogue_becomes_takes_of_each_system_with_sound_and_a_table_to_render(dialogues, tmp_path):
    parser, out = ArgumentParser(), tmp_path / "shown"
    example_takes.add_arguments(parser)

    example_takes.main(parser.parse_args(["--data", str(dialogues), "--span", "1:3", "--out", str(out)]))

    simulator, shipped = (load_take(out / f"{name}.npz") for name in ("simulator", "shipped"))
    assert len(simulator) == len(shipped) == 50 and simulator.layout == Layout(distance=1.5)
    np.testing.assert_allclose(simulator.motions[0].expression[:, 9], np.linspace(0, 0.4, 100)[25:75], atol=1e-6)
    assert len(decoding.load(out / "talk.wav").mono) == 2 * decoding.SAMPLE_RATE
    rows = (out / "jobs.csv").read_text().splitlines()
    assert rows[0] == "audio,play,preview,view" and rows[1] == "talk.wav,simulator.npz,simulator.mp4,faces"
