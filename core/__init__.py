"""Two people talking in 3D, from sound: everything that needs no Blender."""

from pathlib import Path

VERSION = "0.1.0"
ASSETS = Path(__file__).resolve().parent.parent / "assets"
WEIGHTS = ASSETS / "weights"
PROMPTS = ASSETS / "prompts"
