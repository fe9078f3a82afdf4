import numpy as np
import pytest

from core.audio import SAMPLE_RATE
from core.errors import UserError
from research.evaluation.mouth import rhubarb


def test_the_cues_of_closed_lips_become_frames(tmp_path):
    program = tmp_path / "rhubarb"
    cues = '{"start": 0.0, "end": 0.4, "value": "X"}, {"start": 0.4, "end": 0.56, "value": "A"}'
    program.write_text(f"""#!/bin/sh\necho '{{"mouthCues": [{cues}]}}'\n""")
    program.chmod(0o755)

    assert np.flatnonzero(rhubarb.closed_frames(program, np.zeros(SAMPLE_RATE))).tolist() == [10, 11, 12, 13]


def test_a_missing_program_raises(tmp_path):
    with pytest.raises(UserError, match="npm install"):
        rhubarb.closed_frames(tmp_path / "rhubarb", np.zeros(SAMPLE_RATE))
