import numpy as np
import pytest
import soundfile

from core.audio import decoding
from research.evaluation import cost


def test_the_recording_is_the_sample_as_long_as_asked_for():
    assert len(cost.recording(31.5)) == 31.5 * decoding.SAMPLE_RATE


def test_the_stages_of_a_take_add_up_on_the_clock_and_on_the_processor(tmp_path):
    soundfile.write(tmp_path / "talk.wav", cost.recording(4.0), decoding.SAMPLE_RATE)
    found = cost.stages(tmp_path / "talk.wav")
    names = ["decode", "speakers", "encode", "denoise", "aim"]
    for unit in cost.UNITS:
        assert found[f"all {unit}"] == pytest.approx(sum(found[f"{name} {unit}"] for name in names))
    assert min(found.values()) >= 0 and found["all CPU s"] > 0.1


def test_a_process_that_fails_is_not_timed():
    with pytest.raises(RuntimeError, match="exited with 3"):
        cost.child("-c", "raise SystemExit(3)")
    with pytest.raises(RuntimeError, match="exited with 2"):
        cost.cold("core", "generate")


def test_the_peak_is_that_of_the_child_alone():
    filled = np.ones(200_000_000, np.uint8)  # of this process

    seconds, processor, memory = cost.cold("core", "layout", "--help")

    assert seconds > 0 and processor > 0
    assert 5 < memory < 150 < len(filled)
